// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ClientTestKit
import Dispatch
import Foundation
import GaleneClient
import GaleneMedia
import GaleneProtocol
import MediaIO
import RTCBase
import RTCTestKit
import RTP
import ServerTestKit
import Synchronization
import Testing

@Suite("Publishing a source", .timeLimit(.minutes(2)))
struct StreamPublisherTests {
    private static let readers =
        #"{"wildcard-user":{"password":{"type":"wildcard"},"permissions":"message"}}"#

    @Test func `what a source gives is seen and heard, in order and in its time, and ends with it`() async throws {
        try await RunningServer.run(groups: ["demo": RunningServer.everybodyPresents]) { server in
            var bob = try await TestMember(server, "Bob")
            try await bob.connection.request(["": [.audio, .video]])
            let ann = try await TestMember(server, "Ann")
            // Whoever is slow to join misses something of the beginning.
            let isEnough = Mutex(false)
            let publisher = try await StreamPublisher.publish(label: "video", on: ann.connection) {
                DrawnSource(count: 10_000) { isEnough.withLock { $0 } }
            }
            let stream = try await bob.downStream()
            #expect(stream.label == "video" && stream.username == "Ann")
            let decoder = try VideoDecoder(codec: .vp8)
            var brightness: [Int] = []
            var times: [UInt32] = []
            var sounds = 0
            for try await frame in stream.frames {
                guard frame.frame.codec == .vp8 else {
                    sounds += 1
                    continue
                }
                for picture in try decoder.decode(frame.frame, time: .zero) {
                    times.append(frame.frame.timestamp)
                    #expect((picture.width, picture.height) == (DrawnSource.width, DrawnSource.height))
                    picture.withPlanes { luma, _, _ in brightness.append(Int(luma[80, 60])) }
                    if times.count >= 20 && sounds >= 20 { isEnough.withLock { $0 = true } }
                }
            }
            try await publisher.waitUntilEnd()
            let statistics = publisher.statistics
            #expect(statistics.pictures >= times.count && statistics.audioPackets >= sounds)
            #expect(statistics.bytes > 0 && statistics.keyFrames >= 1)
            // Where the machine is busy a picture may be left out; each is of its time all the same.
            let numbers = times.map { Int($0 &- times[0]) / 3600 }
            #expect(times.allSatisfy { ($0 &- times[0]) % 3600 == 0 }, "40 ms at 90 kHz")
            #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
            let first = try #require((0..<25).min { distance($0, brightness[0]) < distance($1, brightness[0]) })
            #expect(zip(numbers, brightness).allSatisfy { distance(first + $0, $1) <= 4 }, "\(brightness)")
            await ann.connection.close()
            await bob.connection.close()
        }
    }

    /// Of what was seen from what was drawn as the n-th picture.
    private func distance(_ number: Int, _ brightness: Int) -> Int {
        abs(Int(DrawnSource.brightness(number)) - brightness)
    }

    @Test func `of sound alone the times begin with the stream, whenever its source began`() async throws {
        /// A device that has been open for an hour.
        final class OldMicrophone: MediaSource {
            let (hasPictures, hasSound, isLive) = (false, true, true)
            private var time = Duration.seconds(3600)
            private let pace = DispatchSemaphore(value: 0)

            func next() throws(MediaError) -> MediaSample? {
                _ = pace.wait(timeout: .now() + .milliseconds(20))
                defer { time += .milliseconds(20) }
                return .sound(AudioBlock(time: time, samples: [Float](repeating: 0.25, count: 1920)))
            }
        }
        try await RunningServer.run(groups: ["demo": RunningServer.everybodyPresents]) { server in
            var bob = try await TestMember(server, "Bob")
            try await bob.connection.request(["": [.audio]])
            let ann = try await TestMember(server, "Ann")
            let publisher = try await StreamPublisher.publish(label: "camera", on: ann.connection) { OldMicrophone() }
            for try await frame in try await bob.downStream().frames {
                guard let captured = frame.captureTime else { continue }
                let now = NTPTime(unixNanoseconds: Int64(Date().timeIntervalSince1970 * 1e9))
                #expect(now.nanoseconds(since: captured).magnitude < 60_000_000_000)
                break
            }
            await publisher.stop()
            await ann.connection.close()
            await bob.connection.close()
        }
    }

    @Test func `whose task is cancelled while the source is being opened is told so, and the source is let go`()
        async throws
    {
        /// A camera that is on as long as it is there.
        final class Camera: MediaSource {
            let (hasPictures, hasSound, isLive) = (true, false, true)
            let off: AsyncStream<Void>.Continuation

            init(off: AsyncStream<Void>.Continuation) { self.off = off }

            deinit { off.finish() }

            func next() throws(MediaError) -> MediaSample? {
                .picture(try VideoPicture(width: 16, height: 16, time: .zero) { _, _, _ in })
            }
        }
        let gate = DispatchSemaphore(value: 0)
        let (opening, begun) = AsyncStream.makeStream(of: Void.self)
        let (letGo, off) = AsyncStream.makeStream(of: Void.self)
        let connection = try ServerConnection()
        let publishing = Task {
            try await StreamPublisher.publish(label: "camera", on: connection) { () throws(MediaError) in
                begun.finish()
                gate.wait()
                return Camera(off: off)
            }
        }
        for await _ in opening {}
        publishing.cancel()
        await #expect(throws: CancellationError.self) { try await publishing.value }
        gate.signal()
        for await _ in letGo {}
        await connection.close()
    }

    @Test func `a server that does not take the stream is an error in words`() async throws {
        try await RunningServer.run(groups: ["demo": Self.readers]) { server in
            let ann = try await TestMember(server, "Ann")
            let publisher = try await StreamPublisher.publish(label: "video", on: ann.connection) {
                DrawnSource(count: 50)
            }
            let error = await #expect(throws: MediaError.self) { try await publisher.waitUntilEnd() }
            #expect(error?.kind == .notAllowed)
            await ann.connection.close()
        }
    }

    @Test func `who stops is out of the group's streams at once`() async throws {
        try await RunningServer.run(groups: ["demo": RunningServer.everybodyPresents]) { server in
            let ann = try await TestMember(server, "Ann")
            let publisher = try await StreamPublisher.publish(label: "video", on: ann.connection) {
                DrawnSource(count: 100_000)
            }
            #expect(await ann.connection.upStreams.count == 1)
            await publisher.stop()
            #expect(await ann.connection.upStreams.isEmpty)
            try await publisher.waitUntilEnd()
            await ann.connection.close()
        }
    }

    @Test func `a source that cannot be opened, or has nothing, publishes nothing`() async throws {
        try await RunningServer.run(groups: ["demo": RunningServer.everybodyPresents]) { server in
            let ann = try await TestMember(server, "Ann")
            let error = await #expect(throws: MediaError.self) {
                try await StreamPublisher.publish(label: "video", on: ann.connection) { () throws(MediaError) in
                    throw MediaError(.notFound, "there is no such camera")
                }
            }
            #expect(error == MediaError(.notFound, "there is no such camera"))
            await #expect(throws: MediaError.self) {
                try await StreamPublisher.publish(label: "video", on: ann.connection) {
                    DrawnSource(count: 0, pictures: true, sound: false)
                }
            }
            #expect(await ann.connection.upStreams.isEmpty)
            await ann.connection.close()
        }
    }
}
