// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

/// The last messages of a group, for newcomers.
struct ChatHistory: Sendable {
    private let capacity: Int
    private var entries: [Chat] = []

    init(capacity: Int) { self.capacity = capacity }

    mutating func append(_ chat: Chat) {
        if entries.count >= capacity { entries.removeFirst(entries.count - capacity + 1) }
        var entry = chat
        // A newcomer is told what was said, not how it was delivered.
        entry.privileged = false
        entry.noEcho = false
        entries.append(entry)
    }

    mutating func clear(_ cleared: ClearedChat) { entries.removeAll(where: cleared.includes) }

    /// The messages that are no older than `age` seconds, oldest first; older ones are forgotten.
    mutating func messages(age: Int64, now: Timestamp) -> [Chat] {
        entries.removeAll { ($0.time?.unixSeconds ?? 0) < now.unixSeconds - age }
        return entries
    }
}
