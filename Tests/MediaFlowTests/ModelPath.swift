// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit

/// A path to one receiver in steps of virtual time: a capacity, a queue before it, and losses that come by chance.
struct ModelPath {
    /// Bits a second.
    var capacity: Double
    /// Bytes that wait before more are dropped.
    var queueLimit: Double
    /// Probability in `0...1` that a packet is lost, whatever is sent.
    var randomLoss: Double
    private(set) var queued = 0.0
    private var random: SeededRandom

    init(capacity: Double = 100_000_000, queueLimit: Double = 64_000, randomLoss: Double = 0, seed: UInt64) {
        self.capacity = capacity
        self.queueLimit = queueLimit
        self.randomLoss = randomLoss
        random = SeededRandom(seed: seed)
    }

    /// Seconds that a packet would wait now.
    var delay: Double { queued * 8 / capacity }

    /// Lets time pass.
    ///
    /// - Returns: the bytes that arrived.
    mutating func drain(seconds: Double) -> Double {
        let arrived = min(queued, capacity * seconds / 8)
        queued -= arrived
        return arrived
    }

    /// - Returns: whether the packet will arrive.
    mutating func send(bytes: Double) -> Bool {
        let isLucky = random.unit() >= randomLoss
        guard isLucky, queued + bytes <= queueLimit else { return false }
        queued += bytes
        return true
    }
}
