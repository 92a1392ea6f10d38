// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

extension ParseError {
    public static let av1PayloadTruncated = ParseError("an AV1 payload is shorter than its headers say")
    public static let av1InvalidLength = ParseError("a length in an AV1 payload has no end or is too large")
    public static let av1ContinuedSequence = ParseError("an AV1 payload begins a sequence with the rest of a unit")
}

/// The first byte of an AV1 payload.
///
/// ```
///  0 1 2 3 4 5 6 7
/// |Z|Y| W |N|-|-|-|
/// ```
///
/// [RTP payload format for AV1, section 4.4](https://aomediacodec.github.io/av1-rtp-spec/#44-av1-aggregation-header).
public struct AV1AggregationHeader: Hashable, Sendable, BitwiseCopyable {
    /// Z: the first element goes on with a unit that the packet before has begun.
    public var continuesUnit: Bool
    /// Y: the last element will be gone on with in the next packet.
    public var isContinued: Bool
    /// W: how many elements there are, 1 to 3, the last without a length; 0 when each has a length.
    public var elementCount: UInt8
    /// N: the packet is the first of a coded video sequence.
    public var startsSequence: Bool

    public init(continuesUnit: Bool, isContinued: Bool, elementCount: UInt8, startsSequence: Bool) {
        self.continuesUnit = continuesUnit
        self.isContinued = isContinued
        self.elementCount = elementCount & 0x03
        self.startsSequence = startsSequence
    }

    /// - Throws: ``ParseError/av1ContinuedSequence`` when both Z and N are set, which the format forbids.
    public init(parsing byte: UInt8) throws(ParseError) {
        continuesUnit = byte & 0x80 != 0
        isContinued = byte & 0x40 != 0
        elementCount = byte >> 4 & 0x03
        startsSequence = byte & 0x08 != 0
        if startsSequence && continuesUnit { throw .av1ContinuedSequence }
    }

    public var byte: UInt8 {
        (continuesUnit ? 0x80 : 0) | (isContinued ? 0x40 : 0) | elementCount << 4 | (startsSequence ? 0x08 : 0)
    }
}

/// The type of an open bitstream unit, 4 bits.
///
/// [AV1 bitstream specification, section 6.2.2](https://aomediacodec.github.io/av1-spec/#obu-header-semantics).
public struct AV1OBUType: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    public var rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

    @inlinable public static var sequenceHeader: Self { Self(rawValue: 1) }
    @inlinable public static var temporalDelimiter: Self { Self(rawValue: 2) }
    @inlinable public static var frameHeader: Self { Self(rawValue: 3) }
    @inlinable public static var tileGroup: Self { Self(rawValue: 4) }
    @inlinable public static var metadata: Self { Self(rawValue: 5) }
    /// Frame header and tiles in one.
    @inlinable public static var frame: Self { Self(rawValue: 6) }
    @inlinable public static var redundantFrameHeader: Self { Self(rawValue: 7) }
    @inlinable public static var tileList: Self { Self(rawValue: 8) }
    @inlinable public static var padding: Self { Self(rawValue: 15) }
}

/// The first bytes of an open bitstream unit.
///
/// [AV1 bitstream specification, section 5.3](https://aomediacodec.github.io/av1-spec/#obu-syntax).
public struct AV1OBUHeader: Hashable, Sendable, BitwiseCopyable {
    public var type: AV1OBUType
    /// Whether the unit says its own size behind the header. In RTP it should not.
    public var hasSize: Bool
    /// The second byte: temporal layer in 3 bits, spatial layer in 2; `nil` when there is none.
    public var extensionByte: UInt8?

    /// Bytes of the header, 1 or 2.
    public var length: Int { extensionByte == nil ? 1 : 2 }
    public var temporalID: UInt8? { extensionByte.map { $0 >> 5 } }
    public var spatialID: UInt8? { extensionByte.map { $0 >> 3 & 0x03 } }

    /// - Parameter unit: a unit, or its first part.
    /// - Returns: `nil` when the header is not complete.
    public init?(parsing unit: UnsafeRawBufferPointer) {
        guard let first = unit.first else { return nil }
        type = AV1OBUType(rawValue: first >> 3 & 0x0f)
        hasSize = first & 0x02 != 0
        guard first & 0x04 != 0 else { return }
        guard unit.count >= 2 else { return nil }
        extensionByte = unit[1]
    }
}

/// Numbers in groups of 7 bits, the lowest first.
///
/// [AV1 bitstream specification, section 4.10.5](https://aomediacodec.github.io/av1-spec/#leb128).
public enum LEB128 {
    /// The specification's limit, so that a run of continuation bits ends.
    public static let maximumLength = 8

    /// The number at `offset`, which is moved behind it.
    ///
    /// - Throws: ``ParseError/av1PayloadTruncated`` when the bytes end before the number does,
    ///   ``ParseError/av1InvalidLength`` when it has more than eight bytes or 32 bits.
    public static func read(
        _ bytes: UnsafeRawBufferPointer, at offset: inout Int
    ) throws(ParseError) -> UInt32 {
        var value: UInt64 = 0
        for position in 0..<maximumLength {
            guard offset < bytes.count else { throw .av1PayloadTruncated }
            let byte = bytes[offset]
            offset += 1
            value |= UInt64(byte & 0x7f) << UInt64(position * 7)
            if byte & 0x80 == 0 {
                // "It is a requirement of bitstream conformance that the value … is less than or equal to (1 << 32) - 1."
                guard let value = UInt32(exactly: value) else { throw .av1InvalidLength }
                return value
            }
        }
        throw .av1InvalidLength
    }

    /// Appends a number in as few bytes as it needs.
    public static func write(_ value: UInt32, into writer: inout ByteWriter) {
        var rest = value
        while rest >= 0x80 {
            writer.write(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        writer.write(UInt8(truncatingIfNeeded: rest))
    }
}
