// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// The frame that a depacketizer is putting together: what is the same for every codec.
struct FrameAssembly: Sendable {
    /// Frames begun and not finished.
    private(set) var droppedFrames = 0
    private var nextIndex: UInt64?
    private var frame: EncodedFrame?
    /// The timestamp of the last frame that was finished, dropped or refused: what else comes with it begins none.
    private var closed: UInt32?

    /// Notes the arrival of a packet; one that leaves a gap drops the frame under way.
    ///
    /// - Returns: false when the packet is not above the last, and to be ignored.
    mutating func accept(_ index: UInt64) -> Bool {
        if let nextIndex {
            guard index >= nextIndex else { return false }
            if index > nextIndex { drop() }
        }
        nextIndex = index &+ 1
        return true
    }

    /// Whether a frame with this timestamp is under way.
    func holds(_ timestamp: UInt32) -> Bool { frame?.timestamp == timestamp }

    /// Begins a frame; one under way is dropped.
    ///
    /// - Returns: false, with no frame under way, when the one with this timestamp is over.
    mutating func begin(_ codec: Codec, timestamp: UInt32) -> Bool {
        drop()
        guard closed != timestamp else { return false }
        frame = EncodedFrame(codec: codec, timestamp: timestamp, isKeyFrame: false, bytes: [])
        return true
    }

    /// Drops the frame under way, and lets none begin with this timestamp.
    mutating func refuse(_ timestamp: UInt32) {
        drop()
        closed = timestamp
    }

    mutating func markKeyFrame() { frame?.isKeyFrame = true }

    /// Appends bytes to the frame, or drops it when it grows beyond ``VP8Depacketizer/maximumFrameSize``.
    ///
    /// - Returns: false when there is no frame (any more).
    mutating func append(_ bytes: some Collection<UInt8>) -> Bool {
        // The fields are looked at one by one: a copy of the frame here would make the append below copy its bytes.
        guard (frame?.bytes.count ?? 0) + bytes.count <= VP8Depacketizer.maximumFrameSize else {
            drop()
            return false
        }
        frame?.bytes.append(contentsOf: bytes)
        return frame != nil
    }

    /// Takes the frame out, complete.
    mutating func finish() -> EncodedFrame? {
        defer { frame = nil }
        closed = frame?.timestamp
        guard frame?.bytes.isEmpty == false else { return nil }
        return frame
    }

    mutating func drop() {
        guard let timestamp = frame?.timestamp else { return }
        closed = timestamp
        frame = nil
        droppedFrames += 1
    }
}
