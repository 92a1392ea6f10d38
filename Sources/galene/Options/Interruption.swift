// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Dispatch
import Foundation
import Synchronization

/// Ctrl-C and its relatives (SIGINT, SIGTERM, SIGHUP) as one thing that can be awaited. A second one ends the process at
/// once.
final class Interruption: Sendable {
    private struct State {
        var signal: Int32?
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var count = 0
        var lastResort: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())
    /// Touched by the initialiser alone, and kept because a source without an owner is silent.
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]
    private let end: @Sendable (Int32) -> Void

    /// - Parameters:
    ///   - signals: none in tests, which call ``happen(_:)``.
    ///   - end: what a second signal does.
    init(
        signals: [Int32] = [SIGINT, SIGTERM, SIGHUP], end: @escaping @Sendable (Int32) -> Void = Interruption.exit
    ) {
        self.end = end
        // Who was started with SIGHUP ignored (nohup) goes on without a terminal.
        let heeded = signals.filter { number in
            let before = Foundation.signal(number, SIG_IGN)
            return number != SIGHUP || !Self.isIgnoring(before)
        }
        sources = heeded.map { DispatchSource.makeSignalSource(signal: $0, queue: .global()) }
        for (number, source) in zip(heeded, sources) {
            source.setEventHandler { [weak self] in self?.happen(number) }
            source.resume()
        }
    }

    /// The signal, once there was one.
    var signal: Int32? { state.withLock(\.signal) }

    /// What has to be put right even when a second signal ends the process: the terminal. `nil` for nothing.
    func setLastResort(_ action: (@Sendable () -> Void)?) { state.withLock { $0.lastResort = action } }

    func happen(_ signal: Int32) {
        let (waiting, lastResort) = state.withLock { state in
            guard state.signal == nil else { return ([CheckedContinuation<Void, Never>](), Optional(state.lastResort)) }
            state.signal = signal
            defer { state.waiting = [:] }
            return (Array(state.waiting.values), nil)
        }
        if let lastResort {
            lastResort?()
            end(signal)
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when there was a signal, or the task is cancelled.
    func wait() async {
        let number = state.withLock { state in
            state.count += 1
            return state.count
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard state.signal == nil, !Task.isCancelled else { return true }
                    state.waiting[number] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: number) }?.resume()
        }
    }

    /// Runs the body; when there is a signal meanwhile its task is cancelled, and waited for.
    ///
    /// - Parameter counts: which errors are told though they came after the signal. None unless told: what a cancelled task
    ///   says of its end, or of its connection's, is not the reason for it. What could not be written is.
    /// - Returns: `nil` when it was interrupted, unless it was done all the same.
    func race<R: Sendable>(
        counts: @escaping @Sendable (any Error) -> Bool = { _ in false },
        _ body: @escaping @Sendable () async throws -> R
    ) async throws -> R? {
        try await withThrowingTaskGroup(of: R?.self) { tasks in
            tasks.addTask {
                await self.wait()
                return nil
            }
            tasks.addTask {
                do {
                    return try await body()
                } catch {
                    guard self.signal != nil, !counts(error) else { throw error }
                    return nil
                }
            }
            if let first = try await tasks.next(), let result = first {
                tasks.cancelAll()
                return result
            }
            tasks.cancelAll()
            return try await tasks.next() ?? nil
        }
    }

    /// The same for work that should have been done.
    ///
    /// - Throws: ``CommandError`` of kind ``CommandError/Kind/interrupted(signal:)``.
    func finish<R: Sendable>(_ body: @escaping @Sendable () async throws -> R) async throws -> R {
        guard let result = try await race(body) else {
            throw CommandError(.interrupted(signal: signal ?? SIGINT), "interrupted")
        }
        return result
    }

    /// Of what is not somebody's last resort, the terminal that shows nothing of a password is put right.
    private static func exit(signal: Int32) {
        PasswordPrompt.restore()
        _exit(128 + signal)
    }

    /// C function pointers are not compared in Swift.
    private static func isIgnoring(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
        unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
