// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// Moments as RTP timestamps of the video clock carry them: 90 000 units a second of the monotonic clock, 32 bits.
///
/// Sender and receiver run on one machine, so that a receiver reads a packet's age from its header without decrypting it.
/// A unit is 11.1 us.
public enum MediaTimestamp {
    public static let clockRate = 90_000

    @inlinable
    public static func at(_ instant: Instant) -> UInt32 {
        // 90 000 / 1 000 000 000, without overflow for any uptime below 32 years.
        UInt32(truncatingIfNeeded: instant.nanoseconds &* 9 / 100_000)
    }

    /// Microseconds in `units` of the clock.
    public static func microseconds(_ units: Int) -> Double { Double(units) * 1e6 / Double(clockRate) }
}

/// The time over which packets are counted, by when they were sent: a packet that arrives after the end still belongs to
/// it, so that what is missing in the end is lost and not late.
public struct MeasuredInterval: Sendable, Hashable, BitwiseCopyable {
    public let start: Instant
    public let end: Instant
    private let first: UInt32
    private let length: UInt32

    /// - Parameter duration: at most 12 hours, which is what half the range of the timestamps holds.
    public init(start: Instant, duration: Duration) {
        self.start = start
        end = start + duration
        first = MediaTimestamp.at(start)
        length = MediaTimestamp.at(end) &- first
    }

    @inline(__always)
    func contains(_ timestamp: UInt32) -> Bool { timestamp &- first < length }
}
