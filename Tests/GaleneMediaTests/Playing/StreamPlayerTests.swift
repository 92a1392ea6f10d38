// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ClientTestKit
import Dispatch
import GaleneProtocol
import MediaIO
import NIOCore
import NIOPosix
import RTCBase
import RTP
import ServerTestKit
import Synchronization
import Testing
import WebRTCIO

@testable import GaleneClient
@testable import GaleneMedia

@Suite("Playing a stream of a meeting")
struct StreamPlayerTests {
    /// A second of VP8 in which every fifth frame is a key frame: red, as the bars have it.
    private static func frames() throws -> [EncodedFrame] {
        let encoder = try VideoEncoder(codec: .vp8, width: 64, height: 48, bitrate: 200_000, framesPerSecond: 20)
        return try (0..<20).flatMap { number in
            let time = Duration.milliseconds(50 * number)
            let picture = try VideoPicture(width: 64, height: 48, time: time) { luma, u, v in
                for y in 0..<48 {
                    for x in 0..<64 { (luma[x, y], u[x / 2, y / 2], v[x / 2, y / 2]) = (81, 90, 240) }
                }
            }
            return try encoder.encode(picture, asKeyFrame: number % 5 == 0)
        }
    }

    /// Sends the frames again and again.
    private static func publish(_ frames: [EncodedFrame], on stream: GaleneClient.Stream) -> RepeatedTask {
        let number = Mutex(0)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        return loop.scheduleRepeatedAsyncTask(initialDelay: .zero, delay: .milliseconds(50)) { _ in
            let index = number.withLock { number in
                defer { number += 1 }
                return number
            }
            var frame = frames[index % frames.count]
            frame.timestamp = UInt32(truncatingIfNeeded: index * 4500)
            let sent = frame
            return loop.makeFutureWithTask { _ = try? await stream.send(sent, track: "video") }
        }
    }

    @Test(.timeLimit(.minutes(1))) func `its pictures are those that were sent, and it ends with the stream`()
        async throws
    {
        let frames = try Self.frames()
        try await RunningServer.run(groups: ["demo": RunningServer.everybodyPresents]) { server in
            let ada = try await TestMember(server, "ada")
            var bob = try await TestMember(server, "bob")
            try await bob.connection.request(["": [.video]])
            let up = try await ada.connection.newUpStream(label: "camera", tracks: [PublishedTrack(.vp8)])
            let camera = Self.publish(frames, on: up)
            defer { camera.cancel() }
            let down = try await bob.downStream()
            let (pictures, input) = AsyncStream.makeStream(of: VideoPicture.self)
            let player = StreamPlayer(down, maximumPictures: 100, picture: { input.yield($0) })
            async let playing: Void = player.run()
            var count = 0
            for await picture in pictures {
                picture.withPlanes { luma, u, v in
                    #expect(
                        abs(Int(luma[32, 24]) - 81) < 8 && abs(Int(u[16, 12]) - 90) < 8 && abs(Int(v[16, 12]) - 240) < 8
                    )
                }
                #expect(picture.width == 64 && picture.height == 48)
                count += 1
                if count == 8 { break }
            }
            await up.close()
            await playing
            #expect(player.statistics.shown >= 8 && player.statistics.broken == 0)
            await ada.connection.close()
            await bob.connection.close()
        }
    }

    @Test(.timeLimit(.minutes(1))) func `after a broken frame it asks for a key frame, which else would never come`()
        async throws
    {
        let frames = try Self.frames()
        let (key, delta) = (frames[0], frames[1])
        // A key frame whose first partition is longer than all of it (RFC 6386 section 9.1).
        let broken = EncodedFrame(
            codec: .vp8, timestamp: 0, isKeyFrame: true, bytes: [0xf0, 0xff, 0xff, 0x9d, 0x01, 0x2a, 64, 0, 48, 0])
        try await RunningServer.run(groups: ["demo": RunningServer.everybodyPresents]) { server in
            let ada = try await TestMember(server, "ada")
            var bob = try await TestMember(server, "bob")
            try await bob.connection.request(["": [.video]])
            let up = try await ada.connection.newUpStream(label: "camera", tracks: [PublishedTrack(.vp8)])
            let next = Mutex([key])
            let asked = up.events
            let answering = Task {
                for try await case .keyFrameRequested in asked { next.withLock { $0.append(key) } }
            }
            defer { answering.cancel() }
            let number = Mutex(UInt32(0))
            let loop = MultiThreadedEventLoopGroup.singleton.next()
            let camera = loop.scheduleRepeatedAsyncTask(initialDelay: .zero, delay: .milliseconds(50)) { _ in
                var frame = next.withLock { $0.isEmpty ? delta : $0.removeFirst() }
                frame.timestamp = number.withLock { number in
                    number += 1
                    return number * 4500
                }
                let sent = frame
                return loop.makeFutureWithTask { _ = try? await up.send(sent, track: "video") }
            }
            defer { camera.cancel() }
            let down = try await bob.downStream()
            let (pictures, input) = AsyncStream.makeStream(of: VideoPicture.self)
            let player = StreamPlayer(down, maximumPictures: 100, picture: { input.yield($0) })
            async let playing: Void = player.run()
            for await _ in pictures where player.statistics.shown >= 4 { break }
            next.withLock { $0.append(broken) }
            // Pictures that were decoded before it may still come.
            for await _ in pictures where player.statistics.broken == 1 { break }
            let shown = player.statistics.shown
            for await _ in pictures where player.statistics.shown >= shown + 8 { break }
            #expect(player.statistics.broken == 1)
            await up.close()
            await playing
            await ada.connection.close()
            await bob.connection.close()
        }
    }

    @Test(.timeLimit(.minutes(1))) func `of two pictures in one stream the first is shown`() async throws {
        let frames = try Self.frames()
        let encoder = try VideoEncoder(codec: .vp8, width: 32, height: 32, bitrate: 200_000, framesPerSecond: 20)
        let other = try (0..<20).flatMap { number in
            try encoder.encode(
                try VideoPicture(width: 32, height: 32, time: .milliseconds(50 * number)) { _, _, _ in },
                asKeyFrame: number == 0)
        }
        try await RunningServer.run(groups: ["demo": RunningServer.everybodyPresents]) { server in
            let ada = try await TestMember(server, "ada")
            let stream = try await ada.connection.newUpStream(label: "camera", tracks: [PublishedTrack(.vp8)])
            let (pictures, input) = AsyncStream.makeStream(of: VideoPicture.self)
            let player = StreamPlayer(stream, maximumPictures: 1000, picture: { input.yield($0) })
            let tracks = ["1", "2"].map { StreamTrack(id: $0, kind: .video, codecs: [.vp8]) }
            for (number, pair) in zip(other, frames).enumerated() {
                let due = Instant.current + .milliseconds(20 * number)
                for (frame, track) in [(pair.0, tracks[1]), (pair.1, tracks[0])] {
                    let frame = MediaFrame(
                        track: track.id, frame: frame, captureTime: nil, presentation: due, lostPackets: 0)
                    player.push(frame, of: tracks)
                }
            }
            async let playing: Void = player.run()
            for await picture in pictures {
                #expect(picture.width == 64)
                if player.statistics.shown >= 3 { break }
            }
            await ada.connection.close()
            await playing
            #expect(player.statistics.broken == 0)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `nothing is given any more when playing has returned`() async throws {
        let frames = try Self.frames()
        try await RunningServer.run(groups: ["demo": RunningServer.everybodyPresents]) { server in
            let ada = try await TestMember(server, "ada")
            let stream = try await ada.connection.newUpStream(label: "camera", tracks: [PublishedTrack(.vp8)])
            let gate = DispatchSemaphore(value: 0)
            let (shows, showing) = AsyncStream.makeStream(of: Void.self)
            let isShown = Mutex(false)
            let player = StreamPlayer(stream) { _ in
                showing.finish()
                // Longer than whoever does not wait for it takes to return.
                _ = gate.wait(timeout: .now() + 0.5)
                isShown.withLock { $0 = true }
            }
            player.push(
                MediaFrame(track: "0", frame: frames[0], captureTime: nil, presentation: .zero, lostPackets: 0))
            let playing = Task {
                await player.run()
                defer { gate.signal() }
                return isShown.withLock { $0 }
            }
            for await _ in shows {}
            playing.cancel()
            #expect(await playing.value)
            await ada.connection.close()
        }
    }

    @Test(.timeLimit(.minutes(1))) func `frames that nobody decodes fill no memory, and it goes on at a key frame`()
        async throws
    {
        let frames = try Self.frames()
        try await RunningServer.run(groups: ["demo": RunningServer.everybodyPresents]) { server in
            let ada = try await TestMember(server, "ada")
            let stream = try await ada.connection.newUpStream(label: "camera", tracks: [PublishedTrack(.vp8)])
            let (pictures, input) = AsyncStream.makeStream(of: VideoPicture.self)
            let player = StreamPlayer(stream, maximumPictures: 1000, picture: { input.yield($0) })
            func push(_ frame: EncodedFrame) {
                player.push(
                    MediaFrame(track: "0", frame: frame, captureTime: nil, presentation: .zero, lostPackets: 0))
            }
            for index in 0..<1000 { push(frames[index % 20]) }
            var sound = frames[0]
            sound.codec = .opus
            push(sound)
            let waiting = StreamPlayer.maximumFrames
            #expect(player.statistics.skipped >= 1000 - waiting)
            push(EncodedFrame(codec: .vp8, timestamp: 0, isKeyFrame: true, bytes: [1, 2, 3]))
            async let playing: Void = player.run()
            for await _ in pictures { break }
            await ada.connection.close()
            await playing
            #expect(player.statistics.shown >= 1)
        }
    }
}
