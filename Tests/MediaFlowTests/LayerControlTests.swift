// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
import RTCBase
import RTCTestKit
import Testing

/// What a receiver can be given, in bits a second from the cheapest: a source's pictures.
enum Ladder: CaseIterable {
    /// Two encodings of modest rates, as browsers make of a small window.
    case simulcast
    /// Two encodings that lie far apart.
    case wideSimulcast
    /// VP9's three sizes and three frame rates.
    case scalable

    var rates: [Int64] {
        switch self {
        case .simulcast: [64_000, 96_000, 128_000, 560_000, 800_000]
        case .wideSimulcast: [64_000, 96_000, 128_000, 1_700_000, 2_500_000]
        case .scalable: [60_000, 90_000, 110_000, 260_000, 360_000, 900_000, 1_100_000]
        }
    }
}

@Suite("Congestion: how much of a layered source a receiver gets", .row("M-28", "M-29"))
struct LayerControlTests {
    static let browsers = [ModelEstimator.Kind.chromium, .firefox]
    static let limits: [Double] = [300_000, 700_000]

    static func fit(_ ladder: Ladder, _ limit: Double) -> Int { ladder.rates.lastIndex { Double($0) <= limit } ?? 0 }

    /// A receiver that has had everything for 20 seconds.
    static func receiver(
        _ ladder: Ladder, _ estimator: ModelEstimator.Kind, queue: Double = 30_000, loss: Double = 0,
        repairs: Bool = true
    ) -> ModelReceiver {
        var receiver = ModelReceiver(
            path: ModelPath(queueLimit: queue, randomLoss: loss, seed: 1), rates: ladder.rates, estimator: estimator,
            repairs: repairs)
        receiver.run(for: .seconds(20))
        return receiver
    }

    @Test(arguments: Ladder.allCases, browsers)
    func `goes down within two seconds of a limit, and in three more has found what fits`(
        ladder: Ladder, browser: ModelEstimator.Kind
    ) throws {
        for (limit, queue) in [(300_000, 30_000), (300_000, 150_000), (700_000, 30_000), (700_000, 150_000)] {
            var receiver = Self.receiver(ladder, browser, queue: Double(queue))
            #expect(receiver.steps == 0)
            receiver.path.capacity = Double(limit)
            let top = receiver.top
            let first = receiver.run(until: { $0 < top }, limit: .seconds(10))
            #expect(try #require(first) <= .seconds(2))
            let fit = Self.fit(ladder, Double(limit))
            let found = receiver.run(until: { $0 <= fit }, limit: .seconds(10))
            #expect(try #require(found) <= .seconds(3))
        }
    }

    @Test(arguments: Ladder.allCases, browsers)
    func `stays where it fits: a trial of a second or so every half minute`(
        ladder: Ladder, browser: ModelEstimator.Kind
    ) {
        for limit in Self.limits {
            var receiver = Self.receiver(ladder, browser)
            receiver.path.capacity = limit
            receiver.run(for: .seconds(10))
            let (steps, choices) = (receiver.steps, receiver.history.count)
            receiver.run(for: .seconds(300))
            let fit = Self.fit(ladder, limit)
            #expect(receiver.steps - steps <= 2 * (300 / 24 + 3))
            let wrong = receiver.history[choices...].filter { $0 != fit }.count
            #expect(wrong <= 48, "\(Double(wrong) / 2) s of 300 on another rung than the best that fits")
        }
    }

    @Test(arguments: Ladder.allCases, browsers + [.silent])
    func `is back at the full picture within 50 seconds after a limit has gone, within 70 if it estimates nothing`(
        ladder: Ladder, estimator: ModelEstimator.Kind
    ) throws {
        // Whenever between two trials it goes.
        for limited in stride(from: 100, to: 130, by: 5) {
            var receiver = Self.receiver(ladder, estimator)
            receiver.path.capacity = 300_000
            receiver.run(for: .seconds(limited))
            receiver.path.capacity = 100_000_000
            let top = receiver.top
            let back = receiver.run(until: { $0 == top }, limit: .seconds(100))
            #expect(try #require(back) <= .seconds(estimator == .silent ? 70 : 50))
            let steps = receiver.steps
            receiver.run(for: .seconds(60))
            #expect(receiver.steps == steps)
        }
    }

    @Test(arguments: Ladder.allCases, browsers)
    func `is back at the full picture within ten seconds after two in which nothing came through`(
        ladder: Ladder, browser: ModelEstimator.Kind
    ) throws {
        var receiver = Self.receiver(ladder, browser)
        receiver.path.randomLoss = 1
        receiver.run(for: .seconds(2))
        receiver.path.randomLoss = 0
        let start = receiver.now
        let top = receiver.top
        let down = receiver.run(until: { $0 < top }, limit: .seconds(3))
        let up = receiver.run(until: { $0 == top }, limit: .seconds(100))
        #expect(down != nil && up != nil && receiver.now - start <= .seconds(10))
    }

    @Test(arguments: Ladder.allCases, browsers + [.silent])
    func `does not mistake a tenth lost by chance for congestion, repaired or not`(
        ladder: Ladder, estimator: ModelEstimator.Kind
    ) {
        for repairs in [true, false] {
            var receiver = Self.receiver(ladder, estimator, loss: 0.1, repairs: repairs)
            receiver.run(for: .seconds(300))
            #expect(receiver.steps == 0)
        }
    }

    @Test(arguments: Ladder.allCases, browsers)
    func `keeps everything through losses of 30 % that a browser repairs`(
        ladder: Ladder, browser: ModelEstimator.Kind
    ) {
        var receiver = Self.receiver(ladder, browser, loss: 0.3)
        receiver.run(for: .seconds(60))
        #expect(receiver.steps == 0)
    }

    @Test(arguments: Ladder.allCases)
    func `keeps everything for who never reports`(ladder: Ladder) {
        var receiver = Self.receiver(ladder, .silent)
        receiver.isReporting = false
        receiver.path.capacity = 100_000
        receiver.run(for: .seconds(300))
        #expect(receiver.steps == 0)
    }

    /// Losses alone show a limit only when the queue before it is full, and one that is exceeded by an eighth not at all.
    @Test(arguments: Ladder.allCases, [false, true])
    func `finds a limit without estimates, too, within three seconds of the first loss`(
        ladder: Ladder, repairs: Bool
    ) throws {
        var receiver = Self.receiver(ladder, .silent, repairs: repairs)
        receiver.path.capacity = 300_000
        let top = receiver.top
        let first = receiver.run(until: { $0 < top }, limit: .seconds(10))
        #expect(try #require(first) <= .seconds(3))
        receiver.run(for: .seconds(10))
        let (steps, choices) = (receiver.steps, receiver.history.count)
        receiver.run(for: .seconds(300))
        #expect(receiver.steps - steps <= 60)
        let above = receiver.history[choices...].filter { $0 > Self.fit(ladder, 300_000) }
        // A rung that exceeds the path by a fifth fills the queue slowly; one that exceeds it more is seen at once.
        #expect(above.count <= 300)
        #expect(above.filter { Double(ladder.rates[$0]) > 400_000 }.count <= 70)
    }

    @Test(arguments: Ladder.allCases)
    func `takes an estimate that never changes at its word, after two seconds`(ladder: Ladder) throws {
        var receiver = ModelReceiver(
            path: ModelPath(seed: 1), rates: ladder.rates, estimator: .constant(300_000))
        // Four fifths of what is sent are near enough.
        let fit = Self.fit(ladder, 300_000 / 0.8)
        let down = receiver.run(until: { $0 <= fit }, limit: .seconds(10))
        #expect(try #require(down) <= .seconds(5))
        let choices = receiver.history.count
        receiver.run(for: .seconds(300))
        // A trial lasts until the estimate has stayed for two seconds.
        let wrong = receiver.history[choices...].filter { $0 != fit }.count
        #expect(wrong <= 120)
        var generous = ModelReceiver(
            path: ModelPath(seed: 1), rates: ladder.rates, estimator: .constant(5_000_000))
        generous.run(for: .seconds(100))
        #expect(generous.steps == 0)
    }

    @Test func `does not mistake an estimate that is catching up for a limit`() {
        var control = LayerControl()
        var now = Instant.zero
        // The first one is no more than what has arrived.
        control.receiveEstimate(100_000, actual: 100_000, now: now)
        #expect(control.choose(current: 0, rates: [100_000, 1_000_000], now: now) == 1)
        var estimate = 150_000.0
        for _ in 0..<40 {
            now += .milliseconds(500)
            estimate *= 1.05
            control.receiveEstimate(Int64(estimate), actual: 1_000_000, now: now)
            #expect(control.choose(current: 1, rates: [100_000, 1_000_000], now: now) == 1)
        }
        // What it falls to from what arrives in full is no limit either.
        control.receiveEstimate(850_000, actual: 1_000_000, now: now)
        #expect(control.choose(current: 1, rates: [100_000, 1_000_000], now: now) == 1)
        control.receiveEstimate(600_000, actual: 1_000_000, now: now)
        #expect(control.choose(current: 1, rates: [100_000, 1_000_000], now: now) == 0)
    }

    @Test func `goes down to less than the receiver says that it gets, so that its queue empties`() {
        let rates: [Int64] = [50_000, 150_000, 200_000, 300_000, 1_000_000]
        for (estimate, rung) in [(nil, 3), (1_200_000, 3), (280_000, 2), (220_000, 1), (0, 3)] as [(Int64?, Int)] {
            var control = LayerControl()
            // One that rises is no reason to go down.
            if let estimate { control.receiveEstimate(estimate / 2, actual: 0, now: .zero) }
            #expect(control.choose(current: 4, rates: rates, now: .zero) == 4)
            if let estimate { control.receiveEstimate(estimate, actual: 0, now: .zero) }
            #expect(control.choose(current: 4, rates: rates, now: .zero) == 4)
            control.receiveReport(fractionLost: 140, actual: 1_000_000, now: .zero)
            #expect(control.choose(current: 4, rates: rates, now: .zero) == rung, "\(String(describing: estimate))")
        }
    }

    /// A control that has been congested once and is about to try the upper of two rungs.
    static func trying(now: inout Instant) -> LayerControl {
        var control = LayerControl()
        _ = control.choose(current: 1, rates: rates, now: now)
        control.receiveReport(fractionLost: 128, actual: 1_000_000, now: now)
        _ = control.choose(current: 1, rates: rates, now: now)
        var rung = 0
        while rung == 0 {
            now += .milliseconds(500)
            control.receiveEstimate(150_000, actual: 100_000, now: now)
            rung = control.choose(current: 0, rates: rates, now: now)
        }
        return control
    }

    static let rates: [Int64] = [100_000, 1_000_000]

    @Test func `judges a step up only from when it has begun`() {
        var now = Instant.zero
        var control = Self.trying(now: &now)
        // The larger picture waits for a key frame for ten seconds; the estimate stands still meanwhile.
        for _ in 0..<20 {
            now += .milliseconds(500)
            control.receiveEstimate(150_000, actual: 100_000, now: now)
            #expect(control.choose(current: 1, rates: Self.rates, isPending: true, now: now) == 1)
            #expect(control.isTrying)
        }
        now += .milliseconds(500)
        #expect(control.choose(current: 1, rates: Self.rates, now: now) == 1)
        control.receiveEstimate(120_000, actual: 1_000_000, now: now)
        #expect(control.choose(current: 1, rates: Self.rates, now: now) == 0)
    }

    @Test func `takes a round trip that has grown by more than a quarter of a second for a queue`() {
        var control = LayerControl()
        var now = Instant.zero
        func choose(_ rung: Int, roundTrip: Int) -> Int {
            now += .milliseconds(500)
            control.receiveRoundTrip(.milliseconds(roundTrip), now: now)
            return control.choose(current: rung, rates: Self.rates, now: now)
        }
        _ = choose(1, roundTrip: 400)
        for roundTrip in stride(from: 400, to: 620, by: 20) { #expect(choose(1, roundTrip: roundTrip) == 1) }
        #expect(choose(1, roundTrip: 800) == 0)
        // It empties: the upper rung is tried again.
        var rung = 0
        for _ in 0..<40 where rung == 0 { rung = choose(rung, roundTrip: 410) }
        #expect(rung == 1)
        #expect(choose(1, roundTrip: 900) == 0)
        // It does not, although nothing is left that could be taken away: the path has grown longer.
        rung = 0
        for _ in 0..<100 { rung = choose(rung, roundTrip: 900) }
        #expect(rung == 1)
    }

    @Test func `tries less once where packets are repeated in vain, and learns whether a queue is to blame`() {
        for isQueue in [true, false] {
            var control = LayerControl()
            var now = Instant.zero
            var rung = 1
            var lowered = 0
            for halfSecond in 0..<240 {
                now += .milliseconds(500)
                // Eight of ten packets are asked for, and one of twelve is missing in the end: by chance, or because the
                // queue is full, which it has been from the start.
                let isFull = !isQueue || rung == 1
                control.receiveRoundTrip(.milliseconds(isQueue && rung == 1 ? 700 : 60), now: now)
                control.receiveRepairs(resent: isFull ? 80 : 0, of: 100, now: now)
                if halfSecond % 2 == 0 {
                    control.receiveReport(fractionLost: isFull ? 21 : 0, actual: Self.rates[rung], now: now)
                }
                let chosen = control.choose(current: rung, rates: Self.rates, now: now)
                if chosen < rung { lowered += 1 }
                rung = chosen
            }
            if isQueue {
                #expect(lowered > 2 && rung == 0)
            } else {
                #expect(lowered == 1 && rung == 1)
            }
        }
    }

    @Test func `lets less be repeated where the path is known to be narrow`() {
        var control = LayerControl()
        #expect(control.repairShare == 192)
        _ = control.choose(current: 1, rates: Self.rates, now: .zero)
        control.receiveReport(fractionLost: 128, actual: 1_000_000, now: .zero)
        _ = control.choose(current: 1, rates: Self.rates, now: .zero)
        // 100 kbit/s on a path that carries 500.
        #expect(control.repairShare == 192)
        _ = control.choose(current: 0, rates: [450_000, 1_000_000], now: .zero + .seconds(1))
        #expect(control.repairShare == 154)
    }

    @Test func `takes a rung whose rate it does not know for nothing that fits`() {
        var control = LayerControl()
        #expect(control.choose(current: 1, rates: [100_000, 1_000_000], now: .zero) == 1)
        control.receiveReport(fractionLost: 128, actual: 1_000_000, now: .zero)
        #expect(control.choose(current: 1, rates: [100_000, 1_000_000], now: .zero) == 0)
        for second in 1...3 {
            let now = Instant.zero + .seconds(second)
            #expect(control.choose(current: 0, rates: [100_000, 1_000_000, 0], now: now) == 0)
        }
    }

    @Test(.attack(16), arguments: [0, 1, -1, 1 << 60, .max, .min] as [Int64])
    func `survives absurd estimates, and gives who says them at most less`(estimate: Int64) {
        let rates: [Int64] = [64_000, 128_000, 560_000]
        var control = LayerControl()
        var rung = 2
        for second in 0..<100 {
            let now = Instant.zero + .seconds(second)
            rung = control.choose(current: rung, rates: rates, now: now)
            control.receiveEstimate(second % 7 == 0 ? 1 << 62 : estimate, actual: 560_000, now: now)
            control.receiveEstimate(estimate, actual: .max, now: now)
            control.receiveReport(fractionLost: 255, actual: second % 2 == 0 ? 1 << 50 : 0, now: now)
            #expect(rates.indices.contains(rung))
        }
        #expect(control.limit.map { $0 >= 0 } ?? true)
    }

    @Test func `leaves the only rung alone, and takes what is left when rungs vanish`() {
        var control = LayerControl()
        control.receiveReport(fractionLost: 200, actual: 100_000, now: .zero)
        #expect(control.choose(current: 0, rates: [100_000], now: .zero) == 0)
        #expect(control.choose(current: 3, rates: [], now: .zero) == 3)
        #expect(control.choose(current: 3, rates: [100_000, 200_000], now: .zero + .seconds(9)) <= 1)
    }
}
