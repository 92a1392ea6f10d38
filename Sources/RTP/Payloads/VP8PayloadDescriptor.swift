// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

extension ParseError {
    public static let vp8DescriptorTruncated = ParseError("a VP8 payload is shorter than its descriptor")
}

/// The bytes before a piece of a VP8 frame, as plain bits, with the places of the two fields that a forwarder rewrites.
///
/// ```
///  0 1 2 3 4 5 6 7
/// |X|R|N|S|R| PID |   always
/// |I|L|T|K|  RSV  |   when X
/// |M| PictureID   |   when I; 15 bits in two bytes when M
/// |   TL0PICIDX   |   when L
/// |TID|Y| KEYIDX  |   when T or K
/// ```
///
/// [RFC 7741 section 4.2](https://www.rfc-editor.org/rfc/rfc7741#section-4.2).
public struct VP8PayloadDescriptor: Hashable, Sendable, BitwiseCopyable {
    /// The longest descriptor: all fields, the picture id in 15 bits.
    @inlinable public static var maximumLength: Int { 6 }

    /// N: no other frame refers to this one, so that it may be dropped alone.
    public var isNonReference: Bool
    /// S: the payload begins a partition.
    public var startsPartition: Bool
    /// PID, 3 bits; 0 is the first partition, which carries the frame's header.
    public var partitionIndex: UInt8
    /// M: the picture id has 15 bits instead of 7. False without one.
    public var isPictureIDLong: Bool
    /// Y: a layer-sync frame, from which a receiver may step up to this temporal layer.
    public var isLayerSync: Bool
    /// Bytes from the payload's start to the picture id; 0 when there is none.
    public var pictureIDOffset: UInt8
    /// Bytes from the payload's start to TL0PICIDX; 0 when there is none.
    public var tl0PictureIndexOffset: UInt8
    /// Bytes of the descriptor, 1 to 6.
    public var length: UInt8
    @usableFromInline var pictureIDBits: UInt16
    @usableFromInline var tl0PictureIndexBits: UInt8
    @usableFromInline var hasTemporalID: Bool
    @usableFromInline var hasKeyIndex: Bool
    @usableFromInline var layerBits: UInt8

    /// I: the frame's number in 7 or 15 bits, which wraps.
    @inlinable public var pictureID: UInt16? { pictureIDOffset == 0 ? nil : pictureIDBits }
    /// L: the running index of frames of temporal layer 0.
    @inlinable public var tl0PictureIndex: UInt8? { tl0PictureIndexOffset == 0 ? nil : tl0PictureIndexBits }
    /// T: the temporal layer, 0 to 3.
    @inlinable public var temporalID: UInt8? { hasTemporalID ? layerBits >> 6 : nil }
    /// K: the running index of key frames, 5 bits.
    @inlinable public var keyIndex: UInt8? { hasKeyIndex ? layerBits & 0x1f : nil }
    /// Whether this payload is the first of its frame.
    @inlinable public var startsFrame: Bool { startsPartition && partitionIndex == 0 }

    /// Reads the descriptor of an RTP payload.
    ///
    /// - Parameter payload: the payload of an RTP packet, padding removed.
    /// - Throws: ``ParseError/vp8DescriptorTruncated`` when a field that is announced is missing.
    @inlinable
    public init(parsing payload: UnsafeRawBufferPointer) throws(ParseError) {
        let count = payload.count
        guard count >= 1 else { throw .vp8DescriptorTruncated }
        let first = payload[0]
        isNonReference = first & 0x20 != 0
        startsPartition = first & 0x10 != 0
        partitionIndex = first & 0x07
        isPictureIDLong = false
        isLayerSync = false
        pictureIDOffset = 0
        tl0PictureIndexOffset = 0
        pictureIDBits = 0
        tl0PictureIndexBits = 0
        hasTemporalID = false
        hasKeyIndex = false
        layerBits = 0
        length = 1
        guard first & 0x80 != 0 else { return }
        guard count >= 2 else { throw .vp8DescriptorTruncated }
        let fields = payload[1]
        var offset = 2
        if fields & 0x80 != 0 {
            guard count > offset else { throw .vp8DescriptorTruncated }
            pictureIDOffset = UInt8(truncatingIfNeeded: offset)
            let high = payload[offset]
            offset += 1
            if high & 0x80 != 0 {
                guard count > offset else { throw .vp8DescriptorTruncated }
                isPictureIDLong = true
                pictureIDBits = UInt16(high & 0x7f) << 8 | UInt16(payload[offset])
                offset += 1
            } else {
                pictureIDBits = UInt16(high)
            }
        }
        if fields & 0x40 != 0 {
            guard count > offset else { throw .vp8DescriptorTruncated }
            tl0PictureIndexOffset = UInt8(truncatingIfNeeded: offset)
            tl0PictureIndexBits = payload[offset]
            offset += 1
        }
        if fields & 0x30 != 0 {
            guard count > offset else { throw .vp8DescriptorTruncated }
            hasTemporalID = fields & 0x20 != 0
            hasKeyIndex = fields & 0x10 != 0
            layerBits = payload[offset]
            // RFC 7741 section 4.2: without T, "the TID and Y bits MUST be ignored by the receiver".
            isLayerSync = hasTemporalID && layerBits & 0x20 != 0
            offset += 1
        }
        length = UInt8(truncatingIfNeeded: offset)
    }

    @inlinable
    public init(parsing payload: RawSpan) throws(ParseError) {
        self = try payload.withUnsafeBytes { bytes throws(ParseError) in try VP8PayloadDescriptor(parsing: bytes) }
    }

    /// Makes a descriptor with no field but those named.
    ///
    /// - Parameters:
    ///   - pictureID: written in 15 bits, as browsers do; higher bits are cut off.
    ///   - temporalID: 0 to 3; higher bits are cut off.
    public init(
        startsPartition: Bool, partitionIndex: UInt8 = 0, isNonReference: Bool = false, pictureID: UInt16? = nil,
        tl0PictureIndex: UInt8? = nil, temporalID: UInt8? = nil, isLayerSync: Bool = false, keyIndex: UInt8? = nil
    ) {
        self.isNonReference = isNonReference
        self.startsPartition = startsPartition
        self.partitionIndex = partitionIndex & 0x07
        self.isPictureIDLong = pictureID != nil
        self.isLayerSync = temporalID != nil && isLayerSync
        pictureIDBits = (pictureID ?? 0) & 0x7fff
        tl0PictureIndexBits = tl0PictureIndex ?? 0
        hasTemporalID = temporalID != nil
        hasKeyIndex = keyIndex != nil
        layerBits = ((temporalID ?? 0) & 0x03) << 6 | (self.isLayerSync ? 0x20 : 0) | (keyIndex ?? 0) & 0x1f
        pictureIDOffset = pictureID == nil ? 0 : 2
        var offset: UInt8 = pictureID == nil ? 2 : 4
        tl0PictureIndexOffset = 0
        if tl0PictureIndex != nil {
            tl0PictureIndexOffset = offset
            offset += 1
        }
        if hasTemporalID || hasKeyIndex { offset += 1 }
        length = offset == 2 ? 1 : offset
    }
}
