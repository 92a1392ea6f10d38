// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
import RTCBase
import RTCTestKit
import Testing

@Suite("A publisher's clock, to the fraction of a second", .rfc(3550, "4"), .row("M-27"))
struct OriginClockTests {
    static let base: Int64 = 1_800_000_000_000_000_000

    static func ntp(_ milliseconds: Int) -> NTPTime { NTPTime(unixNanoseconds: base + Int64(milliseconds) * 1_000_000) }

    /// Browsers report when they like, of sound and of picture at different moments of a second.
    @Test(arguments: [0, 1, 250, 499, 500, 750, 999])
    func `places a report's time where its publisher's clock showed it`(fraction: Int) throws {
        var clock = OriginClock()
        for report in 0..<10 {
            let moment = report * 1370 + fraction
            clock.receiveSenderReport(Self.ntp(moment), now: .zero + .milliseconds(moment + 40))
        }
        for moment in stride(from: 0, to: 5000, by: 333) {
            let instant = try #require(clock.instant(of: Self.ntp(moment)))
            #expect(abs((instant - (.zero + .milliseconds(moment + 40))).wholeNanoseconds) < 10)
        }
    }

    @Test func `takes the report that travelled fastest for all of them`() throws {
        var clock = OriginClock()
        var random = SeededRandom(seed: 1)
        var fastest = Int.max
        for report in 0..<8 {
            let delay = 30 + Int(random.next() % 100)
            fastest = min(fastest, delay)
            let moment = report * 1123
            clock.receiveSenderReport(Self.ntp(moment), now: .zero + .milliseconds(moment + delay))
        }
        let instant = try #require(clock.instant(of: Self.ntp(700)))
        #expect(abs((instant - (.zero + .milliseconds(700 + fastest))).wholeNanoseconds) < 10)
    }

    @Test func `tells how far two times are apart`() {
        for (from, to) in [(0, 1), (0, 500), (999, 1001), (250, 90_250), (1500, 0), (10_001, 9999)] {
            let nanoseconds = Self.ntp(to).nanoseconds(since: Self.ntp(from))
            #expect(abs(nanoseconds - Int64(to - from) * 1_000_000) < 3)
        }
        // Across the roll-over of the seconds in 2036.
        #expect(NTPTime(bits: 1 << 31).nanoseconds(since: NTPTime(bits: 0 &- (1 << 31))) == 1_000_000_000)
        _ = NTPTime(bits: .max).nanoseconds(since: NTPTime(bits: 1 << 63))
    }
}
