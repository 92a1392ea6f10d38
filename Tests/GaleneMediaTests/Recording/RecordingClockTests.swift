// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import RTCBase
import RTP
import Testing

@testable import GaleneMedia

struct RecordingClockTests {
    static func frame(
        _ codec: Codec = .vp8, played: Int, captured: Int? = nil, timestamp: UInt32 = 0,
        clockAt: Int64 = 1_700_000_000_000_000_000
    ) -> MediaFrame {
        MediaFrame(
            track: codec.rawValue,
            frame: EncodedFrame(codec: codec, timestamp: timestamp, isKeyFrame: true, bytes: [0]),
            captureTime: captured.map { NTPTime(unixNanoseconds: clockAt + Int64($0) * 1_000_000) },
            presentation: Instant(nanoseconds: 0) + .milliseconds(played), lostPackets: 0)
    }

    /// In milliseconds; a unit of NTP is less than a nanosecond.
    private func times(_ frames: [MediaFrame]) -> [Int] {
        var clock = RecordingClock(start: frames[0].presentation)
        return frames.map { Int((Double(clock.time(of: $0)) / 1e6).rounded()) }
    }

    @Test func `before the publisher has told its time it is when frames are to be played`() {
        let frames = [(.opus, 1000), (Codec.vp8, 1010), (.opus, 1020), (.vp8, 1043)].map { Self.frame($0, played: $1) }
        #expect(times(frames) == [0, 10, 20, 43])
    }

    @Test func `then it is when they were captured, whatever playing waits for`() {
        let frames = [
            Self.frame(played: 1000, captured: 0), Self.frame(played: 1090, captured: 40),
            Self.frame(.opus, played: 1100, captured: 45), Self.frame(played: 1400, captured: 80),
        ]
        #expect(times(frames) == [0, 40, 45, 80])
    }

    @Test func `sound without a time goes along with the picture's`() {
        let frames = [
            Self.frame(played: 1000, captured: 0), Self.frame(.opus, played: 1005),
            Self.frame(played: 1140, captured: 40),
            // Playing is a tenth of a second later than at the beginning.
            Self.frame(.opus, played: 1145),
        ]
        #expect(times(frames) == [0, 5, 40, 45])
    }

    @Test(arguments: [-3_600_000, 3_600_000, -4_000_000_000_000, 4_000_000_000_000])
    func `a publisher that sets its clock, or lies about it, makes neither a gap nor a standstill`(step: Int) {
        let frames = [
            Self.frame(played: 1000, captured: 0), Self.frame(played: 1040, captured: 40),
            Self.frame(played: 1080, captured: 80 + step / 1000), Self.frame(played: 1120, captured: 120 + step / 1000),
        ]
        #expect(times(frames) == [0, 40, 80, 120])
    }

    @Test func `what the network has held up for seconds keeps its place, sound and picture alike`() {
        let frames = [
            Self.frame(played: 1000, captured: 0), Self.frame(.opus, played: 1000, captured: 0),
            Self.frame(.opus, played: 9000, captured: 4000, timestamp: 4000 * 48),
            Self.frame(played: 9000, captured: 40, timestamp: 40 * 90),
            Self.frame(played: 9010, captured: 4000, timestamp: 4000 * 90),
        ]
        #expect(times(frames) == [0, 0, 4000, 40, 4000])
    }

    @Test(arguments: [0, 5000, UInt32.max - 4000])
    func `what came before the publisher told its time is placed by its timestamps, wrapped or not`(first: UInt32) {
        // Sound came 70 ms late, picture at once; both were captured at the same moments.
        var frames: [MediaFrame] = []
        for number in 0..<10 {
            let told = number >= 6
            frames.append(
                Self.frame(
                    played: 1000 + 40 * number, captured: told ? 40 * number : nil,
                    timestamp: first &+ UInt32(3600 * number))
            )
            frames.append(
                Self.frame(
                    .opus, played: 1070 + 40 * number, captured: told ? 40 * number : nil,
                    timestamp: first &+ UInt32(1920 * number)))
        }
        frames.sort { $0.presentation < $1.presentation }
        RecordingClock.complete(&frames)
        let placed = zip(frames, times(frames))
        for number in 0..<10 {
            let both = placed.filter { frame, _ in
                frame.frame.timestamp == first &+ UInt32((frame.frame.codec == .opus ? 1920 : 3600) * number)
            }
            #expect(both.map(\.1) == [40 * number, 40 * number])
        }
    }

    @Test func `timestamps of another source tell nothing of when it was`() {
        var frames = [
            Self.frame(played: 1000, timestamp: 4_000_000_000), Self.frame(played: 1040, captured: 40, timestamp: 17),
            Self.frame(played: 1080, captured: 80, timestamp: 17),
        ]
        RecordingClock.complete(&frames)
        #expect(frames[0].captureTime == nil)
        #expect(times(frames) == [0, 40, 80])
    }
}
