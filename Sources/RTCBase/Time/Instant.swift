// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A moment on the driver's monotonic clock, in nanoseconds since an origin that only the driver knows.
///
/// Protocol code is told the time; it never asks. Arithmetic wraps instead of trapping: no input can bring the clock
/// near its 292-year range.
public struct Instant: Hashable, Comparable, Sendable, BitwiseCopyable {
    public var nanoseconds: Int64

    @inlinable
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// The origin of virtual time.
    public static let zero = Instant(nanoseconds: 0)

    @inlinable
    public static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }

    @inlinable
    public static func + (instant: Instant, duration: Duration) -> Instant {
        Instant(nanoseconds: instant.nanoseconds &+ duration.wholeNanoseconds)
    }

    @inlinable
    public static func - (instant: Instant, duration: Duration) -> Instant {
        Instant(nanoseconds: instant.nanoseconds &- duration.wholeNanoseconds)
    }

    @inlinable
    public static func - (later: Instant, earlier: Instant) -> Duration {
        .nanoseconds(later.nanoseconds &- earlier.nanoseconds)
    }

    @inlinable
    public static func += (instant: inout Instant, duration: Duration) { instant = instant + duration }

    /// The earlier of two deadlines of which each may be absent: `nil` means «nothing to wait for».
    @inlinable
    public static func earliest(_ a: Instant?, _ b: Instant?) -> Instant? {
        guard let a else { return b }
        guard let b else { return a }
        return min(a, b)
    }
}

extension Duration {
    /// Nanoseconds, rounded towards zero; wraps beyond 292 years.
    @inlinable
    public var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000
    }

    /// Seconds as a floating-point number, for estimators and statistics.
    @inlinable
    public var inSeconds: Double { Double(wholeNanoseconds) / 1e9 }
}
