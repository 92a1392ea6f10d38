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
    /// What the descriptor said when the packet arrived. The bytes in the slot may have been patched since.
    public var descriptor = DescriptorFields()
    public var layers = Layers.base
    public var marker: Bool
    public var flags: Flags = []

    public init(
        index: UInt64, payload: UnsafeMutableRawPointer, timestamp: UInt32, payloadLength: UInt16, marker: Bool
    ) {
        self.index = index
        self.payload = payload
        self.timestamp = timestamp
        self.payloadLength = payloadLength
        self.marker = marker
    }

    /// What a packet says of its frame.
    public struct Flags: OptionSet, Sendable, BitwiseCopyable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The first packet of a key frame, or of what may be one; set for every packet of audio.
        public static let startsKeyFrame = Flags(rawValue: 1 << 0)
        /// The first packet of a frame (of a layer frame in VP9).
        public static let startsFrame = Flags(rawValue: 1 << 1)
        /// The last packet of a frame (of a layer frame in VP9).
        public static let endsFrame = Flags(rawValue: 1 << 2)
        /// From here on a receiver may step up in frame rate (``LayerSelector``).
        public static let isSwitchPoint = Flags(rawValue: 1 << 3)
        /// No frame of a higher spatial layer of its picture refers to this one.
        public static let isNotInterLayerReference = Flags(rawValue: 1 << 4)
        /// Nothing but padding, by which a publisher probes its path: of no use to receivers.
        public static let isPadding = Flags(rawValue: 1 << 5)
        /// The descriptor can tell layers apart, and the marker ends only the highest one (VP9).
        public static let hasSpatialLayers = Flags(rawValue: 1 << 6)
        /// The frame refers to no other picture: so it is with all of a key picture (VP9).
        public static let isIndependent = Flags(rawValue: 1 << 7)
    }

    @inline(__always) public var startsKeyFrame: Bool { flags.contains(.startsKeyFrame) }

    /// The fields of a payload descriptor that forwarding rewrites.
    public struct DescriptorFields: BitwiseCopyable, Equatable {
        /// 0, 7 or 15: how wide the picture id is; 0 when there is none.
        public var pictureIDBits: UInt8 = 0
        /// Where the picture id starts, counted from the payload's first byte.
        public var pictureIDOffset: UInt8 = 0
        public var pictureID: UInt16 = 0
        /// Where TL0PICIDX is, counted from the payload's first byte; 0 when there is none.
        public var tl0Offset: UInt8 = 0
        /// The running index of frames of temporal layer 0.
        public var tl0PictureIndex: UInt8 = 0

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
        descriptor.pictureIDBits = inspection.pictureIDBits
        descriptor.pictureIDOffset = inspection.pictureIDOffset
        descriptor.pictureID = inspection.pictureID
        descriptor.tl0Offset = inspection.tl0PictureIndexOffset
        descriptor.tl0PictureIndex = inspection.tl0PictureIndex
        layers = Layers(spatial: inspection.spatialLayer, temporal: inspection.temporalLayer)
        // Not knowing, it is better to let a receiver begin than to let it wait for ever.
        if inspection.keyFrame != .no { flags.insert(.startsKeyFrame) }
        if inspection.startsFrame { flags.insert(.startsFrame) }
        if inspection.endsFrame { flags.insert(.endsFrame) }
        if inspection.isTemporalSwitchPoint { flags.insert(.isSwitchPoint) }
        if !inspection.isInterLayerReference { flags.insert(.isNotInterLayerReference) }
        if codec == .vp9 { flags.insert(.hasSpatialLayers) }
        if inspection.isIndependent { flags.insert(.isIndependent) }
        if payloadLength == 0, codec.kind == .video { flags.insert(.isPadding) }
        return true
    }
}
