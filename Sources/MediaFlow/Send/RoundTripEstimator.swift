// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase
public import RTP

/// The round trip to a receiver, from what its reports say of our sender reports.
///
/// [RFC 3550 section 6.4.1](https://www.rfc-editor.org/rfc/rfc3550#section-6.4.1): arrival − LSR − DLSR. It only takes the
/// receiver's word; whoever lies is served at another pace, within the bounds here.
public struct RoundTripEstimator: Sendable, BitwiseCopyable {
    /// A report about a sender report that is older says nothing about the path of today.
    public static let maximumAge = Duration.seconds(8)

    private var lastSent: (compact: UInt32, at: Instant)?
    private var nanoseconds: Int64?

    public init() {}

    /// The smoothed round trip; `nil` before the first report.
    public var roundTrip: Duration? { nanoseconds.map { .nanoseconds($0) } }

    /// Notes that a sender report with this NTP time leaves now.
    public mutating func sendReport(_ time: NTPTime, now: Instant) { lastSent = (time.compact, now) }

    public mutating func receive(_ block: ReportBlock, now: Instant) {
        guard let lastSent, block.lastSenderReport != 0 else { return }
        // The report may speak of an earlier one than the last. In units of 1/65536 s, wrapping after 18 hours.
        let earlier = Int64(Int32(bitPattern: lastSent.compact &- block.lastSenderReport))
        let units = earlier &- Int64(block.delaySinceLastSenderReport)
        guard earlier >= 0 else { return }
        let age = (now - lastSent.at).wholeNanoseconds &+ earlier &* 1_000_000_000 / 65536
        let sample = (now - lastSent.at).wholeNanoseconds &+ units &* 1_000_000_000 / 65536
        guard age <= Self.maximumAge.wholeNanoseconds, sample >= 0 else { return }
        nanoseconds = nanoseconds.map { ($0 * 3 + sample) / 4 } ?? sample
    }
}
