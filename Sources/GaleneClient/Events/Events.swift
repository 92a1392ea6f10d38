// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Synchronization

/// What happens, in order, for one consumer; ask for it anew for each. It begins with what happens after it was asked for,
/// and ends after the last event.
///
/// - Throws: ``ServerConnectionError`` with ``ServerConnectionError/Code/fellBehind`` when events were not taken for so
///   long that they reached the limits of ``EventLimits``: nothing is left out silently.
public struct Events<Element: Sendable>: AsyncSequence, Sendable {
    let queue: EventQueue<Element>

    public struct AsyncIterator: AsyncIteratorProtocol {
        let queue: EventQueue<Element>

        public mutating func next() async throws -> Element? { try await queue.next() }
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(queue: queue) }
}

/// Tells every consumer what happens, in one order.
final class EventBroadcast<Element: Sendable>: Sendable {
    private struct State {
        var queues: [Listener] = []
        var hasFinished = false
        /// What has happened before anybody listened.
        var early: EventQueue<Element>?
    }

    /// Whoever has let go of its sequence listens no more.
    private struct Listener {
        weak var queue: EventQueue<Element>?
    }

    private let state = Mutex(State())
    private let limits: EventLimits

    /// - Parameter keepsEarly: whether the first consumer gets what happened before it came, too.
    init(limits: EventLimits, keepsEarly: Bool = false) {
        self.limits = limits
        guard keepsEarly else { return }
        let early = EventQueue<Element>(limits: limits)
        state.withLock { state in
            state.early = early
            state.queues.append(Listener(queue: early))
        }
    }

    func subscribe() -> Events<Element> {
        let early = state.withLock { state in
            defer { state.early = nil }
            return state.early
        }
        if let early { return Events(queue: early) }
        let queue = EventQueue<Element>(limits: limits)
        let isLate = state.withLock { state in
            if !state.hasFinished { state.queues.append(Listener(queue: queue)) }
            return state.hasFinished
        }
        if isLate { queue.finish() }
        return Events(queue: queue)
    }

    /// - Parameters:
    ///   - weight: bytes that the event keeps in memory, roughly.
    ///   - mayBeLeftOut: given only to consumers that have taken everything before.
    func send(_ element: Element, weight: Int = 0, mayBeLeftOut: Bool = false) {
        let queues = state.withLock(\.queues)
        var hasLost = false
        for listener in queues {
            let goesOn =
                mayBeLeftOut
                ? listener.queue?.pushIfIdle(element, weight: weight) : listener.queue?.push(element, weight: weight)
            guard goesOn != true else { continue }
            listener.queue?.finish()
            hasLost = true
        }
        if hasLost { state.withLock { state in state.queues.removeAll { $0.queue?.isOpen != true } } }
    }

    func finish() {
        let queues = state.withLock { state in
            state.hasFinished = true
            defer { state.queues = [] }
            return state.queues
        }
        for listener in queues { listener.queue?.finish() }
    }
}
