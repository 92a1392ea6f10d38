// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ClientTestKit
import GaleneClient
import GaleneProtocol
import RTCBase
import RTCTestKit
import RTP
import ServerTestKit
import Testing
import WebRTCIO

/// From Swift to Swift through a whole server.
@Suite("Streams", .timeLimit(.minutes(2)))
struct StreamTests {
    @Test(.row("C-06", "C-15", "C-17", "C-18", "C-19", "C-20"))
    func `what one publishes the other receives, whole, in order and with its times`() async throws {
        try await PublishedStream.run { stream in
            let (ann, bob, up, down) = (stream.ann, stream.bob, stream.up, stream.down)
            #expect(down.id == up.id && down.label == "camera" && down.username == "Ann")
            #expect(down.source == ann.connection.id && !down.isUp && up.isUp)

            var video: [UInt32] = []
            var audio: [UInt32] = []
            var captures: [UInt32: [Codec: NTPTime]] = [:]
            for try await frame in down.frames {
                let number = try #require(NumberedFrame.number(frame.frame)?.number, "a frame is not as it was sent")
                if frame.frame.codec == .vp8 {
                    if video.isEmpty { #expect(frame.frame.isKeyFrame) }
                    video.append(number)
                } else {
                    audio.append(number)
                }
                if let time = frame.captureTime { captures[number, default: [:]][frame.frame.codec] = time }
                let pairs = captures.values.count { $0.count == 2 }
                if video.count >= 50, audio.count >= 50, pairs >= 20 { break }
            }
            // Nothing is lost on loopback, and nothing comes twice.
            #expect(video == Array((video.first ?? 0)...(video.last ?? 0)))
            #expect(audio == Array((audio.first ?? 0)...(audio.last ?? 0)))
            let both = captures.values.compactMap { times -> Int64? in
                guard let picture = times[.vp8], let sound = times[.opus] else { return nil }
                return Int64(bitPattern: picture.bits &- sound.bits)
            }
            #expect(both.count >= 20)
            // 2^32 are a second. Half of what people notice, on a machine that is busy with other tests.
            #expect(both.allSatisfy { abs($0) < 1 << 32 / 25 }, "sound and picture of one moment: \(both)")
            #expect(await bob.connection.users[ann.connection.id]?.streams == ["camera": [.audio, .video]])
            #expect(await ann.connection.users[ann.connection.id]?.streams == ["camera": [.audio, .video]])

            // It ends where it came from.
            await up.close()
            var last: StreamEvent?
            for try await event in down.events { last = event }
            guard case .closed(isReplaced: false)? = last else {
                Issue.record("the down stream did not end: \(String(describing: last))")
                return
            }
            #expect(await bob.connection.downStreams.isEmpty)
        }
    }

    @Test(.row("C-15", "C-20", "C-14")) func `a stream takes the place of another`() async throws {
        try await PublishedStream.run { stream in
            let (ann, first, old) = (stream.ann, stream.up, stream.down)
            var frames = old.frames.makeAsyncIterator()
            _ = try await frames.next()
            stream.camera.stop()
            let oldEvents = old.events
            let second = try await ann.connection.newUpStream(
                label: "camera", tracks: PublishedStream.tracks, replacing: first.localID)
            #expect(second.localID == first.localID && second.id != first.id)
            #expect(await ann.connection.findByLocalID(first.localID) === second)
            let another = TestCamera(second)
            defer { another.stop() }
            var new = try await stream.bob.downStream()
            while new.id == old.id { new = try await stream.bob.downStream() }
            #expect(new.localID == old.localID)
            var last: StreamEvent?
            for try await event in oldEvents { last = event }
            guard case .closed(isReplaced: true)? = last else {
                Issue.record("the old stream ended otherwise: \(String(describing: last))")
                return
            }
            frames = new.frames.makeAsyncIterator()
            _ = try await frames.next()
        }
    }

    @Test(.row("C-22")) func `one asks for less of a stream, and for nothing of it`() async throws {
        try await PublishedStream.run { stream in
            let down = stream.down
            var events = down.events.makeAsyncIterator()
            var frames = down.frames.makeAsyncIterator()
            _ = try await frames.next()
            try await down.request([.audio])
            while let event = try await events.next() {
                if case .trackRemoved(let track) = event {
                    #expect(track.kind == .video)
                    break
                }
            }
            #expect(await down.tracks.map(\.kind) == [.audio])
            try await down.request([])
            while let event = try await events.next() {
                if case .closed(let isReplaced) = event { #expect(!isReplaced) }
            }
            await #expect(throws: ServerConnectionError.self) { try await down.request([.audio]) }
        }
    }

    @Test(.row("M-13", "C-15"))
    func `of several encodings the other gets the one that it asks for`() async throws {
        let tracks = [PublishedTrack(.opus), PublishedTrack(.vp8, encodings: PublishedTrack.simulcast)]
        try await PublishedStream.run(tracks, rids: ["h", "l"], wanted: [.video]) { stream in
            func wait(for encoding: UInt8, _ frames: Events<MediaFrame>) async throws {
                for try await frame in frames where frame.frame.codec == .vp8 {
                    if try #require(NumberedFrame.number(frame.frame)).encoding == encoding { return }
                }
            }
            try await wait(for: 0, stream.down.frames)
            let frames = stream.down.frames
            try await stream.bob.connection.request(["": [.videoLow]])
            try await wait(for: 1, frames)
        }
    }

    @Test(.row("C-18"), arguments: [true, false])
    func `a stream that is not wanted here ends here, and nowhere else`(byClose: Bool) async throws {
        try await PublishedStream.run { stream in
            let (up, down) = (stream.up, stream.down)
            var frames = down.frames.makeAsyncIterator()
            _ = try await frames.next()
            let events = down.events
            await byClose ? down.close() : down.abort()
            var last: StreamEvent?
            for try await event in events { last = event }
            guard case .closed(isReplaced: false)? = last else {
                Issue.record("the down stream did not end: \(String(describing: last))")
                return
            }
            // What had come before may still be there, and then it is the end.
            while try await frames.next() != nil {}
            #expect(await down.status == .closed)
            #expect(await stream.bob.connection.downStreams.isEmpty)
            #expect(await stream.ann.connection.upStreams.values.first === up)
            #expect(await up.status == .connected)
        }
    }

    @Test(.row("C-18")) func `a stream that the server does not want is aborted`() async throws {
        let groups = ["demo": #"{"wildcard-user":{"password":{"type":"wildcard"},"permissions":"observe"}}"#]
        try await RunningServer.run(groups: groups) { server in
            let ann = try await TestMember(server, "Ann")
            let up = try await ann.connection.newUpStream(label: "camera", tracks: PublishedStream.tracks)
            var told: [String] = []
            for try await event in up.events {
                switch event {
                case .aborted: told.append("aborted")
                case .closed: told.append("closed")
                default: break
                }
            }
            #expect(told == ["aborted", "closed"])
            #expect(await ann.connection.upStreams.isEmpty)
            await ann.connection.close()
        }
    }

    @Test(.row("C-21")) func `new credentials lead to a new path, and frames go on`() async throws {
        try await PublishedStream.run { stream in
            var frames = stream.down.frames.makeAsyncIterator()
            _ = try await frames.next()
            for end in [stream.up, stream.down] {
                // The first who asks gets what was before, too: the negotiation that began the stream is not meant.
                _ = end.events
                var events = end.events.makeAsyncIterator()
                await end.restartICE()
                try await Self.negotiation(&events)
                let start = Instant.current
                while let frame = try await frames.next() {
                    // Not what was under way.
                    if frame.presentation > start + .milliseconds(500) { break }
                }
            }
        }
    }

    /// Reads on to the end of the next negotiation.
    private static func negotiation(_ events: inout Events<StreamEvent>.AsyncIterator) async throws {
        while let event = try await events.next() {
            if case .negotiated = event { return }
        }
        throw ServerConnectionError(.closed, "the stream has ended without a negotiation")
    }

    @Test(.row("C-23")) func `statistics count what goes and comes`() async throws {
        try await PublishedStream.run { stream in
            for end in [stream.up, stream.down] {
                await end.setStatsInterval(.milliseconds(200))
                for try await event in end.events {
                    guard case .statistics(let statistics) = event else { continue }
                    let rates = statistics.outbound.map(\.rate) + statistics.inbound.map(\.rate)
                    // The first look has no rate, and the first frames are few.
                    guard rates.count == 2, rates.allSatisfy({ ($0 ?? 0) > 1000 }) else { continue }
                    #expect(statistics.outbound.allSatisfy { $0.packetsSent > 0 && $0.framesSent > 0 })
                    #expect(statistics.inbound.allSatisfy { $0.packetsReceived > 0 && $0.packetsLost == 0 })
                    break
                }
                await end.setStatsInterval(nil)
            }
        }
    }

    @Test(.row("C-19", "C-23")) func `the encoder is told what the server makes room for`() async throws {
        try await RunningServer.run(groups: ["demo": RunningServer.everybodyPresents]) { server in
            let ann = try await TestMember(server, "Ann")
            let up = try await ann.connection.newUpStream(label: "camera", tracks: PublishedStream.tracks)
            // The first who asks: what is told before the first frame counts, too.
            let events = up.events
            let camera = TestCamera(up)
            defer { camera.stop() }
            var told: Int?
            for try await event in events {
                guard case .targetBitrate(let track, let rid, let rate) = event else { continue }
                #expect(track == "video" && rid == nil)
                told = rate
                break
            }
            // By a server that has heard little of it: no less than any picture needs, no more than it was published with.
            let rate = try #require(told)
            #expect((30_000...4_000_000).contains(rate))
            await ann.connection.close()
        }
    }

    @Test(.row("C-23")) func `whoever decodes sound learns how loud it is`() async throws {
        try await PublishedStream.run { stream in
            let down = stream.down
            var frames = down.frames.makeAsyncIterator()
            _ = try await frames.next()
            let sound = try #require(await down.tracks.first { $0.kind == .audio }).id
            func counted() async -> StreamStatistics.Inbound? {
                await down.statistics().inbound.first { $0.track == sound }
            }
            let before = try #require(await counted())
            #expect(before.totalAudioEnergy == nil)
            #expect(before.audioEnergy == nil)
            // A second at half the full volume.
            await down.didDecode((0..<48_000).map { $0 % 2 == 0 ? 0.5 : -0.5 }, sampleRate: 48_000, track: sound)
            // What no decoder makes, and a track that is none.
            await down.didDecode([.nan, .infinity], sampleRate: 48_000, track: sound)
            await down.didDecode([1], sampleRate: 0, track: sound)
            await down.didDecode([1], sampleRate: 1, track: "nothing")
            let first = try #require(await counted())
            #expect(first.totalAudioEnergy.map { abs($0 - 0.25) < 1e-9 } == true)
            #expect(first.audioEnergy == nil)
            let start = Instant.current
            while Instant.current < start + .milliseconds(100) { _ = try await frames.next() }
            await down.didDecode((0..<4800).map { _ in 1 }, sampleRate: 48_000, track: sound)
            let second = try #require(await counted())
            #expect(second.totalAudioEnergy.map { abs($0 - 0.35) < 1e-9 } == true)
            // A tenth of a second at full volume, over at least that time.
            let mean = try #require(second.audioEnergy)
            #expect(mean > 0 && mean <= 1)
        }
    }

    @Test(.row("C-21", "P-20")) func `restarts that overlap are made one after the other`() async throws {
        try await RunningServer.run(groups: ["demo": RunningServer.everybodyPresents]) { server in
            let ann = try await TestMember(server, "Ann")
            let up = try await ann.connection.newUpStream(label: "camera", tracks: [PublishedTrack(.opus)])
            var events = up.events.makeAsyncIterator()
            // All before the first answer can be there.
            for _ in 0..<5 { await up.restartICE() }
            var negotiated = 0
            while negotiated < 2, let event = try await events.next() {
                switch event {
                case .negotiated: negotiated += 1
                case .closed, .failed, .aborted: Issue.record("the stream ended: \(event)")
                default: break
                }
            }
            #expect(negotiated == 2)
            while await up.status != .connected, let event = try await events.next() {
                if case .closed = event { Issue.record("the stream ended") }
            }
            await ann.connection.close()
        }
    }
}
