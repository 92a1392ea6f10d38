// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// Relates the wall clock of a publisher to ours, from the sender reports of all its tracks.
///
/// The offset is the smallest seen of (arrival − the report's NTP time): the report that travelled fastest. One offset a
/// publisher, not one a track, keeps sound and picture together: what delays one report does not shift its track.
public struct OriginClock: Sendable, BitwiseCopyable {
    private var offset: Int64?
    private var renewedAt = Instant.zero
    private var candidate: Int64?

    /// After this long the smallest offset of the last interval replaces the old one, so that drifting clocks are
    /// followed: 10 s of a drift of 100 parts in a million are 1 ms.
    private static let renewal = Duration.seconds(10)

    public init() {}

    /// - Parameter time: the NTP time of a sender report that arrived now.
    public mutating func receiveSenderReport(_ time: NTPTime, now: Instant) {
        let observed = now.nanoseconds &- Self.nanoseconds(time)
        guard let current = offset else {
            offset = observed
            renewedAt = now
            return
        }
        candidate = min(candidate ?? observed, observed)
        if observed < current {
            offset = observed
        } else if now - renewedAt > Self.renewal, let candidate {
            offset = candidate
            self.candidate = nil
            renewedAt = now
        }
    }

    /// The moment on our clock at which the publisher's clock showed `time`; `nil` before the first report.
    public func instant(of time: NTPTime) -> Instant? {
        offset.map { Instant(nanoseconds: Self.nanoseconds(time) &+ $0) }
    }

    /// NTP time as wrapping nanoseconds: only differences matter.
    private static func nanoseconds(_ time: NTPTime) -> Int64 {
        let seconds = Int64(truncatingIfNeeded: time.bits >> 32)
        let fraction = Int64(truncatingIfNeeded: ((time.bits & 0xffff_ffff) &* 1_000_000_000) >> 32)
        return seconds &* 1_000_000_000 &+ fraction
    }
}
