// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import MediaIO
import Synchronization

/// What a ``Capture`` gives to one stream.
final class CaptureTap: MediaSource, Sendable {
    let hasPictures: Bool
    let hasSound: Bool
    let isLive = true
    private let state = Mutex<(samples: [MediaSample], isOver: Bool)>(([], false))
    private let changed = NSCondition()

    /// Half a second of pictures and their sound: who does not take them in time loses the oldest.
    static let waiting = 40

    init(pictures: Bool, sound: Bool) { (hasPictures, hasSound) = (pictures, sound) }

    var isOver: Bool { state.withLock(\.isOver) }

    func put(_ sample: MediaSample) {
        switch sample {
        case .picture: guard hasPictures else { return }
        case .sound: guard hasSound else { return }
        }
        change { state in
            guard !state.isOver else { return }
            if state.samples.count == Self.waiting { state.samples.removeFirst() }
            state.samples.append(sample)
        }
    }

    /// There will be no more; what waits is still given.
    func end() { change { $0.isOver = true } }

    private func change(_ body: (inout (samples: [MediaSample], isOver: Bool)) -> Void) {
        changed.lock()
        state.withLock { body(&$0) }
        changed.broadcast()
        changed.unlock()
    }

    /// Waits for what comes next.
    ///
    /// - Returns: `nil` after the end.
    func next() throws(MediaError) -> MediaSample? {
        changed.lock()
        defer { changed.unlock() }
        while true {
            let next: MediaSample?? = state.withLock { state in
                if !state.samples.isEmpty { return .some(state.samples.removeFirst()) }
                return state.isOver ? .some(nil) : nil
            }
            if let next { return next }
            changed.wait()
        }
    }
}
