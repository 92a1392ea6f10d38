// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import SFU

/// Everything that one worker counts, at one moment. Counters run from its start.
public struct WorkerStatistics: Sendable {
    /// Streams that it carries: those that clients send, and those that they receive.
    public var upStreams = 0
    public var downStreams = 0
    public var worker = WorkerCounters()
    public var router = RouterCounters()
    public var sent = SendBatch.Counters()
    public var received = ReceiveBatch.Counters()
    public var loop = LoopStatistics(wakeups: 0, timerWakeups: 0, totalLateness: .zero, maximumLateness: .zero)

    public init() {}
}
