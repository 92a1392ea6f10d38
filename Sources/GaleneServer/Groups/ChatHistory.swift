// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

/// The last messages of a group, for newcomers.
struct ChatHistory: Sendable {
    private struct Entry: Sendable {
        var chat: Chat
        var size: Int
    }

    private let capacity: Int
    private let maximumBytes: Int
    private var entries: [Entry] = []

    init(capacity: Int, maximumBytes: Int) {
        self.capacity = capacity
        self.maximumBytes = maximumBytes
    }

    /// - Parameter size: bytes of the message as it is sent. One that alone is too large is not kept.
    mutating func append(_ chat: Chat, size: Int) {
        guard size <= maximumBytes, capacity > 0 else { return }
        var bytes = entries.reduce(size) { $0 + $1.size }
        while !entries.isEmpty, entries.count >= capacity || bytes > maximumBytes {
            bytes -= entries.removeFirst().size
        }
        var kept = chat
        // A newcomer is told what was said, not how it was delivered.
        kept.privileged = false
        kept.noEcho = false
        entries.append(Entry(chat: kept, size: size))
    }

    mutating func clear(_ cleared: ClearedChat) { entries.removeAll { cleared.includes($0.chat) } }

    /// The messages that are no older than `age` seconds, oldest first; older ones are forgotten.
    mutating func messages(age: Int64, now: Timestamp) -> [Chat] {
        entries.removeAll { ($0.chat.time?.unixSeconds ?? 0) < now.unixSeconds - age }
        return entries.map(\.chat)
    }
}
