// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// Moves the timestamps of a second source onto the time line that the receiver got from the first: each simulcast
/// encoding counts from a random start of its own (RFC 3550 section 5.1).
struct TimestampMap: BitwiseCopyable {
    /// What is added to the source's timestamps. 0 for the first source: they reach the receiver as they are.
    private(set) var offset: UInt32 = 0
    /// The newest timestamp that went out, and when.
    private var newest: (timestamp: UInt32, at: Instant)?

    /// What a source's sender report said: its RTP timestamp at an NTP time.
    struct Origin: BitwiseCopyable {
        var time: NTPTime
        var timestamp: UInt32
    }

    @inline(__always)
    func map(_ source: UInt32) -> UInt32 { source &+ offset }

    /// A packet whose timestamp is older by no more than this comes late: ten seconds of video. One that is older still
    /// says that the source has jumped.
    static let longestDelay: Int32 = 900_000

    /// Notes what went out.
    @inline(__always)
    mutating func sent(_ source: UInt32, now: Instant) {
        let timestamp = map(source)
        if let newest {
            let age = Int32(bitPattern: newest.timestamp &- timestamp)
            if age > 0, age <= Self.longestDelay { return }
        }
        newest = (timestamp, now)
    }

    /// Another source is taken up, whose first packet has `first`.
    ///
    /// - Parameters:
    ///   - from, to: the last sender reports of both sources. With both, what was captured at one moment gets one
    ///     timestamp; without, what arrives at one moment does.
    ///   - clockRate: units a second.
    mutating func start(at first: UInt32, from: Origin?, to: Origin?, clockRate: Int, now: Instant) {
        guard let newest else { return }
        var start = newest.timestamp &+ Self.units(of: (now - newest.at).wholeNanoseconds, clockRate)
        if let from, let to {
            let apart = to.time.nanoseconds(since: from.time)
            // The first source's timestamp at the moment of the second one's report, on the receiver's time line.
            let common = map(from.timestamp) &+ Self.units(of: apart, clockRate)
            let captured = common &+ (first &- to.timestamp)
            // Reports that contradict what has arrived by more than a second are of no use (or lies).
            if Int32(bitPattern: captured &- start).magnitude < UInt32(clockRate) { start = captured }
        }
        // Time never runs backwards: a picture with an older timestamp would not be shown.
        if Int32(bitPattern: start &- newest.timestamp) <= 0 { start = newest.timestamp &+ 1 }
        offset = start &- first
    }

    private static func units(of nanoseconds: Int64, _ clockRate: Int) -> UInt32 {
        let rate = Int64(clockRate)
        let units = nanoseconds / 1_000_000_000 &* rate &+ nanoseconds % 1_000_000_000 &* rate / 1_000_000_000
        return UInt32(truncatingIfNeeded: units)
    }
}
