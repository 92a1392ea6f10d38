// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Puts VP9 pictures together from RTP payloads that come in order.
///
/// A picture that lacks a packet is dropped whole; whether what follows can be decoded is the caller's to know. The layer
/// frames of a picture come out one behind the other, as decoders take them.
///
/// [RFC 9628 section 4](https://www.rfc-editor.org/rfc/rfc9628#section-4).
public struct VP9Depacketizer: Sendable {
    private var assembly = FrameAssembly()
    private var isInsideLayerFrame = false

    public init() {}

    /// Pictures begun and not finished.
    public var droppedFrames: Int { assembly.droppedFrames }

    /// Takes the next payload.
    ///
    /// - Parameters:
    ///   - payload: of an RTP packet, padding removed; empty for a packet of nothing but padding.
    ///   - index: the packet's sequence number without wrap. One that is not above the last is ignored; one that leaves
    ///     a gap drops the picture under way.
    /// - Returns: the picture that this payload completes.
    public mutating func receive(
        _ payload: UnsafeRawBufferPointer, index: UInt64, timestamp: UInt32, marker: Bool
    ) -> EncodedFrame? {
        guard assembly.accept(index), !payload.isEmpty else { return nil }
        guard let descriptor = try? VP9PayloadDescriptor(parsing: payload), payload.count > Int(descriptor.length)
        else {
            assembly.drop()
            return nil
        }
        if !assembly.holds(timestamp) {
            // A layer frame that needs the one below it cannot be the first that is there of its picture.
            guard descriptor.startsFrame, !descriptor.isInterLayerPredicted,
                let header = descriptor.frameHeader(in: payload), assembly.begin(.vp9, timestamp: timestamp)
            else {
                assembly.refuse(timestamp)
                return nil
            }
            // Of several layer frames the lowest says whether the picture can be decoded alone.
            if header.isKeyFrame { assembly.markKeyFrame() }
            isInsideLayerFrame = false
        }
        guard descriptor.startsFrame != isInsideLayerFrame else {
            assembly.refuse(timestamp)
            return nil
        }
        isInsideLayerFrame = !descriptor.endsFrame
        guard assembly.append(payload[Int(descriptor.length)...]), marker else { return nil }
        return assembly.finish()
    }
}
