// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCTestKit
import Testing

@Suite("Times", .rfc(3339, "5.6"))
struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2026-11-21T00:14:45Z", 1_795_220_085), ("1985-04-12T23:20:50Z", 482_196_050),
        ("1996-12-19T16:39:57-08:00", 851_042_397), ("1990-12-31T23:59:60Z", 662_688_000),
        ("1937-01-01T12:00:27+00:20", -1_041_337_173), ("2000-02-29T00:00:00Z", 951_782_400),
        ("0000-01-01T00:00:00Z", -62_167_219_200), ("9999-12-31T23:59:59Z", 253_402_300_799),
        ("1969-12-31T23:59:59Z", -1), ("2026-11-21t00:14:45z", 1_795_220_085),
    ])
    func `a time is read`(text: String, seconds: Int64) {
        #expect(Timestamp(rfc3339: text) == Timestamp(unixSeconds: seconds))
    }

    @Test(arguments: [
        "", "2026-11-21", "2026-11-21T00:14:45", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z", "2026-01-32T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:61Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+1:00", "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00Zx", "2026-01-01T00:00:00+00:0", "+026-01-01T00:00:00Z", "２026-01-01T00:00:00Z",
    ])
    func `what is not a time is refused`(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test func `fractions are read, and written only where they are wanted`() throws {
        let time = try #require(Timestamp(rfc3339: "2026-11-21T00:14:45.1230001239Z"))
        #expect(time.nanoseconds == 123_000_123)
        #expect(time.wholeSecondsText == "2026-11-21T00:14:45Z")
        #expect(time.text == "2026-11-21T00:14:45.123000123Z")
        #expect(Timestamp(unixSeconds: 0, nanoseconds: 500_000_000).text == "1970-01-01T00:00:00.5Z")
        #expect(Timestamp(unixSeconds: 1).text == "1970-01-01T00:00:01Z")
    }

    @Test func `fractions carry, and times compare`() {
        #expect(Timestamp(unixSeconds: 1, nanoseconds: -1) == Timestamp(unixSeconds: 0, nanoseconds: 999_999_999))
        #expect(Timestamp(unixMilliseconds: -1) == Timestamp(unixSeconds: -1, nanoseconds: 999_000_000))
        #expect(Timestamp(unixMilliseconds: 1500) < Timestamp(unixSeconds: 2))
        #expect(Timestamp(unixSeconds: 2, nanoseconds: 1) > Timestamp(unixSeconds: 2))
        for extreme in [Int64.min, .max] {
            #expect(Timestamp(unixSeconds: extreme, nanoseconds: extreme).nanoseconds >= 0)
            #expect(Timestamp(unixSeconds: extreme).wholeSecondsText.count == 20)
            #expect(Timestamp(unixMilliseconds: extreme).nanoseconds >= 0)
        }
    }

    @Test func `every day of four centuries is written and read back`() {
        for day in Int64(-146_097)...146_097 where day % 7 == 0 || day.isMultiple(of: 365) {
            let time = Timestamp(unixSeconds: day * 86_400 + 86_399)
            #expect(Timestamp(rfc3339: time.text) == time)
        }
    }
}
