// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ClientTestKit
import GaleneProtocol
import ICE
import RTCBase
import RTCTestKit
import RTP
import ServerTestKit
import Synchronization
import Testing
import WebRTCIO

@testable import GaleneClient

/// Members of a whole server whose sockets and networks are taken away.
@Suite("Streams that outlive a lost connection", .timeLimit(.minutes(2)))
struct ReconnectedStreamTests {
    private static let demo = ["demo": RunningServer.everybodyPresents]

    @Test(.row("C-15", "C-20")) func `who publishes goes on by the same object`() async throws {
        try await RunningServer.run(groups: Self.demo) { server in
            try await Wire.run(to: server.port) { wire in
                var ann = try await TestMember(server, "Ann", comingBackOver: wire)
                var bob = try await TestMember(server, "Bob")
                try await bob.connection.request(["": [.audio, .video]])
                let up = try await ann.connection.newUpStream(label: "camera", tracks: PublishedStream.tracks)
                let camera = TestCamera(up)
                defer { camera.stop() }
                let old = try await bob.downStream()
                var frames = old.frames.makeAsyncIterator()
                _ = try await frames.next()
                let (connectionID, streamID, localID) = (ann.connection.id, up.id, up.localID)
                wire.cut()

                let attempt = try await ann.reconnecting()
                #expect(attempt.number == 1 && !attempt.reason.isEmpty)
                try await ann.reconnected()
                #expect(ann.connection.id != connectionID && up.id != streamID && up.localID == localID)
                #expect(await ann.connection.findByLocalID(localID) === up)
                #expect(await ann.connection.upStreams.keys.sorted() == [up.id])
                // Others see another stream, of another client, that begins with a key frame.
                var new = try await bob.downStream()
                while new.id != up.id { new = try await bob.downStream() }
                #expect(new.source == ann.connection.id && new.username == "Ann" && new.label == "camera")
                frames = new.frames.makeAsyncIterator()
                while let frame = try await frames.next() {
                    guard frame.frame.codec == .vp8 else { continue }
                    #expect(frame.frame.isKeyFrame)
                    break
                }
                var last: StreamEvent?
                for try await event in old.events { last = event }
                guard case .closed(isReplaced: false)? = last else {
                    Issue.record("the old stream goes on: \(String(describing: last))")
                    return
                }
                await ann.connection.close()
                await bob.connection.close()
            }
        }
    }

    @Test(.row("C-15", "C-22")) func `who receives goes on by the same object, and asks for the same`() async throws {
        try await RunningServer.run(groups: Self.demo) { server in
            try await Wire.run(to: server.port) { wire in
                let ann = try await TestMember(server, "Ann")
                var bob = try await TestMember(server, "Bob", comingBackOver: wire)
                try await bob.connection.request(["camera": [.audio, .video]])
                let up = try await ann.connection.newUpStream(label: "camera", tracks: PublishedStream.tracks)
                let camera = TestCamera(up)
                defer { camera.stop() }
                let unwanted = try await ann.connection.newUpStream(
                    label: "screenshare", tracks: [PublishedTrack(.vp8)])
                let down = try await bob.downStream()
                var frames = down.frames.makeAsyncIterator()
                _ = try await frames.next()
                try await down.request([.video])
                try await bob.chatEcho("before")
                wire.cut()

                try await bob.reconnected()
                // The same stream is offered again, is the same object, and carries what was asked of it alone.
                let again = try await bob.downStream()
                #expect(again === down && down.localID == again.localID && down.id == up.id)
                while await down.tracks.map(\.kind) != [.video] { _ = try #require(try await frames.next()) }
                // What sound was under way ends.
                var silent = 0
                while silent < 25 {
                    silent = try #require(try await frames.next()).frame.codec == .vp8 ? silent + 1 : 0
                }
                #expect(await bob.connection.downStreams.keys.sorted() == [up.id])
                // And the group goes on.
                try await bob.chatEcho("after")
                let names = await bob.connection.users.values.map(\.username).sorted()
                #expect(names == ["Ann", "Bob"])
                #expect(await bob.connection.group == "demo")
                #expect(await bob.connection.username == "Bob")
                _ = unwanted
                await ann.connection.close()
                var last: StreamEvent?
                for try await event in down.events { last = event }
                guard case .closed(isReplaced: false)? = last else {
                    Issue.record("the stream did not end: \(String(describing: last))")
                    return
                }
                await bob.connection.close()
            }
        }
    }

    @Test func `a stream that ended meanwhile ends here`() async throws {
        try await RunningServer.run(groups: Self.demo) { server in
            try await Wire.run(to: server.port) { wire in
                let ann = try await TestMember(server, "Ann")
                var bob = try await TestMember(server, "Bob", comingBackOver: wire)
                try await bob.connection.request(["": [.audio, .video]])
                let up = try await ann.connection.newUpStream(label: "camera", tracks: PublishedStream.tracks)
                let camera = TestCamera(up)
                let down = try await bob.downStream()
                var frames = down.frames.makeAsyncIterator()
                _ = try await frames.next()
                wire.breakDown()
                _ = try await bob.reconnecting()
                camera.stop()
                await up.close()
                wire.mend()
                try await bob.reconnected()
                var last: StreamEvent?
                for try await event in down.events { last = event }
                guard case .closed(isReplaced: false)? = last else {
                    Issue.record("the stream did not end: \(String(describing: last))")
                    return
                }
                #expect(await bob.connection.downStreams.isEmpty)
                #expect(await bob.connection.isConnected)
                await ann.connection.close()
                await bob.connection.close()
            }
        }
    }

    /// A server that takes one in and offers streams, and drops one, again and again.
    @Test(.attack(19)) func `streams of connections that were lost do not pile up`() async throws {
        let joins = Mutex(0)
        try await FakeServer.run(hear: { text, client in
            if text.contains(#""handshake""#) { client.say(#"{"type":"handshake","version":["2"]}"#) }
            guard text.contains(#""join""#) else { return }
            let number = joins.withLock { joins in
                joins += 1
                return joins
            }
            client.say(#"{"type":"joined","kind":"join","group":"g","username":"Ann","permissions":[]}"#)
            for stream in 0..<200 {
                client.say(#"{"type":"offer","id":"\#(number)-\#(stream)","label":"camera","source":"b","sdp":"x"}"#)
            }
            client.hangUp()
        }) { server in
            var configuration = ServerConnection.Configuration()
            configuration.reconnectPolicy = ReconnectPolicy(
                firstDelay: .milliseconds(50), maximumDelay: .milliseconds(50), timeLimit: nil)
            let connection = try ServerConnection(configuration)
            var events = connection.events.makeAsyncIterator()
            try await connection.connect(to: server.endpoint)
            try await connection.join(group: "g", username: "Ann", credentials: .none)
            var losses = 0
            while losses < 10, let event = try await events.next() {
                guard case .reconnecting = event else { continue }
                losses += 1
                #expect(await connection.downStreams.count <= ServerSession.maximumDownStreams)
            }
            await connection.close()
            while try await events.next() != nil {}
            #expect(await connection.downStreams.isEmpty)
        }
    }

    @Test func `a stream can be closed while its connection is lost`() async throws {
        try await RunningServer.run(groups: Self.demo) { server in
            try await Wire.run(to: server.port) { wire in
                var ann = try await TestMember(server, "Ann", comingBackOver: wire)
                let up = try await ann.connection.newUpStream(label: "camera", tracks: PublishedStream.tracks)
                wire.breakDown()
                _ = try await ann.reconnecting()
                await up.close()
                for try await _ in up.events {}
                wire.mend()
                try await ann.reconnected()
                #expect(await ann.connection.upStreams.isEmpty)
                await ann.connection.close()
            }
        }
    }

    /// The addresses of loopback stand for those of a network that is left, and one that is entered.
    @Test(.row("C-21"), arguments: [true, false])
    func `media follows to another address`(isPublisher: Bool) async throws {
        try await RunningServer.run(groups: Self.demo) { server in
            let addresses = Mutex(["127.0.0.2"])
            let moving: @Sendable (inout ServerConnection.Configuration) -> Void = { configuration in
                configuration.reconnectPolicy = ReconnectPolicy()
                configuration.hostAddresses = { addresses.withLock { $0.compactMap { IPAddress($0) } } }
            }
            let ann = try await TestMember(server, "Ann") { if isPublisher { moving(&$0) } }
            var bob = try await TestMember(server, "Bob") { if !isPublisher { moving(&$0) } }
            try await bob.connection.request(["": [.audio, .video]])
            let up = try await ann.connection.newUpStream(label: "camera", tracks: PublishedStream.tracks)
            let camera = TestCamera(up)
            defer { camera.stop() }
            let down = try await bob.downStream()
            var frames = down.frames.makeAsyncIterator()
            _ = try await frames.next()
            addresses.withLock { $0 = ["127.0.0.3"] }
            // 50 pictures a second: what is missing between two of them is the silence.
            var last: UInt32?
            var longest: UInt32 = 0
            let start = Instant.current
            while let frame = try await frames.next() {
                guard frame.frame.codec == .vp8 else { continue }
                let number = try #require(NumberedFrame.number(frame.frame)?.number)
                if let last { longest = max(longest, number - last) }
                last = number
                let moved = await (isPublisher ? up : down).path?.local == IPAddress("127.0.0.3")
                if moved, frame.presentation > start + .seconds(2) { break }
            }
            #expect(longest < 150, "silence of \(longest) pictures")
            await ann.connection.close()
            await bob.connection.close()
        }
    }
}
