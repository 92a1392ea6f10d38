// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaLoop
import Metrics
import RTCBase

/// The series of one worker. They are made once, so that their number depends on nothing but the number of workers.
struct WorkerMeters {
    private let counters: [Counter]
    private let upStreams: Meter
    private let downStreams: Meter
    private let lag: Meter
    private let maximumLag: Meter
    /// What the counters have been told.
    private var last = WorkerStatistics()

    init(worker number: Int, factory: any MetricsFactory) {
        let worker = ("worker", String(number))
        counters = WorkerCounter.all.map {
            Counter(label: $0.family.name, dimensions: [worker] + $0.labels, factory: factory)
        }
        func meter(_ family: MetricFamily, _ labels: [(String, String)] = []) -> Meter {
            Meter(label: family.name, dimensions: [worker] + labels, factory: factory)
        }
        upStreams = meter(.streams, [("direction", "in")])
        downStreams = meter(.streams, [("direction", "out")])
        lag = meter(.loopLag)
        maximumLag = meter(.maximumLoopLag)
    }

    /// Counters are told by how much they have grown: their backends add up.
    mutating func update(_ statistics: WorkerStatistics, maximumLateness: Duration) {
        for (counter, series) in zip(counters, WorkerCounter.all) {
            let (before, now) = (series.count(last), series.count(statistics))
            if now > before { counter.increment(by: now - before) }
        }
        upStreams.set(statistics.upStreams)
        downStreams.set(statistics.downStreams)
        let wakeups = Int(clamping: statistics.loop.timerWakeups &- last.loop.timerWakeups)
        let lateness = statistics.loop.totalLateness - last.loop.totalLateness
        lag.set(wakeups > 0 ? lateness.inSeconds / Double(wakeups) : 0)
        maximumLag.set(maximumLateness.inSeconds)
        last = statistics
    }
}
