// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import MediaIO
import Synchronization

/// A source that stays open while the streams come and go that carry what it gives: a microphone need not be opened again
/// because a camera joins it. It is read in its time, on a thread of its own.
final class Capture: Sendable {
    typealias Opener = MergedSource.Factory

    let hasPictures: Bool
    let hasSound: Bool
    private let shared: Shared

    /// Returns when it is open.
    ///
    /// - Parameter open: called on the thread to which the source then belongs.
    static func open(_ open: @escaping Opener) async throws(MediaError) -> Capture {
        let shared = Shared()
        let opened: Result<(pictures: Bool, sound: Bool), MediaError> = await withCheckedContinuation { continuation in
            let thread = Thread {
                do throws(MediaError) {
                    let source = try open()
                    continuation.resume(returning: .success((source.hasPictures, source.hasSound)))
                    shared.run(source)
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            thread.name = "capture"
            thread.start()
        }
        let kinds = try opened.get()
        return Capture(pictures: kinds.pictures, sound: kinds.sound, shared)
    }

    private init(pictures: Bool, sound: Bool, _ shared: Shared) {
        (hasPictures, hasSound, self.shared) = (pictures, sound, shared)
    }

    deinit { stop() }

    /// What is heard is silence; the device stays open, so that it can be heard again at once.
    var isMuted: Bool {
        get { shared.isMuted }
        set { shared.isMuted = newValue }
    }

    /// What it gives from now on, for one who publishes it.
    func tap(pictures: Bool, sound: Bool) -> CaptureTap {
        let tap = CaptureTap(pictures: pictures && hasPictures, sound: sound && hasSound)
        shared.add(tap)
        return tap
    }

    /// The thread ends after what it is at; nobody waits for it, because a device may take its time.
    func stop() { shared.end(nil) }

    /// Waits for the end of the source, or for ``stop()``.
    ///
    /// - Throws: what has ended it.
    func waitUntilEnd() async throws(MediaError) {
        let failure: MediaError? = await withCheckedContinuation { shared.wait($0) }
        if let failure { throw failure }
    }

    /// What the thread shares with everybody else.
    private final class Shared: Sendable {
        struct State {
            var taps: [CaptureTap] = []
            var isMuted = false
            var isOver = false
            var failure: MediaError?
            var waiting: [CheckedContinuation<MediaError?, Never>] = []
        }

        private let state = Mutex(State())
        private let changed = MonotonicCondition()

        /// A source that is later than this begins anew from there.
        private static let patience = Duration.seconds(1)

        var isMuted: Bool {
            get { state.withLock(\.isMuted) }
            set { state.withLock { $0.isMuted = newValue } }
        }

        func run(_ source: any MediaSource) {
            // Times of a source that is none of devices begin at zero, at this moment on two clocks: that of devices, and
            // one that nobody sets.
            var (start, begun) = (DeviceSource.now, ContinuousClock.now)
            do throws(MediaError) {
                while let sample = try source.next() {
                    guard !source.isLive else {
                        guard give(sample) else { return }
                        continue
                    }
                    let lateness = ContinuousClock.now - begun - sample.time
                    if lateness > Self.patience {
                        // The program was stopped meanwhile: what was not seen then is not made up for.
                        start += lateness
                        begun += lateness
                    }
                    guard wait(until: begun + sample.time), give(sample.later(by: start)) else { return }
                }
                end(nil)
            } catch {
                end(error)
            }
        }

        /// - Returns: whether anybody may want more.
        private func give(_ sample: MediaSample) -> Bool {
            let (taps, isMuted, isOver) = state.withLock { ($0.taps, $0.isMuted, $0.isOver) }
            guard !isOver else { return false }
            let given = isMuted ? sample.silenced : sample
            for tap in taps { tap.put(given) }
            // Those that nobody reads any more.
            state.withLock { $0.taps.removeAll(where: \.isOver) }
            return true
        }

        /// - Returns: no after the end, at once.
        private func wait(until moment: ContinuousClock.Instant) -> Bool {
            changed.lock()
            defer { changed.unlock() }
            while true {
                if state.withLock(\.isOver) { return false }
                let remaining = moment - ContinuousClock.now
                guard remaining > .zero else { return true }
                changed.wait(for: remaining)
            }
        }

        func add(_ tap: CaptureTap) {
            let isOver = state.withLock { state in
                if !state.isOver { state.taps.append(tap) }
                return state.isOver
            }
            if isOver { tap.end() }
        }

        func wait(_ continuation: CheckedContinuation<MediaError?, Never>) {
            let end: MediaError?? = state.withLock { state in
                guard state.isOver else {
                    state.waiting.append(continuation)
                    return nil
                }
                return .some(state.failure)
            }
            if let end { continuation.resume(returning: end) }
        }

        func end(_ failure: MediaError?) {
            changed.lock()
            let (taps, waiting, failure) = state.withLock { state in
                if !state.isOver { (state.isOver, state.failure) = (true, failure) }
                defer { (state.taps, state.waiting) = ([], []) }
                return (state.taps, state.waiting, state.failure)
            }
            changed.broadcast()
            changed.unlock()
            for tap in taps { tap.end() }
            for continuation in waiting { continuation.resume(returning: failure) }
        }
    }
}

extension MediaSample {
    fileprivate func later(by offset: Duration) -> MediaSample {
        switch self {
        case .picture(var picture):
            picture.time += offset
            return .picture(picture)
        case .sound(var block):
            block.time += offset
            return .sound(block)
        }
    }

    /// Sound of the same length and time, in which nothing is heard.
    fileprivate var silenced: MediaSample {
        guard case .sound(var block) = self else { return self }
        block.samples = [Float](repeating: 0, count: block.samples.count)
        return .sound(block)
    }
}
