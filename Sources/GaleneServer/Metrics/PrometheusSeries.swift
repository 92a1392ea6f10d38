// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Metrics
import Synchronization

/// One series of a ``PrometheusRegistry``: what its handler has been told.
protocol PrometheusSeries: AnyObject, Sendable {
    static var kind: PrometheusText.Kind { get }
    func write(_ name: String, _ labels: PrometheusText.Labels, to text: inout PrometheusText)
}

final class CounterSeries: PrometheusSeries, CounterHandler {
    static let kind = PrometheusText.Kind.counter
    private let value = Atomic<Int64>(0)

    func increment(by amount: Int64) { value.wrappingAdd(amount, ordering: .relaxed) }
    func reset() { value.store(0, ordering: .relaxed) }

    func write(_ name: String, _ labels: PrometheusText.Labels, to text: inout PrometheusText) {
        text.sample(name, labels, Double(value.load(ordering: .relaxed)))
    }
}

/// What stands at a value, and is not added up.
final class GaugeSeries: PrometheusSeries, MeterHandler, RecorderHandler {
    static let kind = PrometheusText.Kind.gauge
    private let value = Mutex(0.0)

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { self.value.withLock { $0 = value } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }

    func write(_ name: String, _ labels: PrometheusText.Labels, to text: inout PrometheusText) {
        text.sample(name, labels, value.withLock { $0 })
    }
}

/// How often something was observed, and the sum: a rate and a mean can be had from that. Times are in seconds.
final class SummarySeries: PrometheusSeries, RecorderHandler, TimerHandler {
    static let kind = PrometheusText.Kind.summary
    private let observed = Mutex((count: 0, sum: 0.0))

    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) { observed.withLock { $0 = ($0.count + 1, $0.sum + value) } }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func write(_ name: String, _ labels: PrometheusText.Labels, to text: inout PrometheusText) {
        let (count, sum) = observed.withLock { $0 }
        text.sample("\(name)_sum", labels, sum)
        text.sample("\(name)_count", labels, Double(count))
    }
}
