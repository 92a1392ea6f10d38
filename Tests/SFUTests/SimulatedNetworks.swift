// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit

/// The kinds of networks over which people take part.
enum SimulatedNetwork: CaseIterable {
    /// A line that hardly loses anything.
    case good
    /// A wireless network at home: up to a tenth is lost, duplicated and out of order.
    case fair
    /// 10 to 30 % lost each way.
    case lossy
    /// 150 to 650 kbit/s, with a queue of up to four seconds in front.
    case narrow
    /// 300 to 600 ms there and back, and once an outage of 0.5 to 2 s in which nothing comes through.
    case far

    typealias Change = SimulatedPath<SimulatedReceiver.Arrival>.Change

    func conditions(_ random: inout SeededRandom) -> (NetworkConditions, [Change]) {
        var conditions = NetworkConditions(delay: .milliseconds(10 + Int(random.next() % 40)))
        switch self {
        case .good:
            conditions.loss = random.unit() * 0.01
            conditions.jitter = .milliseconds(Int(random.next() % 5))
        case .fair:
            conditions.loss = 0.01 + random.unit() * 0.09
            conditions.duplication = 0.01
            conditions.jitter = .milliseconds(Int(random.next() % 30))
        case .lossy:
            conditions.loss = 0.1 + random.unit() * 0.2
            conditions.duplication = 0.02
            conditions.jitter = .milliseconds(Int(random.next() % 50))
        case .narrow:
            conditions.rate = 150_000 + Int(random.next() % 500_000)
            conditions.queueLimit = 15_000 + Int(random.next() % 60_000)
        case .far:
            conditions.delay = .milliseconds(150 + Int(random.next() % 150))
            conditions.loss = random.unit() * 0.03
            var outage = conditions
            outage.loss = 1
            let start = Instant.zero + .seconds(Int64(15 + random.next() % 15))
            let end = start + .milliseconds(Int(500 + random.next() % 1500))
            return (conditions, [Change(at: start, conditions: outage), Change(at: end, conditions: conditions)])
        }
        return (conditions, [])
    }

    /// Ten receivers of each kind, half of them with Firefox's estimates, some of whom watch both streams.
    static func receivers(seed: UInt64) -> [SimulatedReceiver] {
        var random = SeededRandom(seed: seed)
        return (0..<50).map { number in
            let network = allCases[number / 10]
            let (conditions, changes) = network.conditions(&random)
            var habits = SimulatedView.Habits(estimator: number % 2 == 0 ? .chromium : .firefox)
            // Who sends, too, knows its round trip.
            if number % 4 == 1 {
                habits.nackSpacing = max(.milliseconds(20), conditions.delay * 2 + conditions.jitter)
            }
            return SimulatedReceiver(
                network, publishers: number % 5 == 4 ? [0, 1] : [number % 2], conditions: conditions, changes: changes,
                habits: habits, joinsAt: .zero + .milliseconds(Int(random.next() % 5000)),
                seed: seed &* 1000 &+ UInt64(number))
        }
    }

    /// One who sends VP8 in two encodings, and one who sends VP9 in three sizes, both with three frame rates and over a path
    /// that loses 2 % and reorders.
    static func publishers(seed: UInt64) -> [SimulatedPublisher] {
        let conditions = NetworkConditions(loss: 0.02, delay: .milliseconds(20), jitter: .milliseconds(8))
        let (vp8, vp9) = (LayeredEncoder.Structure.vp8[2], LayeredEncoder.Structure.vp9[1])
        return [
            SimulatedPublisher(
                [(vp8, 450_000), (vp8, 100_000)], firstStream: 1, conditions: conditions, seed: seed &* 31 &+ 1),
            SimulatedPublisher([(vp9, 750_000)], firstStream: 11, conditions: conditions, seed: seed &* 31 &+ 2),
        ]
    }
}
