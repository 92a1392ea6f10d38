// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import SFU

extension MediaWorker {
    /// How a stream of either direction fares; `nil` when there is none.
    public func statistics(of id: StreamID) -> StreamStatistics? {
        state.statistics(of: id, now: MonotonicClock.now())
    }

    /// The same of many streams, in their order.
    ///
    /// The loop is entered once for every ``statisticsBatch`` of them: a question about a thousand streams must not make
    /// packets wait for all of the answer.
    public nonisolated func statistics(of ids: [StreamID]) async -> [StreamStatistics?] {
        var found: [StreamStatistics?] = []
        found.reserveCapacity(ids.count)
        var position = 0
        while position < ids.count {
            let end = min(position + Self.statisticsBatch, ids.count)
            found += await statistics(ofBatch: ids[position..<end])
            position = end
        }
        return found
    }

    /// Streams looked at in one turn: about a microsecond each.
    static let statisticsBatch = 256

    private func statistics(ofBatch ids: ArraySlice<StreamID>) -> [StreamStatistics?] {
        let now = MonotonicClock.now()
        return ids.map { state.statistics(of: $0, now: now) }
    }

    /// Everything that the worker counts.
    public func statistics() -> WorkerStatistics {
        var statistics = WorkerStatistics()
        statistics.upStreams = state.router.publisherCount
        statistics.downStreams = state.router.subscriberCount
        statistics.worker = state.counters
        statistics.router = state.router.counters
        statistics.sent = state.sendBatch.counters
        statistics.received = state.receiveBatch.counters
        statistics.loop = executor.statistics
        return statistics
    }

    /// By how much the loop has been late at worst since the last call: for one observer, that looks at intervals.
    public nonisolated func takeMaximumLateness() -> Duration { executor.takeMaximumLateness() }
}
