// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// Whether the server is still there, by what it sends. Spec 6.4.
struct Liveness {
    /// How often is looked.
    static let interval = Duration.seconds(10)
    /// After so long without a message the server is asked for one.
    static let pingAfter = Duration.seconds(15)
    /// After so long the connection is given up: a server answers a ping within 30 s.
    static let patience = Duration.seconds(65)

    enum Verdict: Equatable { case fine, ping, dead }

    /// After so long without an answer, where there is reason to doubt.
    static let patienceInDoubt = Duration.seconds(4)

    private var doubtedAt: Instant?
    /// `nil` before the first message: the handshake has to be there at the first look.
    private var lastReceived: Instant?
    private(set) var nextLook: Instant

    init(now: Instant) { nextLook = now + Self.interval }

    mutating func received(now: Instant) {
        lastReceived = now
        doubtedAt = nil
    }

    /// - Returns: whether the server is to be asked now.
    mutating func doubt(now: Instant) -> Bool {
        guard doubtedAt == nil, lastReceived != nil else { return false }
        doubtedAt = now
        nextLook = min(nextLook, now + Self.patienceInDoubt)
        return true
    }

    mutating func look(now: Instant) -> Verdict {
        guard now >= nextLook else { return .fine }
        nextLook = now + Self.interval
        guard let lastReceived else { return .dead }
        if let doubtedAt {
            if now - doubtedAt >= Self.patienceInDoubt { return .dead }
            nextLook = min(nextLook, doubtedAt + Self.patienceInDoubt)
        }
        let silence = now - lastReceived
        if silence > Self.patience { return .dead }
        return silence >= Self.pingAfter ? .ping : .fine
    }
}
