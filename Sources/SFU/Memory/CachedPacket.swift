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
    /// The first packet of a key frame, or of what may be one; true for every packet of audio.
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

    /// Reads what the payload says of its frame.
    ///
    /// - Returns: false when the payload cannot be one of `codec`.
    mutating func read(_ codec: Codec) -> Bool {
        let bytes = UnsafeRawBufferPointer(start: payload, count: Int(payloadLength))
        guard let inspection = try? PayloadInspection.inspect(codec, payload: bytes, marker: marker) else {
            return false
        }
        // Only VP8's picture ids are rewritten: VP9's references count pictures of the source, dropped or not.
        if codec == .vp8 {
            descriptor.pictureIDBits = inspection.pictureIDBits
            descriptor.pictureIDOffset = inspection.pictureIDOffset
            descriptor.pictureID = inspection.pictureID
        }
        // Not knowing, it is better to let a receiver begin than to let it wait for ever.
        startsKeyFrame = inspection.keyFrame != .no
        return true
    }
}
