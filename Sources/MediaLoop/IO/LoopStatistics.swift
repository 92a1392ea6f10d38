// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// How a ``MediaExecutor`` keeps up.
public struct LoopStatistics: Sendable, Hashable {
    public var wakeups: UInt64
    /// Wake-ups by the timer. Each is late by the kernel's share and by what the thread was doing at the time.
    public var timerWakeups: UInt64
    public var totalLateness: Duration
    public var maximumLateness: Duration

    public init(wakeups: UInt64, timerWakeups: UInt64, totalLateness: Duration, maximumLateness: Duration) {
        self.wakeups = wakeups
        self.timerWakeups = timerWakeups
        self.totalLateness = totalLateness
        self.maximumLateness = maximumLateness
    }
}
