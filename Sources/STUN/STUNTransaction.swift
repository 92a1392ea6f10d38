// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

package import RTCBase

/// One request under way: the same bytes again and again until an answer comes or patience ends.
///
/// [RFC 8489 section 6.2.1](https://www.rfc-editor.org/rfc/rfc8489#section-6.2.1).
package struct STUNTransaction: Sendable {
    package struct Timing: Sendable {
        package var initial: Duration
        /// The doubling stops here: what is lost late is then still repeated in good time.
        package var maximum: Duration
        /// One of them over a transport that loses nothing: `initial` is then the whole patience (section 6.2.2).
        package var transmissions: Int

        package init(initial: Duration, maximum: Duration, transmissions: Int) {
            self.initial = initial
            self.maximum = maximum
            self.transmissions = transmissions
        }
    }

    package let id: TransactionID
    package let timing: Timing
    package private(set) var sent = 1
    package private(set) var timeout: Duration
    /// When the next transmission is due or, after the last, when the transaction has failed.
    package private(set) var deadline: Instant

    /// The first transmission has just been made.
    package init(id: TransactionID, timing: Timing, now: Instant) {
        self.id = id
        self.timing = timing
        timeout = timing.initial
        deadline = now + timing.initial
    }

    package enum TimeoutAction { case none, transmit, fail }

    package mutating func handleTimeout(now: Instant) -> TimeoutAction {
        guard deadline <= now else { return .none }
        guard sent < timing.transmissions else { return .fail }
        sent += 1
        timeout = min(timeout * 2, timing.maximum)
        deadline = now + timeout
        return .transmit
    }

    /// There is new reason to believe that an answer will come: the next transmission is due at once, and all of them are
    /// left to make.
    package mutating func hasten(now: Instant) {
        sent = 0
        timeout = timing.initial
        deadline = now
    }
}
