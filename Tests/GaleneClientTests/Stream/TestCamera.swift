// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import NIOCore
import NIOPosix
import RTCBase
import RTCTestKit
import Synchronization
import WebRTCIO

/// Publishes a picture of 50 frames a second and sound of 50 packets, each a ``NumberedFrame``.
final class TestCamera: Sendable {
    private struct State {
        var number: UInt32 = 0
        var wanted: Set<String?> = [nil]
    }

    private let state = Mutex(State())
    private let stream: GaleneClient.Stream
    private let rids: [String?]
    private let listener: Task<Void, Never>
    private let shutter: RepeatedTask

    /// - Parameter rids: the encodings of the picture.
    init(_ stream: GaleneClient.Stream, rids: [String?] = [nil]) {
        self.stream = stream
        self.rids = rids
        let box = Weak()
        let events = stream.events
        listener = Task {
            do {
                for try await event in events {
                    guard case .keyFrameRequested(_, let rid) = event else { continue }
                    box.camera?.state.withLock { _ = $0.wanted.insert(rid) }
                }
            } catch {}
        }
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        shutter = loop.scheduleRepeatedAsyncTask(initialDelay: .milliseconds(20), delay: .milliseconds(20)) { _ in
            loop.makeFutureWithTask { await box.camera?.shoot() }
        }
        box.set(self)
    }

    func stop() {
        listener.cancel()
        shutter.cancel()
    }

    private func shoot() async {
        let (number, wanted) = state.withLock { state in
            state.number += 1
            return (state.number, state.wanted)
        }
        let now = Instant.current
        for (place, rid) in rids.enumerated() {
            let isKeyFrame = wanted.contains(rid)
            let frame = NumberedFrame.picture(number, isKeyFrame: isKeyFrame, encoding: UInt8(place))
            guard (try? await stream.send(frame, track: "video", rid: rid, capturedAt: now)) == true, isKeyFrame else {
                continue
            }
            state.withLock { _ = $0.wanted.remove(rid) }
        }
        _ = try? await stream.send(NumberedFrame.sound(number), track: "audio", capturedAt: now)
    }

    private final class Weak: Sendable {
        private let state = Mutex<TestCamera?>(nil)
        var camera: TestCamera? { state.withLock { $0 } }
        func set(_ camera: TestCamera) { state.withLock { $0 = camera } }
    }
}
