// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import Synchronization

/// Several live sources as one: a camera and a microphone. Each is read on a thread of its own; what they give comes in the
/// order in which it arrives. Their times must be of one clock, as those of all ``DeviceSource``s are.
public final class MergedSource: MediaSource {
    public typealias Factory = @Sendable () throws(MediaError) -> any MediaSource

    public let hasPictures: Bool
    public let hasSound: Bool
    public let isLive = true
    private let queue: Queue

    /// Opens all of them.
    ///
    /// - Parameter sources: each is called on the thread that the source then belongs to.
    /// - Throws: what the first that cannot be opened says.
    public init(_ sources: [Factory]) throws(MediaError) {
        queue = Queue(count: sources.count)
        for source in sources {
            let queue = queue
            let thread = Thread { Self.read(source, into: queue) }
            thread.name = "source"
            thread.start()
        }
        let kinds: (pictures: Bool, sound: Bool)
        do throws(MediaError) {
            kinds = try queue.waitUntilOpen()
        } catch {
            queue.close()
            throw error
        }
        (hasPictures, hasSound) = kinds
    }

    deinit { queue.close() }

    /// - Throws: what the first source that broke off says.
    public func next() throws(MediaError) -> MediaSample? { try queue.next() }

    private static func read(_ open: Factory, into queue: Queue) {
        let source: any MediaSource
        do throws(MediaError) {
            source = try open()
        } catch {
            return queue.refuse(error)
        }
        queue.opened(pictures: source.hasPictures, sound: source.hasSound)
        do throws(MediaError) {
            while let sample = try source.next() {
                guard queue.add(sample) else { return }
            }
            queue.end(nil)
        } catch {
            queue.end(error)
        }
    }

    /// Where the threads meet.
    private final class Queue: Sendable {
        private struct State {
            var samples = SampleQueue()
            var kinds = (pictures: false, sound: false)
            /// Sources that are not open yet, and that have not ended.
            var opening: Int
            var running: Int
            /// Why one could not be opened, and why one broke off later: that comes after what it gave.
            var refusal: MediaError?
            var failure: MediaError?
            var isClosed = false
        }

        private let state: Mutex<State>
        private let changed = NSCondition()

        init(count: Int) {
            state = Mutex(State(opening: count, running: count))
        }

        private func change<Result>(_ body: (inout State) -> Result) -> Result {
            changed.lock()
            defer {
                changed.broadcast()
                changed.unlock()
            }
            return state.withLock { body(&$0) }
        }

        /// Waits until the body has something to say.
        private func wait<Result>(for body: (inout State) -> Result?) -> Result {
            changed.lock()
            defer { changed.unlock() }
            while true {
                if let result = state.withLock({ body(&$0) }) { return result }
                changed.wait()
            }
        }

        func opened(pictures: Bool, sound: Bool) {
            change { state in
                state.opening -= 1
                state.kinds = (state.kinds.pictures || pictures, state.kinds.sound || sound)
            }
        }

        func refuse(_ refusal: MediaError) { change { $0.refusal = $0.refusal ?? refusal } }

        func end(_ failure: MediaError?) {
            change { state in
                state.running -= 1
                state.failure = state.failure ?? failure
            }
        }

        func close() { change { $0.isClosed = true } }

        /// - Returns: whether anybody still wants samples.
        func add(_ sample: MediaSample) -> Bool {
            change { state in
                guard !state.isClosed else { return false }
                state.samples.put(sample)
                return true
            }
        }

        func waitUntilOpen() throws(MediaError) -> (pictures: Bool, sound: Bool) {
            try wait { state -> Result<(pictures: Bool, sound: Bool), MediaError>? in
                if let refusal = state.refusal { return .failure(refusal) }
                return state.opening == 0 ? .success(state.kinds) : nil
            }.get()
        }

        func next() throws(MediaError) -> MediaSample? {
            try wait { state -> Result<MediaSample?, MediaError>? in
                if let sample = state.samples.take() { return .success(sample) }
                if let failure = state.failure { return .failure(failure) }
                return state.running == 0 ? .success(nil) : nil
            }.get()
        }
    }
}
