// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

extension ParseError {
    public static let vp9DescriptorTruncated = ParseError("a VP9 payload is shorter than its descriptor")
    public static let vp9TooManyReferences = ParseError("a VP9 descriptor names more than three reference pictures")
}

/// The bytes before a piece of a VP9 layer frame, as plain bits.
///
/// ```
///  0 1 2 3 4 5 6 7
/// |I|P|L|F|B|E|V|Z|   always
/// |M| PICTURE ID  |   when I; 15 bits in two bytes when M
/// | TID |U| SID |D|   when L
/// |   TL0PICIDX   |   when L and not F
/// | P_DIFF      |N|   when P and F; up to three, another one follows while N
/// |  scalability  |   when V
/// ```
///
/// [RFC 9628 section 4.2](https://www.rfc-editor.org/rfc/rfc9628#section-4.2).
public struct VP9PayloadDescriptor: Hashable, Sendable, BitwiseCopyable {
    /// RFC 9628 section 4.2: P_DIFF comes "up to 3 times".
    @inlinable public static var maximumReferences: Int { 3 }

    /// The first byte.
    @usableFromInline var flags: UInt8
    @usableFromInline var pictureIDBits: UInt16
    @usableFromInline var layerBits: UInt8
    @usableFromInline var tl0PictureIndexBits: UInt8
    @usableFromInline var referenceBits: SIMD4<UInt8>
    /// M: the picture id has 15 bits instead of 7. False without one.
    public var isPictureIDLong: Bool
    /// How many pictures this one refers to by P_DIFF, 0 to 3.
    public var referenceCount: UInt8
    @usableFromInline var scalabilityBits: VP9ScalabilityStructure
    /// Bytes of the descriptor, 1 to 1,063.
    public var length: UInt16

    /// I: the picture's number in 7 or 15 bits, which wraps. Layer frames of one picture share it.
    @inlinable public var pictureID: UInt16? { flags & 0x80 != 0 ? pictureIDBits : nil }
    /// Bytes from the payload's start to the picture id; 0 when there is none.
    @inlinable public var pictureIDOffset: UInt8 { flags & 0x80 != 0 ? 1 : 0 }
    /// P: the layer frame refers to another picture.
    @inlinable public var isInterPicturePredicted: Bool { flags & 0x40 != 0 }
    /// F: references are listed frame by frame instead of by a picture group that repeats.
    @inlinable public var isFlexible: Bool { flags & 0x10 != 0 }
    /// B: the payload is the first of its layer frame.
    @inlinable public var startsFrame: Bool { flags & 0x08 != 0 }
    /// E: the payload is the last of its layer frame.
    @inlinable public var endsFrame: Bool { flags & 0x04 != 0 }
    /// Z: no layer frame of a higher spatial layer refers to this one.
    @inlinable public var isNotInterLayerReference: Bool { flags & 0x01 != 0 }
    @inlinable public var hasLayers: Bool { flags & 0x20 != 0 }
    /// TID: the temporal layer, 0 to 7.
    @inlinable public var temporalID: UInt8? { hasLayers ? layerBits >> 5 : nil }
    /// U: from this picture on a receiver may go up to any higher temporal layer of the same spatial layer.
    @inlinable public var isSwitchingUpPoint: Bool { hasLayers && layerBits & 0x10 != 0 }
    /// SID: the spatial layer, 0 to 7.
    @inlinable public var spatialID: UInt8? { hasLayers ? layerBits >> 1 & 0x07 : nil }
    /// D: the layer frame refers to the next lower spatial layer of its picture.
    @inlinable public var isInterLayerPredicted: Bool { hasLayers && layerBits & 0x01 != 0 }
    /// The running index of pictures of temporal layer 0; only where the stream is not flexible.
    @inlinable public var tl0PictureIndex: UInt8? { flags & 0x30 == 0x20 ? tl0PictureIndexBits : nil }
    /// Bytes from the payload's start to TL0PICIDX; 0 when there is none. It follows the layers, which follow the picture id.
    @inlinable public var tl0PictureIndexOffset: UInt8 {
        flags & 0x30 == 0x20 ? (flags & 0x80 == 0 ? 2 : isPictureIDLong ? 4 : 3) : 0
    }
    /// V: the sizes of the spatial layers; comes with key frames.
    @inlinable public var scalabilityStructure: VP9ScalabilityStructure? { flags & 0x02 != 0 ? scalabilityBits : nil }

    /// P_DIFF: how many pictures back a reference lies, 0 to 127.
    ///
    /// - Returns: `nil` unless `position` is below ``referenceCount``.
    @inlinable
    public func reference(_ position: Int) -> UInt8? {
        position >= 0 && position < Int(referenceCount) ? referenceBits[position] : nil
    }

    /// Reads the descriptor of an RTP payload.
    ///
    /// - Parameter payload: the payload of an RTP packet, padding removed.
    /// - Throws: ``ParseError/vp9DescriptorTruncated`` when a field that is announced is missing,
    ///   ``ParseError/vp9TooManyReferences`` when a fourth reference is announced.
    public init(parsing payload: UnsafeRawBufferPointer) throws(ParseError) {
        let count = payload.count
        guard count >= 1 else { throw .vp9DescriptorTruncated }
        flags = payload[0]
        pictureIDBits = 0
        layerBits = 0
        tl0PictureIndexBits = 0
        referenceBits = .zero
        isPictureIDLong = false
        referenceCount = 0
        scalabilityBits = VP9ScalabilityStructure()
        var offset = 1
        if flags & 0x80 != 0 {
            guard count > offset else { throw .vp9DescriptorTruncated }
            let high = payload[offset]
            offset += 1
            if high & 0x80 != 0 {
                guard count > offset else { throw .vp9DescriptorTruncated }
                isPictureIDLong = true
                pictureIDBits = UInt16(high & 0x7f) << 8 | UInt16(payload[offset])
                offset += 1
            } else {
                pictureIDBits = UInt16(high)
            }
        }
        if flags & 0x20 != 0 {
            guard count > offset else { throw .vp9DescriptorTruncated }
            layerBits = payload[offset]
            offset += 1
            if flags & 0x10 == 0 {
                guard count > offset else { throw .vp9DescriptorTruncated }
                tl0PictureIndexBits = payload[offset]
                offset += 1
            }
        }
        if flags & 0x50 == 0x50 {
            var isFollowed = true
            while isFollowed {
                guard referenceCount < Self.maximumReferences else { throw .vp9TooManyReferences }
                guard count > offset else { throw .vp9DescriptorTruncated }
                let byte = payload[offset]
                offset += 1
                referenceBits[Int(referenceCount)] = byte >> 1
                referenceCount += 1
                isFollowed = byte & 0x01 != 0
            }
        }
        if flags & 0x02 != 0 {
            let rest = UnsafeRawBufferPointer(rebasing: payload[offset...])
            let (structure, length) = try VP9ScalabilityStructure.parse(rest)
            scalabilityBits = structure
            offset += length
        }
        // At most 1 + 2 + 2 + 3 + 1,055, as the structure is bounded by its own counts.
        length = UInt16(truncatingIfNeeded: offset)
    }

    public init(parsing payload: RawSpan) throws(ParseError) {
        self = try payload.withUnsafeBytes { bytes throws(ParseError) in try VP9PayloadDescriptor(parsing: bytes) }
    }
}
