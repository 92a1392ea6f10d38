// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
import RTCBase
import RTCTestKit

/// A receiver of a layered source behind a ``ModelPath``, and the ``LayerControl`` that decides what it gets, driven as the
/// router drives it: reports once a second, a choice twice a second.
struct ModelReceiver {
    static let step = Duration.milliseconds(10)
    /// A packet's bytes.
    static let packet = 1150.0

    var path: ModelPath
    /// Bits a second of each rung.
    var rates: [Int64]
    /// Of every hundred lost packets so many are asked for and come before the next report, as in browsers.
    var repairs = false
    private(set) var control = LayerControl()
    private(set) var now = Instant.zero
    private(set) var rung: Int
    /// What is under way: a larger picture begins some time later, with a key frame.
    private var flowing: Int
    private var flowsAt: Instant?
    private var meter = RateMeter()
    private var estimator: ModelEstimator
    private var owed = 0.0
    /// Bytes that arrived since the last step of the estimator, and the least that they waited.
    private var arrived = 0.0
    private var delay = Double.infinity
    private var sent = 0
    private var lost = 0
    private var again: [(due: Instant, tries: Int)] = []
    /// The rung after each choice, twice a second.
    private(set) var history: [Int] = []
    private(set) var steps = 0

    init(path: ModelPath, rates: [Int64], estimator: ModelEstimator.Kind, repairs: Bool = false) {
        self.path = path
        self.rates = rates
        self.estimator = ModelEstimator(estimator)
        self.repairs = repairs
        rung = rates.count - 1
        flowing = rung
    }

    var top: Int { rates.count - 1 }

    /// Whether the receiver reports at all.
    var isReporting = true

    mutating func run(for duration: Duration) {
        let end = now + duration
        while now < end { advance() }
    }

    /// Runs until the receiver is on a rung that fits.
    ///
    /// - Returns: how long that took; `nil` if it did not within `limit`.
    mutating func run(until isReached: (Int) -> Bool, limit: Duration) -> Duration? {
        let start = now
        while now - start < limit {
            if isReached(rung) { return now - start }
            advance()
        }
        return nil
    }

    private mutating func advance() {
        now += Self.step
        if let at = flowsAt, at <= now {
            flowing = rung
            flowsAt = nil
        }
        owed += Double(rates[flowing]) / 8 / 100
        while owed >= Self.packet {
            owed -= Self.packet
            send(tries: 0)
        }
        while let first = again.first, first.due <= now {
            again.removeFirst()
            send(tries: first.tries)
        }
        arrived += path.drain(seconds: 0.01)
        delay = min(delay, path.delay)
        let centiseconds = now.nanoseconds / 10_000_000
        if centiseconds % 5 == 0 { estimate() }
        if centiseconds % 100 == 0 { report() }
        if centiseconds % 50 == 25 { choose() }
    }

    private mutating func send(tries: Int) {
        meter.add(bytes: Int(Self.packet), now: now)
        if tries == 0 { sent += 1 }
        if path.send(bytes: Self.packet) {
            if tries > 0 { lost -= 1 }
        } else {
            if tries == 0 { lost += 1 }
            // As often as browsers ask, a round trip of 100 ms apart.
            if repairs, tries < 10 { again.append((now + .milliseconds(100), tries + 1)) }
        }
    }

    private mutating func estimate() {
        if let estimate = estimator.step(arrived: arrived, delay: delay, now: now), isReporting {
            control.receiveEstimate(estimate, actual: meter.bitrate(now: now), now: now)
        }
        arrived = 0
        delay = .infinity
    }

    private mutating func report() {
        defer {
            sent = 0
            lost = 0
        }
        guard isReporting, sent > 0 else { return }
        let fraction = UInt8(min(255, max(0, lost) * 256 / sent))
        control.receiveReport(fractionLost: fraction, actual: meter.bitrate(now: now), now: now)
    }

    private mutating func choose() {
        let chosen = control.choose(current: rung, rates: rates, now: now)
        if chosen != rung {
            steps += 1
            flowsAt = now + (chosen > rung ? .milliseconds(300) : .milliseconds(chosen == 0 ? 300 : 50))
            rung = chosen
        }
        history.append(rung)
    }
}
