// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import Testing

@testable import SFU

@Suite("Renumbering: timestamps", .rfc(3550, "5.1"), .row("M-13", "M-27"))
struct TimestampMapTests {
    static let starts: [UInt32] = [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_0000, 0xffff_fffe, 0xffff_ffff]
    static let clockRate = 90_000

    static func at(_ milliseconds: Int) -> Instant { .zero + .milliseconds(milliseconds) }

    /// One encoding of a camera: what its timestamps are, and what its sender report says.
    struct Source {
        var start: UInt32
        func timestamp(_ milliseconds: Int) -> UInt32 {
            start &+ UInt32(truncatingIfNeeded: milliseconds * TimestampMapTests.clockRate / 1000)
        }
        func origin(_ milliseconds: Int) -> TimestampMap.Origin {
            let time = NTPTime(unixNanoseconds: 1_800_000_000_000_000_000 + Int64(milliseconds) * 1_000_000)
            return TimestampMap.Origin(time: time, timestamp: timestamp(milliseconds))
        }
    }

    @Test(arguments: starts)
    func `leaves the first source as it is`(start: UInt32) {
        var map = TimestampMap()
        map.start(at: start, from: nil, to: nil, clockRate: Self.clockRate, now: .zero)
        map.sent(start, now: .zero)
        #expect(map.map(start) == start && map.map(start &+ 3000) == start &+ 3000)
    }

    @Test(arguments: starts, starts)
    func `gives what was captured at one moment one timestamp, whichever encoding it comes from`(
        first: UInt32, second: UInt32
    ) {
        let sources = [Source(start: first), Source(start: second)]
        var map = TimestampMap()
        var current = 0
        var seen: [UInt32] = []
        for picture in 0..<600 {
            let moment = picture * 33
            // What arrives is 40 ms old, and 70 of the other encoding; each said its times at another moment.
            let now = Self.at(moment + 40 + 30 * current)
            if picture % 50 == 49 {
                let next = 1 - current
                map.start(
                    at: sources[next].timestamp(moment), from: sources[current].origin(max(0, moment - 700)),
                    to: sources[next].origin(moment - 200), clockRate: Self.clockRate, now: now)
                current = next
            }
            let timestamp = sources[current].timestamp(moment)
            seen.append(map.map(timestamp) &- first)
            map.sent(timestamp, now: now)
        }
        let errors = seen.enumerated().map { abs(Int(Int32(bitPattern: $1)) - $0 * 33 * 90) }
        #expect(errors.max() ?? 0 <= 30)
    }

    @Test(arguments: starts, starts)
    func `goes on by the time of arrival without reports`(first: UInt32, second: UInt32) {
        let sources = [Source(start: first), Source(start: second)]
        for (from, to) in [(nil, nil), (sources[0].origin(0), nil), (nil, sources[1].origin(0))] {
            var map = TimestampMap()
            map.sent(sources[0].timestamp(1000), now: Self.at(1040))
            map.start(
                at: sources[1].timestamp(1100), from: from, to: to, clockRate: Self.clockRate, now: Self.at(1140))
            #expect(map.map(sources[1].timestamp(1100)) == sources[0].timestamp(1100))
        }
    }

    @Test(arguments: starts)
    func `does not believe reports that contradict by more than a second what has arrived`(start: UInt32) {
        let sources = [Source(start: 77), Source(start: start)]
        let lies: [NTPTime] = [
            NTPTime(bits: 0), NTPTime(bits: .max), NTPTime(bits: 1 << 63), NTPTime(bits: 1 << 63 - 1),
            NTPTime(unixNanoseconds: 1_800_000_005_000_000_000),
        ]
        for lie in lies {
            for isFirstLying in [true, false] {
                var from = sources[0].origin(500)
                var to = sources[1].origin(500)
                if isFirstLying { from.time = lie } else { to.time = lie }
                var map = TimestampMap()
                map.sent(sources[0].timestamp(1000), now: Self.at(1040))
                map.start(
                    at: sources[1].timestamp(1100), from: from, to: to, clockRate: Self.clockRate, now: Self.at(1140))
                #expect(map.map(sources[1].timestamp(1100)) == sources[0].timestamp(1100))
            }
        }
    }

    @Test(arguments: starts)
    func `never runs backwards, though the other encoding's picture is older`(start: UInt32) {
        let sources = [Source(start: start), Source(start: 5)]
        var map = TimestampMap()
        map.sent(sources[0].timestamp(1000), now: Self.at(1040))
        map.start(
            at: sources[1].timestamp(900), from: sources[0].origin(0), to: sources[1].origin(0),
            clockRate: Self.clockRate, now: Self.at(1045))
        #expect(map.map(sources[1].timestamp(900)) == sources[0].timestamp(1000) &+ 1)
        // Nor in the same moment.
        map.sent(sources[1].timestamp(900), now: Self.at(1045))
        map.start(at: start, from: nil, to: nil, clockRate: Self.clockRate, now: Self.at(1045))
        #expect(map.map(start) == sources[0].timestamp(1000) &+ 2)
    }

    @Test(arguments: starts)
    func `is not taken back by a packet that comes late`(start: UInt32) {
        let source = Source(start: start)
        var map = TimestampMap()
        map.sent(source.timestamp(1000), now: Self.at(1040))
        // Repaired half a second later.
        map.sent(source.timestamp(967), now: Self.at(1041))
        map.start(at: 0, from: nil, to: nil, clockRate: Self.clockRate, now: Self.at(1041))
        let begun = Int32(bitPattern: map.map(0) &- source.timestamp(1000))
        #expect(begun > 0 && begun < 200)
    }

    @Test func `follows a source that jumps, forwards or back`() {
        var map = TimestampMap()
        map.sent(1_000_000, now: .zero)
        map.sent(5, now: Self.at(100))
        map.start(at: 0, from: nil, to: nil, clockRate: Self.clockRate, now: Self.at(200))
        #expect(map.map(0) == 5 + 9000)
    }

    @Test(.attack(16), arguments: 0..<50 as Range<UInt64>)
    func `traps on no report and no time`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var map = TimestampMap()
        for _ in 0..<100 {
            func origin() -> TimestampMap.Origin? {
                random.next() % 4 == 0
                    ? nil
                    : .init(time: NTPTime(bits: random.next()), timestamp: UInt32(truncatingIfNeeded: random.next()))
            }
            let now = Instant(nanoseconds: Int64(truncatingIfNeeded: random.next() >> 1))
            map.sent(UInt32(truncatingIfNeeded: random.next()), now: now)
            map.start(
                at: UInt32(truncatingIfNeeded: random.next()), from: origin(), to: origin(),
                clockRate: Self.clockRate, now: Instant(nanoseconds: Int64(truncatingIfNeeded: random.next() >> 1)))
        }
    }
}
