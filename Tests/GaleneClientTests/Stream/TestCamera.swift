// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import NIOCore
import NIOPosix
import RTCBase
import RTP
import Synchronization
import WebRTCIO

/// Publishes a picture of 50 frames a second and sound of 50 packets, none of which a decoder would like: VP8 by its
/// header alone. Frames are numbered, so that a test knows which have arrived.
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
            let frame = Self.picture(number, isKeyFrame: isKeyFrame, encoding: UInt8(place))
            guard (try? await stream.send(frame, track: "video", rid: rid, capturedAt: now)) == true, isKeyFrame else {
                continue
            }
            state.withLock { _ = $0.wanted.remove(rid) }
        }
        _ = try? await stream.send(Self.sound(number), track: "audio", capturedAt: now)
    }

    static func picture(_ number: UInt32, isKeyFrame: Bool, encoding: UInt8 = 0) -> EncodedFrame {
        // RFC 6386 section 9.1: the frame tag, and with a key frame the start code and the size.
        var bytes: [UInt8] = [isKeyFrame ? 0x10 : 0x11, 0, 0]
        if isKeyFrame { bytes += [0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00] }
        bytes += [encoding] + withUnsafeBytes(of: number.bigEndian) { Array($0) }
        bytes += [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: isKeyFrame ? 5000 : 1500)
        return EncodedFrame(codec: .vp8, timestamp: number &* 1800, isKeyFrame: isKeyFrame, bytes: bytes)
    }

    static func sound(_ number: UInt32) -> EncodedFrame {
        EncodedFrame(
            codec: .opus, timestamp: number &* 960, isKeyFrame: true,
            bytes: [0xfc] + withUnsafeBytes(of: number.bigEndian) { Array($0) })
    }

    /// Which frame that is, and of which encoding; whatever is not as it was sent has none.
    static func number(_ frame: EncodedFrame) -> (number: UInt32, encoding: UInt8)? {
        switch frame.codec {
        case .vp8:
            let start = frame.isKeyFrame ? 10 : 3
            guard frame.bytes.count >= start + 5 else { return nil }
            let number = frame.bytes[(start + 1)..<(start + 5)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            let encoding = frame.bytes[start]
            let sent = picture(number, isKeyFrame: frame.isKeyFrame, encoding: encoding)
            return sent.bytes == frame.bytes ? (number, encoding) : nil
        default:
            guard frame.bytes.count == 5 else { return nil }
            return (frame.bytes[1...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }, 0)
        }
    }

    private final class Weak: Sendable {
        private let state = Mutex<TestCamera?>(nil)
        var camera: TestCamera? { state.withLock { $0 } }
        func set(_ camera: TestCamera) { state.withLock { $0 = camera } }
    }
}
