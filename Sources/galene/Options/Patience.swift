// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Does something that must not take longer.
enum Patience {
    /// - Parameters:
    ///   - time: after which the body's task is cancelled.
    ///   - words: what is said then.
    /// - Throws: ``CommandError`` of kind ``CommandError/Kind/failed`` when the time is over.
    static func within<R: Sendable>(
        _ time: Duration, _ words: String, _ body: @escaping @Sendable () async throws -> R
    ) async throws -> R {
        try await withThrowingTaskGroup(of: R?.self) { tasks in
            tasks.addTask { try await body() }
            tasks.addTask {
                try await Task.sleep(for: time)
                return nil
            }
            defer { tasks.cancelAll() }
            guard let result = try await tasks.next() ?? nil else { throw CommandError(.failed, words) }
            return result
        }
    }
}
