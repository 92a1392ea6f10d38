// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What callbacks have told, in their order.
@MainActor
final class Diary<Entry: Sendable> {
    private(set) var entries: [Entry] = []
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func callAsFunction(_ entry: Entry) {
        entries.append(entry)
        let all = waiting
        waiting = []
        for each in all { each.resume() }
    }

    /// The first of which the closure makes something, as soon as there is one.
    func first<R>(_ what: (Entry) -> R?) async -> R {
        var read = 0
        while true {
            while read < entries.count {
                if let result = what(entries[read]) { return result }
                read += 1
            }
            await withCheckedContinuation { waiting.append($0) }
        }
    }
}

extension Diary where Entry: Equatable {
    func wait(for entry: Entry) async { _ = await first { $0 == entry ? true : nil } as Bool }
}
