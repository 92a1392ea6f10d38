// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import MediaIO
import Synchronization

/// The newest picture of each stream, between the threads that decode and the one that shows.
final class Gallery: Sendable {
    private struct State {
        /// In the order in which they came.
        var streams: [String] = []
        var pictures: [String: VideoPicture] = [:]
        var change = 0
    }

    private let state = Mutex(State())
    /// Wakes who waits for something new.
    private let changed = NSCondition()

    func show(_ picture: VideoPicture, of stream: String) {
        change { state in
            if state.pictures.updateValue(picture, forKey: stream) == nil { state.streams.append(stream) }
        }
    }

    func remove(_ stream: String) {
        change { state in
            state.pictures[stream] = nil
            state.streams.removeAll { $0 == stream }
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
        state.withLock { state in (state.streams.compactMap { state.pictures[$0] }, state.change) }
    }

    /// Blocks the thread until there has been another change than this, or for so many seconds.
    func wait(after change: Int, seconds: Double) {
        let end = Date(timeIntervalSinceNow: seconds)
        changed.lock()
        defer { changed.unlock() }
        while state.withLock({ $0.change }) == change, changed.wait(until: end) {}
    }
}
