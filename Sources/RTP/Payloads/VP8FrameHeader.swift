// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What the first bytes of a VP8 frame say: whether it is a key frame, and then its size.
///
/// [RFC 6386 section 9.1](https://www.rfc-editor.org/rfc/rfc6386#section-9.1),
/// [RFC 7741 section 4.3](https://www.rfc-editor.org/rfc/rfc7741#section-4.3).
public struct VP8FrameHeader: Hashable, Sendable, BitwiseCopyable {
    /// A frame that needs no other to be decoded.
    public var isKeyFrame: Bool
    /// Pixels, 14 bits; 0 unless the frame is a key frame whose header is complete.
    public var width: UInt16
    public var height: UInt16

    /// - Parameter frame: the frame, or as much of it as the first packet carries, behind the payload descriptor.
    /// - Returns: `nil` when there is no byte, or when a key frame lacks its start code.
    @inlinable
    public init?(parsing frame: UnsafeRawBufferPointer) {
        guard frame.count >= 1 else { return nil }
        width = 0
        height = 0
        // RFC 6386 section 9.1: the lowest bit is 0 "for key frames, 1 for interframes".
        isKeyFrame = frame[0] & 1 == 0
        guard isKeyFrame, frame.count >= 10 else { return }
        guard frame[3] == 0x9d, frame[4] == 0x01, frame[5] == 0x2a else { return nil }
        // Little-endian, with 2 bits of scaling on top.
        width = (UInt16(frame[6]) | UInt16(frame[7]) << 8) & 0x3fff
        height = (UInt16(frame[8]) | UInt16(frame[9]) << 8) & 0x3fff
    }
}

extension VP8PayloadDescriptor {
    /// The header of the frame that this payload begins; `nil` when it is not the first of its frame.
    ///
    /// - Parameter payload: the payload that this descriptor was read from.
    @inlinable
    public func frameHeader(in payload: UnsafeRawBufferPointer) -> VP8FrameHeader? {
        guard startsFrame, payload.count > Int(length) else { return nil }
        return VP8FrameHeader(parsing: UnsafeRawBufferPointer(rebasing: payload[Int(length)...]))
    }
}
