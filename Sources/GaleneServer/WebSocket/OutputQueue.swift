// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// What waits for a client's socket, in numbers: the bytes themselves wait in the channel.
struct OutputQueue {
    private struct Batch {
        var bytes: Int
        var deadline: Instant
    }

    private let maximumBatches: Int
    private let maximumBytes: Int
    private let timeout: Duration
    private let slowest: Double
    private var batches: [Batch] = []
    private(set) var bytes = 0

    init(limits: Limits) {
        maximumBatches = limits.waitingBatches
        maximumBytes = limits.waitingBytes
        timeout = limits.writeTimeout
        slowest = Double(limits.slowestBytesPerSecond)
    }

    /// Messages have been handed to the channel and flushed together.
    mutating func wrote(_ count: Int, now: Instant) {
        bytes += count
        // A slow path takes its time for what is before it, too.
        batches.append(Batch(bytes: count, deadline: now + timeout + .seconds(Double(bytes) / slowest)))
    }

    /// The kernel has taken the oldest batch.
    mutating func completed() {
        guard !batches.isEmpty else { return }
        bytes -= batches.removeFirst().bytes
    }

    /// When the oldest batch will have waited too long.
    var deadline: Instant? { batches.first?.deadline }

    /// Whether the client reads so little that it has to go. What is being written does not count among the bytes: who
    /// comes into a large group is greeted with all of its members at once.
    func isOverdue(now: Instant) -> Bool {
        let waiting = bytes - (batches.first?.bytes ?? 0)
        return batches.count > maximumBatches || waiting > maximumBytes || deadline.map { now >= $0 } ?? false
    }
}
