// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Metrics
import Synchronization

/// Keeps what metrics are told, and shows it in Prometheus' text format.
///
/// Series are made when somebody asks for their handler, and there are never more than ``maximumSeries``: what is asked
/// for beyond is counted, and shown nowhere.
final class PrometheusRegistry: MetricsFactory {
    private struct Family {
        var kind: PrometheusText.Kind
        var series: [PrometheusText.Labels: any PrometheusSeries] = [:]
    }

    private struct State {
        var families: [String: Family] = [:]
        var count = 0
        var refused = 0
    }

    /// A server of 64 workers has half as many; each costs about 200 bytes, and a line at every look.
    static let maximumSeries = 8192

    private let help: [String: String]
    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter help: what metrics say, by their names.
    init(help: [String: String], limit: Int = maximumSeries) {
        self.help = help
        self.limit = limit
    }

    convenience init(describing families: [MetricFamily]) {
        self.init(help: Dictionary(families.map { ($0.name, $0.help) }) { first, _ in first })
    }

    /// Everything, in the order of the names.
    func text() -> String {
        state.withLock { state in
            var text = PrometheusText()
            for (name, family) in state.families.sorted(by: { $0.key < $1.key }) {
                text.begin(name, family.kind, help: help[name])
                for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                    series.write(name, labels, to: &text)
                }
            }
            text.begin("galene_refused_series", .gauge, help: "Series that there was no room for.")
            text.sample("galene_refused_series", [], Double(state.refused))
            return text.text
        }
    }

    // MARK: MetricsFactory

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions) { CounterSeries() } ?? NOOPMetricsHandler.instance
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions) { GaugeSeries() } ?? NOOPMetricsHandler.instance
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        if aggregate { return series(label, dimensions) { SummarySeries() } ?? NOOPMetricsHandler.instance }
        return series(label, dimensions) { GaugeSeries() } ?? NOOPMetricsHandler.instance
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions) { SummarySeries() } ?? NOOPMetricsHandler.instance
    }

    func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

    /// The series of that name and those labels; `nil` when the name means something else, or there is no room.
    private func series<Series: PrometheusSeries>(
        _ label: String, _ dimensions: [(String, String)], make: () -> Series
    ) -> Series? {
        let name = PrometheusText.name(label)
        let labels = PrometheusText.Labels(dimensions)
        return state.withLock { state in
            if let known = state.families[name]?.series[labels] as? Series { return known }
            guard state.count < limit, state.families[name].map({ $0.kind == Series.kind }) ?? true else {
                state.refused += 1
                return nil
            }
            let series = make()
            state.families[name, default: Family(kind: Series.kind)].series[labels] = series
            state.count += 1
            return series
        }
    }

    private func remove(_ handler: AnyObject) {
        state.withLock { state in
            for (name, family) in state.families {
                guard let labels = family.series.first(where: { $0.value === handler })?.key else { continue }
                state.families[name]?.series[labels] = nil
                if state.families[name]?.series.isEmpty == true { state.families[name] = nil }
                state.count -= 1
                return
            }
        }
    }
}
