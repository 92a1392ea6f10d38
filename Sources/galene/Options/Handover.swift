// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Synchronization

/// Brings what several tasks have to say to one that listens, in the order in which they come. It keeps nothing: each waits
/// until what it has said is taken, so that a slow listener holds up those who speak, whose sources have limits of their own.
final class Handover<Element: Sendable>: Sendable {
    private struct Offer {
        let number: Int
        let element: Element
        /// Told whether it was taken.
        let giver: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var offers: [Offer] = []
        var count = 0
        var taker: CheckedContinuation<Element?, any Error>?
        var end: Result<Element?, any Error>?
    }

    private let state = Mutex(State())

    /// Returns when it is taken.
    ///
    /// - Throws: `CancellationError` when the task is cancelled before, or nothing is taken any more.
    func give(_ element: Element) async throws {
        let number = state.withLock { state in
            state.count += 1
            return state.count
        }
        let isTaken = await withTaskCancellationHandler {
            await withCheckedContinuation { giver in
                let (taker, isTaken) = state.withLock { state -> (CheckedContinuation<Element?, any Error>?, Bool?) in
                    guard state.end == nil, !Task.isCancelled else { return (nil, false) }
                    if let taker = state.taker {
                        state.taker = nil
                        return (taker, true)
                    }
                    state.offers.append(Offer(number: number, element: element, giver: giver))
                    return (nil, nil)
                }
                taker?.resume(returning: element)
                if let isTaken { giver.resume(returning: isTaken) }
            }
        } onCancel: {
            let offer = state.withLock { state in
                state.offers.firstIndex { $0.number == number }.map { state.offers.remove(at: $0) }
            }
            offer?.giver.resume(returning: false)
        }
        guard isTaken else { throw CancellationError() }
    }

    /// Nothing comes any more.
    func finish(throwing error: (any Error)? = nil) {
        let end: Result<Element?, any Error> = error.map { .failure($0) } ?? .success(nil)
        let (offers, taker) = state.withLock { state -> ([Offer], CheckedContinuation<Element?, any Error>?) in
            guard state.end == nil else { return ([], nil) }
            state.end = end
            defer { (state.offers, state.taker) = ([], nil) }
            return (state.offers, state.taker)
        }
        for offer in offers { offer.giver.resume(returning: false) }
        taker?.resume(with: end)
    }

    /// What was said next. For one task.
    ///
    /// - Returns: `nil` at the end, and when the task is cancelled.
    func next() async throws -> Element? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { taker in
                let (offer, result) = state.withLock { state -> (Offer?, Result<Element?, any Error>?) in
                    if !state.offers.isEmpty {
                        let offer = state.offers.removeFirst()
                        return (offer, .success(offer.element))
                    }
                    if let end = state.end { return (nil, end) }
                    state.taker = taker
                    return (nil, nil)
                }
                offer?.giver.resume(returning: true)
                if let result { taker.resume(with: result) }
            }
        } onCancel: {
            finish()
        }
    }
}
