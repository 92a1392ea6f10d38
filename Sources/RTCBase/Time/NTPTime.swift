// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A wall-clock time as sender reports carry it: seconds since 1900 in 32.32 fixed point.
///
/// [RFC 3550 section 4](https://www.rfc-editor.org/rfc/rfc3550#section-4).
public struct NTPTime: Hashable, Comparable, Sendable, BitwiseCopyable {
    public var bits: UInt64

    public init(bits: UInt64) { self.bits = bits }

    /// - Parameter unixNanoseconds: nanoseconds since 1970. Negative values count as 1970.
    public init(unixNanoseconds: Int64) {
        let nanoseconds = UInt64(max(0, unixNanoseconds))
        // 2 208 988 800: seconds from 1900 to 1970 (RFC 868).
        let seconds = nanoseconds / 1_000_000_000 &+ 2_208_988_800
        let fraction = (nanoseconds % 1_000_000_000) << 32 / 1_000_000_000
        self.bits = seconds << 32 | fraction
    }

    /// The middle 32 bits, as LSR fields carry them (units of 1/65536 s).
    public var compact: UInt32 { UInt32(truncatingIfNeeded: bits >> 16) }

    /// Nanoseconds from `earlier` to here; wraps after 136 years, so that no two times trap.
    public func nanoseconds(since earlier: NTPTime) -> Int64 {
        let units = Int64(bitPattern: bits &- earlier.bits)
        return (units >> 32) &* 1_000_000_000 &+ ((units & 0xffff_ffff) &* 1_000_000_000) >> 32
    }

    public static func < (a: NTPTime, b: NTPTime) -> Bool { a.bits < b.bits }
}

/// What turns the driver's monotonic time into wall-clock time: one offset, given to a machine at its start.
///
/// A step of the system's clock therefore never disturbs sender reports during a meeting.
public struct WallClock: Sendable, Hashable, BitwiseCopyable {
    /// Unix time minus monotonic time, in nanoseconds.
    public var offset: Int64

    public init(unixNanoseconds: Int64, at instant: Instant) {
        self.offset = unixNanoseconds &- instant.nanoseconds
    }

    public func unixNanoseconds(at instant: Instant) -> Int64 { instant.nanoseconds &+ offset }

    public func ntpTime(at instant: Instant) -> NTPTime {
        NTPTime(unixNanoseconds: unixNanoseconds(at: instant))
    }
}
