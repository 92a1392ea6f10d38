// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaIO
import RTCBase
import RTP
import Synchronization
import WebRTCIO

/// What a thread that encodes is told by those who know the network, and the other way round.
final class PublishingControls: Sendable {
    struct State {
        /// What each encoding may use, by its rid.
        var targets: [String?: Int] = [:]
        /// The encodings whose next picture is to be a key frame.
        var keyFrames: Set<String?> = []
        var isOpen = false
        var isStopped = false
        var statistics = PublishingStatistics()
        var failure: (any Error)?
        var onStop: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())
    /// Wakes the thread from waiting.
    private let changed = MonotonicCondition()

    func with<Result>(_ body: (inout sending State) -> sending Result) -> sending Result {
        state.withLock(body)
    }

    /// The stream is connected: time begins.
    func open() {
        change { $0.isOpen = true }
    }

    var isStopped: Bool { with(\.isStopped) }

    /// - Parameter isTaken: whether the network has room for it, and there is a network.
    func noteSent(_ frame: EncodedFrame, isTaken: Bool) {
        with { state in
            if isTaken { state.statistics.bytes += frame.bytes.count } else { state.statistics.dropped += 1 }
        }
    }

    /// The thread ends after what it is at; nobody waits for it, because a device may take its time.
    func stop() {
        change { $0.isStopped = true }
        with { state in
            defer { state.onStop = nil }
            return state.onStop
        }?()
    }

    /// What is done once when it is to stop; at once where that has been.
    func onStop(_ action: @escaping @Sendable () -> Void) {
        let isLate = with { state in
            if !state.isStopped { state.onStop = action }
            return state.isStopped
        }
        if isLate { action() }
    }

    private func change(_ body: (inout State) -> Void) {
        changed.lock()
        state.withLock { body(&$0) }
        changed.broadcast()
        changed.unlock()
    }

    /// Blocks the thread until the stream is connected.
    ///
    /// - Returns: whether it is; no after ``stop()``.
    func waitUntilOpen() -> Bool {
        changed.lock()
        defer { changed.unlock() }
        while true {
            let (isOpen, isStopped) = state.withLock { ($0.isOpen, $0.isStopped) }
            if isStopped { return false }
            if isOpen { return true }
            changed.wait()
        }
    }

    /// Blocks the thread until a moment.
    ///
    /// - Returns: no after ``stop()``, at once.
    func wait(until moment: Instant) -> Bool {
        changed.lock()
        defer { changed.unlock() }
        while true {
            if state.withLock({ $0.isStopped }) { return false }
            let remaining = moment - Instant.current
            guard remaining > .zero else { return true }
            changed.wait(for: remaining)
        }
    }
}
