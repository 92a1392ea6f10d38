// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import RTCBase
internal import STUN

/// Whether the peer still wants what we send on a path: a check every 5 s or so, and an answer at least every 30 s.
///
/// [RFC 7675 section 5.1](https://www.rfc-editor.org/rfc/rfc7675#section-5.1).
struct ConsentFreshness: Sendable {
    let path: ICEPath
    /// When the last answer came.
    private(set) var granted: Instant
    private(set) var nextCheck: Instant
    /// The checks that may still be answered. At least 4 s apart and forgotten after 30 s they are at most 8.
    private var pending: [TransactionID] = []
    /// When the oldest check was sent that no answer has followed.
    private(set) var unansweredSince: Instant?
    private let interval: Duration

    private static let maximumPending = 8

    init(path: ICEPath, interval: Duration, jitter: UInt64, now: Instant) {
        self.path = path
        self.interval = interval
        granted = now
        nextCheck = now + Self.randomized(interval, jitter)
    }

    /// A check is being sent. Each has a new id, and none is retransmitted (RFC 7675 section 5.1).
    mutating func noteCheck(_ id: TransactionID, jitter: UInt64, now: Instant) {
        if pending.count >= Self.maximumPending { pending.removeFirst() }
        pending.append(id)
        if unansweredSince == nil { unansweredSince = now }
        nextCheck = now + Self.randomized(interval, jitter)
    }

    func isPending(_ id: TransactionID) -> Bool { pending.contains(id) }

    /// The checks under way are no longer to be answered: our role has changed, and they said the old one.
    mutating func forgetChecks() { pending.removeAll() }

    /// An authenticated answer, to one of these checks or to any other on the path.
    mutating func grant(now: Instant) {
        granted = now
        pending.removeAll()
        unansweredSince = nil
    }

    /// RFC 7675 section 5.1: "each interval MUST be randomized from between 0.8 and 1.2 times the basic period".
    private static func randomized(_ interval: Duration, _ jitter: UInt64) -> Duration {
        interval * Int(800 + jitter % 401) / 1000
    }
}
