// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Dispatch
import MediaIO
import RTCBase
import RTP
import Testing
import WebRTCIO

@testable import GaleneMedia

/// Without a network.
@Suite("The thread that encodes", .timeLimit(.minutes(1)))
struct PublishingThreadTests {
    /// A microphone whose driver has kept two seconds; what comes then comes when the test wants it.
    private final class OldMicrophone: MediaSource {
        let (hasPictures, hasSound, isLive) = (false, true, true)
        private var number = 0
        private let kept: AsyncStream<Void>.Continuation
        private let more: DispatchSemaphore

        init(kept: AsyncStream<Void>.Continuation, more: DispatchSemaphore) { (self.kept, self.more) = (kept, more) }

        func next() throws(MediaError) -> MediaSample? {
            if number >= 100 {
                kept.finish()
                more.wait()
            }
            defer { number += 1 }
            return number == 110 ? nil : .sound(block(.milliseconds(20 * number)))
        }
    }

    private static func block(_ time: Duration) -> AudioBlock {
        AudioBlock(time: time, samples: [Float](repeating: 0.25, count: 1920))
    }

    @Test func `what a device has kept before the stream was there is not sent, and nothing claims the future`()
        async throws
    {
        let controls = PublishingControls()
        let (reading, kept) = AsyncStream.makeStream(of: Void.self)
        let more = DispatchSemaphore(value: 0)
        let outputs = PublishingThread.start(PublishingOptions(), controls) { OldMicrophone(kept: kept, more: more) }
        for await _ in reading {}
        let opened = Instant.current
        controls.open()
        for _ in 0..<11 { more.signal() }
        var timestamps: [UInt32] = []
        for await case .frame(let frame, _, _, let captured) in outputs {
            if timestamps.isEmpty { #expect(captured >= opened && captured <= .current) }
            timestamps.append(frame.timestamp)
        }
        #expect(timestamps == (100..<110).map { UInt32($0 * 960) })
        #expect(controls.with(\.statistics).audioPackets == 10)
    }

    /// Gives what it was made with.
    private final class Film: MediaSource {
        let (hasPictures, hasSound, isLive) = (true, true, false)
        private var samples: [MediaSample]

        init(_ samples: [MediaSample]) { self.samples = samples }

        func next() throws(MediaError) -> MediaSample? { samples.isEmpty ? nil : samples.removeFirst() }
    }

    @Test func `pictures of a film that come too late are left out, sound never, and one a second is there`()
        async throws
    {
        func picture(_ time: Duration) throws -> MediaSample {
            .picture(try VideoPicture(width: 16, height: 16, time: time) { _, _, _ in })
        }
        // A minute ago.
        let times = [-60_000, -59_960, -59_920, -58_000].map { Duration.milliseconds($0) }
        let samples = try times.flatMap { [try picture($0), .sound(Self.block($0))] }
        let controls = PublishingControls()
        controls.open()
        var sounds = 0
        for await case .frame(let frame, _, _, _) in PublishingThread.start(
            PublishingOptions(), controls, { Film(samples) }) where frame.codec == .opus
        { sounds += 1 }
        let statistics = controls.with(\.statistics)
        #expect(statistics.pictures == 2 && statistics.dropped == 2)
        #expect(sounds == 4)
    }

    @Test func `a file that claims to go on in 290 years stops when it is told to`() async throws {
        let controls = PublishingControls()
        let far = Instant(nanoseconds: .max)
        let waiting = Task.detached { controls.wait(until: far) }
        controls.stop()
        #expect(await waiting.value == false)
        #expect(!controls.wait(until: far))
        #expect(PublishingControls().wait(until: .current))
    }

    @Test func `what the network does not take is dropped, and none of what was sent`() {
        let controls = PublishingControls()
        let frame = EncodedFrame(codec: .vp8, timestamp: 0, isKeyFrame: true, bytes: [1, 2, 3])
        for isTaken in [true, false, false] { controls.noteSent(frame, isTaken: isTaken) }
        #expect(controls.with(\.statistics).bytes == 3 && controls.with(\.statistics).dropped == 2)
    }
}
