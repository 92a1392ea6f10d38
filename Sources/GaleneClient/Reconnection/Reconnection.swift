// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// When to connect again: a machine that is told what happens, and the time.
struct Reconnection {
    enum Phase: Equatable {
        /// Connected, or never.
        case idle
        case waiting(until: Instant)
        /// An attempt is under way.
        case trying
    }

    private(set) var phase = Phase.idle
    private let policy: ReconnectPolicy
    private var attempts = 0
    private var lostAt: Instant?
    private var resumedAt: Instant?

    /// No wait is longer, whatever a policy says: sums of times must not overflow.
    private static let longestTime = Duration.seconds(365 * 86_400)

    init(policy: ReconnectPolicy) {
        var policy = policy
        policy.maximumDelay = max(.zero, min(policy.maximumDelay, Self.longestTime))
        policy.firstDelay = max(.zero, min(policy.firstDelay, policy.maximumDelay))
        policy.timeLimit = policy.timeLimit.map { min($0, Self.longestTime) }
        self.policy = policy
    }

    var isActive: Bool { phase != .idle }

    /// When ``takeAttempt(now:)`` is due.
    var deadline: Instant? { if case .waiting(let until) = phase { until } else { nil } }

    /// The connection is lost, or an attempt has failed.
    ///
    /// - Parameter atOnce: this host has another network: there is nothing to wait for, and nobody to be kept from coming
    ///   at the same moment.
    /// - Returns: the next attempt; `nil` when the time is over.
    mutating func lost(
        _ reason: String, atOnce: Bool = false, using random: inout some RandomNumberGenerator, now: Instant
    ) -> ReconnectAttempt? {
        // A server that takes one in and drops one at once must not be asked without a pause.
        if let resumedAt, now - resumedAt >= policy.maximumDelay { self = Reconnection(policy: policy) }
        resumedAt = nil
        let start = lostAt ?? now
        lostAt = start
        let delay = atOnce ? .zero : nextDelay(using: &random)
        if let limit = policy.timeLimit, now + delay >= start + limit {
            self = Reconnection(policy: policy)
            return nil
        }
        attempts += 1
        phase = .waiting(until: now + delay)
        return ReconnectAttempt(number: attempts, delay: delay, reason: reason)
    }

    private func nextDelay(using random: inout some RandomNumberGenerator) -> Duration {
        // Sixteen doublings are more than any limit on the wait.
        let whole = attempts == 0 ? policy.firstDelay : policy.firstDelay * (1 << min(attempts - 1, 16))
        let longest = min(whole, policy.maximumDelay)
        let shortest = attempts == 0 ? .zero : longest / 2
        let steps: Int64 = 1024
        return shortest + (longest - shortest) * Double(Int64.random(in: 0...steps, using: &random)) / Double(steps)
    }

    /// Another network: what was waited for is tried now.
    mutating func hurry(now: Instant) {
        if case .waiting = phase { phase = .waiting(until: now) }
    }

    /// - Returns: whether an attempt is to be made now.
    mutating func takeAttempt(now: Instant) -> Bool {
        guard case .waiting(let until) = phase, until <= now else { return false }
        phase = .trying
        return true
    }

    /// Everything is as before.
    mutating func succeeded(now: Instant) {
        phase = .idle
        resumedAt = now
    }

    /// Nobody wants it any more.
    mutating func end() { self = Reconnection(policy: policy) }
}
