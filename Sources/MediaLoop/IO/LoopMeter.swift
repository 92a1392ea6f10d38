// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import Synchronization

/// Counters that one thread writes and any may read: for the one that writes, plain stores and no locked instructions.
struct LoopMeter: ~Copyable {
    private let wakeups = Atomic<UInt64>(0)
    private let timerWakeups = Atomic<UInt64>(0)
    private let total = Atomic<Int64>(0)
    private let maximum = Atomic<Int64>(0)
    private let recentMaximum = Atomic<Int64>(0)

    /// - Parameter lateness: nanoseconds by which the timer was late, if it was the timer.
    func record(lateness: Int64?) {
        wakeups.store(wakeups.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
        guard let lateness else { return }
        timerWakeups.store(timerWakeups.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
        total.store(total.load(ordering: .relaxed) &+ lateness, ordering: .relaxed)
        if lateness > maximum.load(ordering: .relaxed) { maximum.store(lateness, ordering: .relaxed) }
        if lateness > recentMaximum.load(ordering: .relaxed) { recentMaximum.store(lateness, ordering: .relaxed) }
    }

    /// The greatest lateness since the last call. One that is recorded at this very moment may count twice, or not.
    func takeMaximum() -> Duration { .nanoseconds(recentMaximum.exchange(0, ordering: .relaxed)) }

    var statistics: LoopStatistics {
        LoopStatistics(
            wakeups: wakeups.load(ordering: .relaxed), timerWakeups: timerWakeups.load(ordering: .relaxed),
            totalLateness: .nanoseconds(total.load(ordering: .relaxed)),
            maximumLateness: .nanoseconds(maximum.load(ordering: .relaxed)))
    }
}
