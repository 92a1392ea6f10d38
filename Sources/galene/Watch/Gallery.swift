// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaIO
import Synchronization

/// The newest picture of each stream, between the threads that decode and the one that shows.
final class Gallery: Sendable {
    /// The right to show pictures at a place, until somebody else has it.
    struct Ticket: Hashable, Sendable {
        fileprivate let place: String
        fileprivate let number: Int
        /// Nobody else's.
        var name: String { "\(place) \(number)" }
    }

    private struct State {
        /// In the order in which they were first wanted.
        var places: [String] = []
        var holders: [String: Int] = [:]
        var pictures: [String: VideoPicture] = [:]
        var change = 0
        var tickets = 0
    }

    /// Places that are remembered for whoever comes back to them.
    private static let maximumPlaces = 256

    private let state = Mutex(State())
    /// Wakes who waits for something new.
    private let changed = MonotonicCondition()

    /// - Parameter place: the same for a stream and for what replaces it.
    func enter(_ place: String) -> Ticket {
        state.withLock { state in
            state.tickets += 1
            state.holders[place] = state.tickets
            if !state.places.contains(place) {
                if state.places.count >= Self.maximumPlaces { state.places.removeAll { state.holders[$0] == nil } }
                state.places.append(place)
            }
            return Ticket(place: place, number: state.tickets)
        }
    }

    /// Does nothing for whoever has lost the place.
    func show(_ picture: VideoPicture, _ ticket: Ticket) {
        change { state in
            guard state.holders[ticket.place] == ticket.number else { return }
            state.pictures[ticket.place] = picture
        }
    }

    /// Does nothing for whoever has lost the place.
    func leave(_ ticket: Ticket) {
        change { state in
            guard state.holders[ticket.place] == ticket.number else { return }
            state.holders[ticket.place] = nil
            state.pictures[ticket.place] = nil
        }
    }

    private func change(_ body: (inout State) -> Void) {
        changed.lock()
        state.withLock { state in
            body(&state)
            state.change += 1
        }
        changed.broadcast()
        changed.unlock()
    }

    /// All pictures, and a number that is another one after each change.
    var all: (pictures: [VideoPicture], change: Int) {
        state.withLock { state in (state.places.compactMap { state.pictures[$0] }, state.change) }
    }

    /// Blocks the thread until there has been another change than this, or for so long.
    func wait(after change: Int, for duration: Duration) {
        let end = SuspendingClock.now + duration
        changed.lock()
        defer { changed.unlock() }
        while state.withLock({ $0.change }) == change, case let remaining = end - .now, remaining > .zero {
            changed.wait(for: remaining)
        }
    }
}
