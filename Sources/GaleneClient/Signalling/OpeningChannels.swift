// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import NIOCore
import Synchronization

/// Ends what is being opened when the task that wants it is cancelled: NIO's futures know nothing of tasks.
final class OpeningChannels: Sendable {
    private struct State {
        var isCancelled = false
        var isLate = false
        /// One for each address of a name that is tried.
        var channels: [any Channel] = []
    }

    private let state = Mutex(State())

    /// - Parameter body: hands every channel that it makes to ``add(_:)``, as soon as there is one.
    static func run<R>(_ body: (OpeningChannels) async throws -> R) async throws -> R {
        let opening = OpeningChannels()
        return try await withTaskCancellationHandler {
            try await body(opening)
        } onCancel: {
            opening.cancel()
        }
    }

    func add(_ channel: any Channel) {
        let isCancelled = state.withLock { state in
            if !state.isCancelled { state.channels.append(channel) }
            return state.isCancelled
        }
        if isCancelled { channel.close(promise: nil) }
    }

    /// Ends a channel that has taken too long.
    func expire(_ channel: any Channel) {
        state.withLock { $0.isLate = true }
        channel.close(promise: nil)
    }

    /// Whether one has: what its end is called depends on how far it had come.
    var isLate: Bool { state.withLock(\.isLate) }

    private func cancel() {
        let channels = state.withLock { state in
            state.isCancelled = true
            defer { state.channels = [] }
            return state.channels
        }
        for channel in channels { channel.close(promise: nil) }
    }
}
