// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaLoop
import Metrics
import ServiceLifecycle
import Synchronization

/// What the sampler needs of a worker: the waist at which tests replace it.
protocol ObservedWorker: Sendable {
    var number: Int { get }
    func statistics() async -> WorkerStatistics
    func takeMaximumLateness() -> Duration
}

extension MediaWorker: ObservedWorker {}

/// Reads every worker at intervals and tells the metrics. Workers only count: none of them knows of metrics.
actor MetricsSampler: Service {
    /// A third of the interval at which Prometheus usually looks.
    static let interval = Duration.seconds(5)

    private let groups: GroupDirectory
    private var workers: [(worker: any ObservedWorker, meters: WorkerMeters)]
    private let groupCount: Meter
    private let clientCount: Meter
    private nonisolated let finished = Mutex<ContinuousClock.Instant?>(nil)

    init(workers: [any ObservedWorker], groups: GroupDirectory, factory: any MetricsFactory) {
        self.groups = groups
        self.workers = workers.map { ($0, WorkerMeters(worker: $0.number, factory: factory)) }
        groupCount = Meter(label: MetricFamily.groups.name, factory: factory)
        clientCount = Meter(label: MetricFamily.clients.name, factory: factory)
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat { await self.sample() } while (try? await Task.sleep(for: Self.interval)) != nil
        }
    }

    func sample() async {
        for position in workers.indices {
            let worker = workers[position].worker
            let statistics = await worker.statistics()
            workers[position].meters.update(statistics, maximumLateness: worker.takeMaximumLateness())
        }
        let population = await groups.population()
        groupCount.set(population.groups)
        clientCount.set(population.members)
        finished.withLock { $0 = .now }
    }

    /// Since when nothing has been read; `nil` before the first time. It grows when a worker does not answer.
    nonisolated var age: Duration? { finished.withLock { $0.map { .now - $0 } } }
}
