// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import MediaTestKit
import NIOCore
import NIOPosix
import RTCBase
import RTP
import Synchronization
import WebRTCIO

/// Publishes clips once, in their time.
final class ClipCamera: Sendable {
    private struct Shot {
        var frame: EncodedFrame
        var time: Duration
        var due: Duration
    }

    private struct State {
        var next = 0
        var sent: [MediaKind: [EncodedFrame]] = [:]
        var task: RepeatedTask?
    }

    private let state = Mutex(State())
    private let stream: GaleneClient.Stream
    private let shots: [Shot]
    private let over: AsyncStream<Void>
    private let ending: AsyncStream<Void>.Continuation

    /// - Parameter soundDelay: by how much later than the picture of the same moment the sound is sent, as if it had taken
    ///   longer to encode; what it says of its capture is true.
    init(_ stream: GaleneClient.Stream, _ clips: [EncodedClip], soundDelay: Duration = .zero) {
        self.stream = stream
        var shots: [Shot] = []
        for frame in clips.flatMap(\.frames) {
            let time = Duration.microseconds(Int64(frame.timestamp) * 1_000_000 / Int64(frame.codec.clockRate))
            let delay = frame.codec.kind == .audio ? soundDelay : .zero
            shots.append(Shot(frame: frame, time: time, due: time + delay))
        }
        self.shots = shots.sorted { $0.due < $1.due }
        (over, ending) = AsyncStream.makeStream()
    }

    /// Begins with the first frame.
    func start() {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let start = Instant.current
        let task = loop.scheduleRepeatedAsyncTask(initialDelay: .zero, delay: .milliseconds(10)) { _ in
            loop.makeFutureWithTask { await self.shoot(since: start) }
        }
        state.withLock { $0.task = task }
    }

    func stop() { state.withLock { $0.task?.cancel() } }

    /// Until all of it was sent.
    func end() async {
        for await _ in over {}
        stop()
    }

    /// What the network has taken.
    func sent(_ kind: MediaKind) -> [EncodedFrame] { state.withLock { $0.sent[kind] ?? [] } }

    private func shoot(since start: Instant) async {
        let now = Instant.current
        while case let index = state.withLock({ $0.next }), index < shots.count {
            let shot = shots[index]
            guard start + shot.due <= now else { return }
            let kind = shot.frame.codec.kind
            let isSent = try? await stream.send(shot.frame, track: kind.rawValue, capturedAt: start + shot.time)
            state.withLock { state in
                state.next += 1
                if isSent == true { state.sent[kind, default: []].append(shot.frame) }
            }
        }
        ending.finish()
    }
}
