// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import Testing

@Suite("Time")
struct TimeTests {
    @Test func `instants and durations add up`() {
        let start = Instant(nanoseconds: 1_500_000_000)
        #expect(start + .milliseconds(250) == Instant(nanoseconds: 1_750_000_000))
        #expect(start - .seconds(2) == Instant(nanoseconds: -500_000_000))
        #expect((start + .seconds(1)) - start == .seconds(1))
        #expect(Instant.zero < start)
        var moving = start
        moving += .nanoseconds(1)
        #expect(moving.nanoseconds == 1_500_000_001)
    }

    @Test func `arithmetic at the ends of the range wraps and does not trap`() {
        let last = Instant(nanoseconds: .max)
        #expect((last + .nanoseconds(1)).nanoseconds == .min)
        #expect((Instant(nanoseconds: .min) - last).wholeNanoseconds == 1)
        _ = Instant.zero + .seconds(Int64.max)
        _ = Instant.zero - .seconds(Int64.min)
    }

    @Test func `the earlier of two deadlines ignores the absent one`() {
        let soon = Instant(nanoseconds: 1)
        let late = Instant(nanoseconds: 2)
        #expect(Instant.earliest(nil, nil) == nil)
        #expect(Instant.earliest(soon, nil) == soon)
        #expect(Instant.earliest(nil, soon) == soon)
        #expect(Instant.earliest(late, soon) == soon)
        #expect(Instant.earliest(soon, late) == soon)
    }

    @Test func `durations become whole nanoseconds and seconds`() {
        #expect(Duration.milliseconds(-1500).wholeNanoseconds == -1_500_000_000)
        #expect(Duration(secondsComponent: 0, attosecondsComponent: 1_999_999_999).wholeNanoseconds == 1)
        #expect(Duration.milliseconds(250).inSeconds == 0.25)
    }

    @Test(.rfc(3550, "4"))
    func `NTP time counts from 1900 in 32.32 fixed point`() {
        #expect(NTPTime(unixNanoseconds: 0).bits == 2_208_988_800 << 32)
        #expect(NTPTime(unixNanoseconds: -5).bits == 2_208_988_800 << 32, "before 1970 counts as 1970")
        #expect(NTPTime(unixNanoseconds: 500_000_000).bits & 0xffff_ffff == 0x8000_0000)
        #expect(NTPTime(unixNanoseconds: 250_000_000).bits & 0xffff_ffff == 0x4000_0000)
        #expect(NTPTime(unixNanoseconds: 999_999_999).bits & 0xffff_ffff == 0xffff_fffb)
        #expect(NTPTime(bits: 0x0123_4567_89ab_cdef).compact == 0x4567_89ab)
        #expect(NTPTime(bits: 1) < NTPTime(bits: 2))
    }

    @Test(.rfc(5905, "6"))
    func `the seconds wrap in 2036 without a trap`() {
        // 7 February 2036, 06:28:16 UTC: era 1 begins.
        let wrap: Int64 = 2_085_978_496
        #expect(NTPTime(unixNanoseconds: wrap * 1_000_000_000).bits == 0)
        #expect(NTPTime(unixNanoseconds: wrap * 1_000_000_000 - 1).bits >> 32 == 0xffff_ffff)
        _ = NTPTime(unixNanoseconds: .max)
    }

    @Test func `a wall clock keeps the offset of its start`() {
        let clock = WallClock(unixNanoseconds: 1_000_000_000_000, at: Instant(nanoseconds: 400))
        #expect(clock.unixNanoseconds(at: Instant(nanoseconds: 500)) == 1_000_000_000_100)
        #expect(clock.ntpTime(at: Instant(nanoseconds: 400)) == NTPTime(unixNanoseconds: 1_000_000_000_000))
    }

    @Test func `what is redacted shows nowhere but where it is asked for`() {
        let secret = Redacted("192.0.2.1")
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), String(describing: [secret]), dumped] {
            #expect(!text.contains("192"), "\(text)")
        }
        #expect(secret.exposed == "192.0.2.1")
        #expect(secret == Redacted("192.0.2.1"))
    }
}
