// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser

/// For how long a command goes on that would end with Ctrl-C only.
struct DurationOptions: ParsableArguments {
    @Option(name: .customLong("for"), help: ArgumentHelp("End after so many seconds.", valueName: "seconds"))
    var seconds: Double?

    /// More would not fit into a `Duration` everywhere, and nobody waits for it.
    private static let maximum = 1e9

    func validate() throws {
        guard seconds.map({ $0 > 0 && $0 <= Self.maximum }) ?? true else {
            throw ValidationError("--for wants a number of seconds.")
        }
    }

    /// Runs the body; when the time is over, its task is cancelled and waited for.
    ///
    /// - Throws: what the body throws, also while it is brought to its end.
    func limit(_ body: @escaping @Sendable () async throws -> Void) async throws {
        guard let seconds else { return try await body() }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await body() }
            tasks.addTask { try? await Task.sleep(for: .seconds(seconds)) }
            defer { tasks.cancelAll() }
            try await tasks.next()
            tasks.cancelAll()
            do {
                try await tasks.waitForAll()
            } catch is CancellationError {}
        }
    }
}
