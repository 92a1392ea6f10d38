// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

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

    func show(_ picture: VideoPicture, of stream: String) {
        state.withLock { state in
            if state.pictures.updateValue(picture, forKey: stream) == nil { state.streams.append(stream) }
            state.change += 1
        }
    }

    func remove(_ stream: String) {
        state.withLock { state in
            state.pictures[stream] = nil
            state.streams.removeAll { $0 == stream }
            state.change += 1
        }
    }

    /// All pictures, and a number that is another one after each change.
    var all: (pictures: [VideoPicture], change: Int) {
        state.withLock { state in (state.streams.compactMap { state.pictures[$0] }, state.change) }
    }
}
