// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// When each stream wants to be woken: a binary heap. An entry that no longer agrees with its stream's own deadline is
/// skipped when it comes up, so that nothing is ever searched for.
struct DeadlineQueue: Sendable {
    private var heap: [(deadline: Instant, stream: Handle)] = []

    var next: Instant? { heap.first?.deadline }
    var count: Int { heap.count }

    mutating func push(_ deadline: Instant, _ stream: Handle) {
        heap.append((deadline, stream))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].deadline < heap[parent].deadline else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// The entry with the earliest deadline if that has come.
    mutating func pop(now: Instant) -> (deadline: Instant, stream: Handle)? {
        guard let first = heap.first, first.deadline <= now else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if heap[child].deadline < heap[smallest].deadline { smallest = child }
            }
            guard smallest != parent else { return first }
            heap.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
