// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Puts VP8 frames together from RTP payloads that come in order.
///
/// A frame that lacks a packet is dropped whole; whether what follows can be decoded is the caller's to know (it waits
/// for a key frame, or not).
///
/// [RFC 7741 section 4.5](https://www.rfc-editor.org/rfc/rfc7741#section-4.5).
public struct VP8Depacketizer: Sendable {
    /// Far more than a key frame of 4K video; beyond it a stream without a marker is taken for an attack.
    public static let maximumFrameSize = 8 << 20

    /// Frames begun and not finished.
    public private(set) var droppedFrames = 0

    private var nextIndex: UInt64?
    private var frame: EncodedFrame?

    public init() {}

    /// Takes the next payload.
    ///
    /// - Parameters:
    ///   - payload: of an RTP packet, padding removed; empty for a packet of nothing but padding.
    ///   - index: the packet's sequence number without wrap. One that is not above the last is ignored; one that leaves
    ///     a gap drops the frame under way.
    /// - Returns: the frame that this payload completes.
    public mutating func receive(
        _ payload: UnsafeRawBufferPointer, index: UInt64, timestamp: UInt32, marker: Bool
    ) -> EncodedFrame? {
        if let nextIndex {
            guard index >= nextIndex else { return nil }
            if index > nextIndex { drop() }
        }
        nextIndex = index &+ 1
        guard !payload.isEmpty else { return nil }
        guard let descriptor = try? VP8PayloadDescriptor(parsing: payload), payload.count > Int(descriptor.length)
        else {
            drop()
            return nil
        }
        if descriptor.startsFrame {
            drop()
            guard let header = descriptor.frameHeader(in: payload) else { return nil }
            frame = EncodedFrame(codec: .vp8, timestamp: timestamp, isKeyFrame: header.isKeyFrame, bytes: [])
        }
        let body = payload[Int(descriptor.length)...]
        // The fields are looked at one by one: a copy of the frame here would make the append below copy its bytes.
        guard frame?.timestamp == timestamp,
            (frame?.bytes.count ?? 0) + body.count <= Self.maximumFrameSize
        else {
            drop()
            return nil
        }
        frame?.bytes.append(contentsOf: body)
        guard marker else { return nil }
        defer { frame = nil }
        return frame
    }

    private mutating func drop() {
        guard frame != nil else { return }
        frame = nil
        droppedFrames += 1
    }
}
