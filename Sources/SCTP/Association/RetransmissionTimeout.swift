// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// How long to wait for an acknowledgement.
/// [RFC 9260 section 6.3.1](https://www.rfc-editor.org/rfc/rfc9260#section-6.3.1).
struct RetransmissionTimeout: Sendable {
    private let minimum: Duration
    private let maximum: Duration
    /// Seconds.
    private(set) var smoothedRoundTrip: Double?
    private var variation = 0.0
    /// The shortest that was ever measured: what is acknowledged sooner after a retransmission answers the original.
    private(set) var shortestRoundTrip: Duration?
    private(set) var current: Duration

    init(initial: Duration, minimum: Duration, maximum: Duration) {
        self.minimum = minimum
        self.maximum = maximum
        current = initial
    }

    /// Takes one measurement, of something that was sent once (rule C5, Karn's).
    mutating func measured(_ roundTrip: Duration) {
        guard roundTrip >= .zero else { return }
        shortestRoundTrip = min(shortestRoundTrip ?? roundTrip, roundTrip)
        let seconds = roundTrip.inSeconds
        if let smoothed = smoothedRoundTrip {
            variation += (abs(smoothed - seconds) - variation) / 4
            smoothedRoundTrip = smoothed + (seconds - smoothed) / 8
        } else {
            variation = seconds / 2
            smoothedRoundTrip = seconds
        }
        let timeout = ((smoothedRoundTrip ?? seconds) + 4 * variation) * 1e9
        current = min(max(.nanoseconds(Int64(min(timeout, 1e15))), minimum), maximum)
    }

    /// Forgets what was doubled before the first measurement: the handshake has shown that the path is there.
    mutating func restart(_ initial: Duration) {
        if smoothedRoundTrip == nil { current = initial }
    }

    /// Rule E2: the timer has expired.
    mutating func backOff() { current = min(current * 2, maximum) }
}
