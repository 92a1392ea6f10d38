// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Dispatch
import MediaLoop
import RTCBase
import Synchronization

/// What control pays to reach media: calls of an actor on the media thread, and the punctuality of its timer.
struct ExecutorSuite: Suite {
    let name = "executor"

    func measure(into round: inout Round) throws {
        let executor = try MediaExecutor()
        let period = Duration.milliseconds(5)
        let next = Mutex(MonotonicClock.now() + period)
        try executor.start(sockets: []) { readiness in
            next.withLock { next in
                while next <= readiness.now { next += period }
                return next
            }
        }
        let media = Resident(on: executor)
        let trips = 20_000
        let (outside, inside) = wait {
            let start = MonotonicClock.now()
            for _ in 0..<trips { await media.touch() }
            let between = MonotonicClock.now()
            await media.touch(Resident(on: executor), times: trips)
            return (between - start, MonotonicClock.now() - between)
        }
        executor.shutdown()
        let statistics = executor.statistics
        round.record("call from the pool and back", outside.inSeconds / Double(trips) * 1e6, "us")
        round.record("call between actors of the thread", inside.inSeconds / Double(trips) * 1e6, "us")
        let lateness = statistics.totalLateness.inSeconds / Double(max(1, statistics.timerWakeups))
        round.record("timer's lateness, mean", lateness * 1e6, "us")
        round.record("timer's lateness, worst", statistics.maximumLateness.inSeconds * 1e6, "us")
    }

    private func wait(for body: @escaping @Sendable () async -> (Duration, Duration)) -> (Duration, Duration) {
        let result = Result()
        let done = DispatchSemaphore(value: 0)
        Task.detached {
            let value = await body()
            result.value.withLock { $0 = value }
            done.signal()
        }
        done.wait()
        return result.value.withLock { $0 }
    }

    private final class Result: Sendable {
        let value = Mutex((Duration.zero, Duration.zero))
    }
}

private actor Resident {
    nonisolated let executor: MediaExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private var count = 0

    init(on executor: MediaExecutor) { self.executor = executor }

    func touch() { count += 1 }
    func touch(_ other: Resident, times: Int) async { for _ in 0..<times { await other.touch() } }
}
