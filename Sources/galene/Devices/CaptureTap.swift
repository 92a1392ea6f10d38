// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaIO
import Synchronization

/// What a ``Capture`` gives to one stream.
final class CaptureTap: MediaSource, Sendable {
    let hasPictures: Bool
    let hasSound: Bool
    let isLive = true
    private let state = Mutex<(samples: SampleQueue, isOver: Bool)>((SampleQueue(blocks: mostBlocks), false))
    private let changed = MonotonicCondition()

    /// Half a second of sound: what is said is heard soon, or not at all.
    static let mostBlocks = 25

    init(pictures: Bool, sound: Bool) { (hasPictures, hasSound) = (pictures, sound) }

    var isOver: Bool { state.withLock(\.isOver) }

    func put(_ sample: MediaSample) {
        switch sample {
        case .picture: guard hasPictures else { return }
        case .sound: guard hasSound else { return }
        }
        change { state in
            guard !state.isOver else { return }
            state.samples.put(sample)
        }
    }

    /// There will be no more; what waits is still given.
    func end() { change { $0.isOver = true } }

    private func change(_ body: (inout (samples: SampleQueue, isOver: Bool)) -> Void) {
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
                if let sample = state.samples.take() { return .some(sample) }
                return state.isOver ? .some(nil) : nil
            }
            if let next { return next }
            changed.wait()
        }
    }
}
