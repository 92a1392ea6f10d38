// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Synchronization

/// What one consumer has not taken yet. Bounded: a consumer that stops reading costs others nothing, and is told.
final class EventQueue<Element: Sendable>: Sendable {
    private struct State {
        var waiting: [(element: Element, weight: Int)] = []
        /// Where the oldest stands; what is before it has been taken.
        var first = 0
        var weight = 0
        var consumer: CheckedContinuation<Element?, any Error>?
        var end: Result<Void, ServerConnectionError>?
    }

    private let state = Mutex(State())
    private let limits: EventLimits

    init(limits: EventLimits) { self.limits = limits }

    /// - Returns: whether the consumer still listens.
    func push(_ element: Element, weight: Int) -> Bool {
        let (consumer, goesOn) = state.withLock { state -> (CheckedContinuation<Element?, any Error>?, Bool) in
            guard state.end == nil else { return (nil, false) }
            if let consumer = state.consumer {
                state.consumer = nil
                return (consumer, true)
            }
            guard state.waiting.count - state.first < limits.count, state.weight + weight <= limits.bytes else {
                state.end = .failure(
                    ServerConnectionError(.fellBehind, "events were not taken for so long that some would be lost"))
                return (nil, false)
            }
            state.waiting.append((element, weight))
            state.weight += weight
            return (nil, true)
        }
        consumer?.resume(returning: element)
        return goesOn
    }

    /// The same for what may be left out: taken only when nothing waits.
    func pushIfIdle(_ element: Element, weight: Int) -> Bool {
        let isIdle = state.withLock { $0.consumer != nil || $0.first == $0.waiting.count }
        return isIdle ? push(element, weight: weight) : isOpen
    }

    /// Whether it still takes anything.
    var isOpen: Bool { state.withLock { $0.end == nil } }

    /// What waits is still given out.
    func finish() {
        let consumer = state.withLock { state -> CheckedContinuation<Element?, any Error>? in
            guard state.end == nil else { return nil }
            state.end = .success(())
            defer { state.consumer = nil }
            return state.consumer
        }
        consumer?.resume(returning: nil)
    }

    /// - Returns: `nil` at the end, and when the task is cancelled.
    func next() async throws -> Element? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = state.withLock { state -> Result<Element?, any Error>? in
                    if state.first < state.waiting.count {
                        let (element, weight) = state.waiting[state.first]
                        state.first += 1
                        state.weight -= weight
                        // Half of it has been taken: the rest moves up, which costs each element one move.
                        if state.first * 2 >= state.waiting.count {
                            state.waiting.removeFirst(state.first)
                            state.first = 0
                        }
                        return .success(element)
                    }
                    if let end = state.end { return end.map { nil }.mapError { $0 } }
                    precondition(state.consumer == nil, "one iterator is used by two tasks at the same time")
                    state.consumer = continuation
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            finish()
        }
    }
}

/// How much may wait for one consumer of events.
public struct EventLimits: Sendable, Hashable {
    /// A meeting of hundreds makes some thousands when everybody comes at once.
    public var count = 10_000
    /// Bytes of the messages that the events came in. One message can have a MiB.
    public var bytes = 16 << 20

    public init() {}
}
