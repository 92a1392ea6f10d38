// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import Logging
import MediaLoop
import MetricsTestKit
import RTCTestKit
import SFU
import Synchronization
import Testing

@testable import GaleneServer

/// A worker whose counters stand where a test puts them.
private final class CountingWorker: ObservedWorker {
    let number: Int
    private let current = Mutex(WorkerStatistics())
    private let lateness = Mutex(Duration.zero)

    init(_ number: Int) { self.number = number }

    func change(_ body: (inout WorkerStatistics) -> Void) { current.withLock { body(&$0) } }
    func beLate(by duration: Duration) { lateness.withLock { $0 = duration } }

    func statistics() async -> WorkerStatistics { current.withLock { $0 } }
    func takeMaximumLateness() -> Duration {
        lateness.withLock { lateness in
            defer { lateness = .zero }
            return lateness
        }
    }
}

@Suite("Metrics")
struct MetricsSamplerTests {
    private let folder = TemporaryFolder()
    private let metrics = TestMetrics()

    private func makeDirectory() -> GroupDirectory {
        GroupDirectory(
            directory: folder.path, workers: [FakeMedia()], limits: Limits(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func total(_ name: String, _ labels: [(String, String)]) throws -> Int64 {
        try metrics.expectCounter("galene_\(name)", labels).totalValue
    }

    private func value(_ name: String, _ labels: [(String, String)] = []) throws -> Double? {
        try metrics.expectMeter("galene_\(name)", labels).lastValue
    }

    @Test(.row("M-38")) func `counters are told by how much they have grown, gauges what they are`() async throws {
        let worker = CountingWorker(3)
        let sampler = MetricsSampler(workers: [worker], groups: makeDirectory(), factory: metrics)
        let of = ("worker", "3")
        worker.change {
            $0.router.packetsReceived = 100
            $0.worker.packetsForwarded = 500
            $0.sent.bytes = 7000
            $0.worker.authenticationFailures = 2
            $0.router.cacheHits = 5
            $0.upStreams = 4
            $0.downStreams = 9
            $0.loop.timerWakeups = 10
            $0.loop.totalLateness = .milliseconds(20)
        }
        worker.beLate(by: .milliseconds(7))
        await sampler.sample()
        await sampler.sample()
        #expect(try total("media_packets_total", [of, ("direction", "in")]) == 100)
        #expect(try total("media_packets_total", [of, ("direction", "out")]) == 500)
        #expect(try value("loop_lag_seconds", [of]) == 0, "nothing since the last look")
        worker.change {
            $0.router.packetsReceived = 130
            $0.router.plisReceived = 1
            $0.worker.packetsDropped = 8
            $0.sent.dropped = 3
            $0.loop.timerWakeups = 14
            $0.loop.totalLateness = .milliseconds(32)
            $0.upStreams = 2
        }
        worker.beLate(by: .milliseconds(9))
        await sampler.sample()
        #expect(try total("media_packets_total", [of, ("direction", "in")]) == 130)
        #expect(try total("media_packets_total", [of, ("direction", "out")]) == 500)
        #expect(try total("udp_bytes_total", [of, ("direction", "out")]) == 7000)
        #expect(try total("srtp_authentication_failures_total", [of]) == 2)
        #expect(try total("cache_lookups_total", [of, ("result", "hit")]) == 5)
        #expect(try total("key_frame_requests_total", [of, ("direction", "in"), ("kind", "pli")]) == 1)
        #expect(try total("dropped_packets_total", [of, ("direction", "out"), ("reason", "congestion")]) == 8)
        #expect(try total("dropped_packets_total", [of, ("direction", "out"), ("reason", "full-buffer")]) == 3)
        #expect(try value("streams", [of, ("direction", "in")]) == 2)
        #expect(try value("streams", [of, ("direction", "out")]) == 9)
        #expect(try value("loop_lag_seconds", [of]) == 0.003)
        #expect(try value("loop_lag_maximum_seconds", [of]) == 0.009)
    }

    @Test(.row("M-38"), .attack(29)) func `series depend on the workers, and on nothing that clients do`() async throws
    {
        let workers = [CountingWorker(0), CountingWorker(1)]
        let directory = makeDirectory()
        let sampler = MetricsSampler(workers: workers, groups: directory, factory: metrics)
        await sampler.sample()
        func series() -> Set<String> {
            Set(
                (metrics.counters.map { ($0.label, $0.dimensions) } + metrics.meters.map { ($0.label, $0.dimensions) })
                    .map { label, dimensions in "\(label) \(dimensions.map { "\($0)=\($1)" }.sorted())" })
        }
        let before = series()
        #expect(before.count == 2 * (WorkerCounter.all.count + 4) + 2)
        let members = GroupTests()
        for number in 0..<50 {
            folder.write("room-\(number).json", "{}")
            guard case .found(let group) = await directory.group(named: "room-\(number)") else {
                Issue.record("no group")
                return
            }
            for client in 0..<4 { _ = await members.join(group, "client-\(client)") }
        }
        for worker in workers { worker.change { $0.upStreams = 200 } }
        await sampler.sample()
        #expect(series() == before)
        #expect(try value("groups") == 50)
        #expect(try value("clients") == 200)
        // Of each label there are only these values.
        let labels = Set(before.flatMap { $0.matches(of: /"(\w+)=/).map { String($0.output.1) } })
        #expect(labels == ["worker", "direction", "reason", "kind", "result"])
    }

    @Test func `every counter is shown once, and described`() {
        let series = WorkerCounter.all.map { "\($0.family.name) \($0.labels)" }
        #expect(Set(series).count == series.count)
        for family in MetricFamily.all {
            #expect(family.help.hasSuffix("."))
            let isCounter = WorkerCounter.all.contains { $0.family == family }
            #expect(family.name.hasSuffix("_total") == isCounter, "\(family.name)")
            // A family's series have the same labels.
            let names = Set(WorkerCounter.all.filter { $0.family == family }.map { $0.labels.map(\.0) })
            #expect(names.count <= 1, "\(family.name)")
        }
        // Each shows a count of its own: no two of them move together.
        var all = WorkerStatistics()
        all.router.packetsReceived = 1
        #expect(WorkerCounter.all.filter { $0.count(all) > 0 }.count == 1)
    }
}
