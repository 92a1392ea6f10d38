// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import Testing

@testable import GaleneClient

@Suite("When to connect again")
struct ReconnectionTests {
    /// Every attempt fails, until it is given up.
    private static func attempts(_ policy: ReconnectPolicy, seed: UInt64) -> [ReconnectAttempt] {
        var reconnection = Reconnection(policy: policy)
        var random = SeededRandom(seed: seed)
        var now = Instant.zero
        var attempts: [ReconnectAttempt] = []
        while attempts.count < 1000, let attempt = reconnection.lost("gone", using: &random, now: now) {
            attempts.append(attempt)
            let isEarly = reconnection.takeAttempt(now: now)
            #expect(!isEarly || attempt.delay == .zero)
            now += attempt.delay
            let isDue = isEarly ? true : reconnection.takeAttempt(now: now)
            #expect(isDue)
            #expect(reconnection.isActive && reconnection.deadline == nil)
            // A server that does not answer.
            now += .seconds(1)
        }
        #expect(!reconnection.isActive || attempts.count == 1000)
        return attempts
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `attempts become rare, and never rarer than the policy says`(seed: UInt64) {
        let policy = ReconnectPolicy(
            firstDelay: .milliseconds(500), maximumDelay: .seconds(10), timeLimit: .seconds(120))
        let attempts = Self.attempts(policy, seed: seed)
        #expect(attempts.map(\.number) == Array(1...attempts.count))
        #expect((0...500).contains(attempts[0].delay.wholeMilliseconds))
        var whole = Duration.milliseconds(500)
        for attempt in attempts.dropFirst() {
            #expect(attempt.delay >= whole / 2 && attempt.delay <= whole)
            whole = min(whole * 2, policy.maximumDelay)
        }
        // Half of the waits are at least 5 s, and each attempt takes one.
        #expect((12...25).contains(attempts.count))
        let total = attempts.reduce(Duration.zero) { $0 + $1.delay + .seconds(1) }
        #expect(total > .seconds(105) && total < .seconds(122))
    }

    @Test func `members of a server that comes back do not all come at one moment`() {
        let firsts = (1...50).map { Self.attempts(ReconnectPolicy(), seed: $0)[0].delay.wholeMilliseconds }
        #expect(Set(firsts).count > 30)
        #expect((firsts.max() ?? 0) - (firsts.min() ?? 0) > 300)
    }

    @Test func `who says never never gives up`() {
        #expect(Self.attempts(ReconnectPolicy(timeLimit: nil), seed: 1).count == 1000)
    }

    @Test func `values without sense do no harm`() {
        let negative = ReconnectPolicy(firstDelay: .seconds(-1), maximumDelay: .seconds(-5), timeLimit: .seconds(10))
        // Not all the time, even if a server refuses at once.
        #expect(Self.attempts(negative, seed: 1).dropFirst().allSatisfy { $0.delay >= .milliseconds(25) })
        #expect(Self.attempts(ReconnectPolicy(timeLimit: .zero), seed: 1).isEmpty)
        let huge = ReconnectPolicy(
            firstDelay: .seconds(1_000_000_000), maximumDelay: .seconds(1_000_000_000), timeLimit: .seconds(1))
        #expect(Self.attempts(huge, seed: 1).count <= 1)
        let longest = Duration.seconds(Int64.max)
        let eternal = ReconnectPolicy(firstDelay: longest, maximumDelay: longest, timeLimit: longest)
        #expect(Self.attempts(eternal, seed: 1).count <= 2)
    }

    @Test func `another network is tried at once`() {
        var reconnection = Reconnection(policy: ReconnectPolicy())
        var random = SeededRandom(seed: 1)
        let first = reconnection.lost("moved", atOnce: true, using: &random, now: .zero)
        #expect(first?.delay == .zero)
        let isDue1 = reconnection.takeAttempt(now: .zero)
        #expect(isDue1)
        let next = reconnection.lost("not there yet", using: &random, now: .zero)
        #expect(next?.number == 2 && next?.delay != .zero)
        let isDue2 = reconnection.takeAttempt(now: .zero)
        #expect(!isDue2)
        reconnection.hurry(now: .zero)
        let isDue3 = reconnection.takeAttempt(now: .zero)
        #expect(isDue3)
        // Once.
        let isDue4 = reconnection.takeAttempt(now: .zero + .seconds(60))
        #expect(!isDue4)
    }

    @Test func `a server that takes one in and drops one is not asked without a pause`() {
        var reconnection = Reconnection(policy: ReconnectPolicy())
        var random = SeededRandom(seed: 1)
        var now = Instant.zero
        var numbers: [Int] = []
        while let attempt = reconnection.lost("dropped", using: &random, now: now), numbers.count < 100 {
            numbers.append(attempt.number)
            now += attempt.delay
            let isDue5 = reconnection.takeAttempt(now: now)
            #expect(isDue5)
            reconnection.succeeded(now: now)
            #expect(!reconnection.isActive && reconnection.deadline == nil)
            now += .milliseconds(100)
        }
        #expect(numbers == Array(1...100))
        // It is asked rarely then; that it lets one in counts as success.
        #expect(now > .zero + .seconds(400))
        // A connection that has held is another matter.
        var other = Reconnection(policy: ReconnectPolicy())
        _ = other.lost("dropped", using: &random, now: .zero)
        other.succeeded(now: .zero)
        let next = other.lost("dropped", using: &random, now: .zero + .seconds(10))
        #expect(next?.number == 1)
    }

    @Test func `nobody who has given up is called`() {
        var reconnection = Reconnection(policy: ReconnectPolicy())
        var random = SeededRandom(seed: 1)
        _ = reconnection.lost("gone", using: &random, now: .zero)
        reconnection.end()
        #expect(!reconnection.isActive && reconnection.deadline == nil)
        let isDue6 = reconnection.takeAttempt(now: .zero + .seconds(60))
        #expect(!isDue6)
        reconnection.hurry(now: .zero)
        #expect(!reconnection.isActive)
    }
}

extension Duration {
    fileprivate var wholeMilliseconds: Int64 { wholeNanoseconds / 1_000_000 }
}
