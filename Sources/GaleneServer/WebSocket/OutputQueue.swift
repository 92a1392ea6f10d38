// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// What waits for a client's socket, in numbers: the bytes themselves wait in the channel.
struct OutputQueue {
    private struct Batch {
        var bytes: Int
        var since: Instant
    }

    private let maximumBatches: Int
    private let maximumBytes: Int
    private let timeout: Duration
    private var batches: [Batch] = []
    private(set) var bytes = 0

    init(limits: Limits) {
        maximumBatches = limits.waitingBatches
        maximumBytes = limits.waitingBytes
        timeout = limits.writeTimeout
    }

    /// Messages have been handed to the channel and flushed together.
    mutating func wrote(_ count: Int, now: Instant) {
        batches.append(Batch(bytes: count, since: now))
        bytes += count
    }

    /// The kernel has taken the oldest batch.
    mutating func completed() {
        guard !batches.isEmpty else { return }
        bytes -= batches.removeFirst().bytes
    }

    /// When the oldest batch will have waited too long.
    var deadline: Instant? { batches.first.map { $0.since + timeout } }

    /// Whether the client reads so little that it has to go.
    func isOverdue(now: Instant) -> Bool {
        batches.count > maximumBatches || bytes > maximumBytes || deadline.map { now >= $0 } ?? false
    }
}
