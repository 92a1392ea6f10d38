// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTP

/// A decrypted packet in its slot, with what forwarding needs to know of it. Plain bits.
public struct CachedPacket: BitwiseCopyable {
    /// 48-bit index of the source (roll-over counter and sequence number).
    public var index: UInt64
    /// The first byte of the RTP payload, inside the slot.
    public var payload: UnsafeMutableRawPointer
    public var timestamp: UInt32
    public var payloadLength: UInt16
    public var marker: Bool
    /// The first packet of a key frame; true for every packet of audio.
    public var startsKeyFrame: Bool
    /// What the descriptor said when the packet arrived. The bytes in the slot may have been patched since.
    public var descriptor = DescriptorFields()

    /// The fields of a payload descriptor that forwarding rewrites.
    public struct DescriptorFields: BitwiseCopyable, Equatable {
        /// 0, 7 or 15: how wide the picture id is; 0 when there is none.
        public var pictureIDBits: UInt8 = 0
        /// Where the picture id starts, counted from the payload's first byte.
        public var pictureIDOffset: UInt8 = 0
        public var pictureID: UInt16 = 0

        public init() {}
    }

    /// Reads a VP8 payload's descriptor and, at the start of a frame, the frame's header.
    ///
    /// - Returns: false when the payload is not VP8.
    mutating func readVP8Descriptor() -> Bool {
        let bytes = UnsafeRawBufferPointer(start: payload, count: Int(payloadLength))
        guard let vp8 = try? VP8PayloadDescriptor(parsing: bytes) else { return false }
        if let pictureID = vp8.pictureID {
            descriptor.pictureIDBits = vp8.isPictureIDLong ? 15 : 7
            descriptor.pictureIDOffset = vp8.pictureIDOffset
            descriptor.pictureID = pictureID
        }
        startsKeyFrame = vp8.startsFrame && vp8.frameHeader(in: bytes)?.isKeyFrame ?? false
        return true
    }
}
