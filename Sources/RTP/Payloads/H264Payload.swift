// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

extension ParseError {
    public static let h264PayloadTruncated = ParseError("an H.264 payload is shorter than its headers say")
    public static let h264EmptyUnit = ParseError("an H.264 aggregation packet holds an empty NAL unit")
}

/// The type of a NAL unit, and of the packets that RFC 6184 makes of such units. 5 bits.
///
/// [RFC 6184 section 5.2](https://www.rfc-editor.org/rfc/rfc6184#section-5.2), table 1.
public struct H264NALUnitType: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    public var rawValue: UInt8

    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// The type in the first byte of a NAL unit.
    @inlinable public init(header: UInt8) { rawValue = header & 0x1f }

    @inlinable public static var slice: Self { Self(rawValue: 1) }
    @inlinable public static var partitionA: Self { Self(rawValue: 2) }
    /// A slice of a picture from which decoding can begin.
    @inlinable public static var idrSlice: Self { Self(rawValue: 5) }
    @inlinable public static var supplementalInformation: Self { Self(rawValue: 6) }
    @inlinable public static var sequenceParameterSet: Self { Self(rawValue: 7) }
    @inlinable public static var pictureParameterSet: Self { Self(rawValue: 8) }
    @inlinable public static var accessUnitDelimiter: Self { Self(rawValue: 9) }
    @inlinable public static var stapA: Self { Self(rawValue: 24) }
    @inlinable public static var stapB: Self { Self(rawValue: 25) }
    @inlinable public static var mtap16: Self { Self(rawValue: 26) }
    @inlinable public static var mtap24: Self { Self(rawValue: 27) }
    @inlinable public static var fuA: Self { Self(rawValue: 28) }
    @inlinable public static var fuB: Self { Self(rawValue: 29) }
}

/// What one H.264 payload tells, whether it is a NAL unit, several, or a piece of one. Plain bits.
///
/// H.264 names no frame in RTP: where an access unit begins is guessed from the units that may begin one.
///
/// [RFC 6184 section 5](https://www.rfc-editor.org/rfc/rfc6184#section-5).
public struct H264Payload: Hashable, Sendable, BitwiseCopyable {
    /// What the payload is: a unit by itself, or one of the packets of RFC 6184.
    public var type: H264NALUnitType
    /// A sequence parameter set begins in it: browsers send one with each key frame, and decoding can begin here.
    public var startsSequence = false
    /// A slice of an IDR picture, or a piece of one, is in it.
    public var hasIDRSlice = false
    /// Its first unit, or first fragment of a unit, is one with which an access unit can begin: parameter sets, a
    /// delimiter, supplemental information, or a slice of the first macroblock. Of several such packets with one
    /// timestamp the first begins the access unit.
    public var mayStartAccessUnit = false
    /// NRI is 0: no other picture refers to this one.
    public var isDiscardable: Bool

    /// - Parameter payload: the payload of an RTP packet, padding removed. Units of types that are not known are passed
    ///   over, as RFC 6184 section 5.2 wants.
    /// - Throws: ``ParseError/h264PayloadTruncated`` when a header or a unit is longer than the payload,
    ///   ``ParseError/h264EmptyUnit`` for a unit of no bytes in an aggregation packet.
    public init(parsing payload: UnsafeRawBufferPointer) throws(ParseError) {
        guard let first = payload.first else { throw .h264PayloadTruncated }
        type = H264NALUnitType(header: first)
        isDiscardable = first & 0x60 == 0
        switch type {
        case .stapA, .stapB, .mtap16, .mtap24:
            var units = try H264AggregatedUnits(payload)
            var isFirst = true
            while let unit = try units.next() {
                note(payload[unit.lowerBound], next: unit.count > 1 ? payload[unit.lowerBound + 1] : nil, isFirst)
                isFirst = false
            }
        case .fuA, .fuB:
            let fragment = try H264Fragment(parsing: payload)
            if fragment.isFirst {
                let offset = Int(fragment.headerLength)
                note(fragment.unitHeader, next: payload.count > offset ? payload[offset] : nil, true)
            } else {
                hasIDRSlice = H264NALUnitType(header: fragment.unitHeader) == .idrSlice
            }
        default:
            note(first, next: payload.count > 1 ? payload[1] : nil, true)
        }
    }

    public init(parsing payload: RawSpan) throws(ParseError) {
        self = try payload.withUnsafeBytes { bytes throws(ParseError) in try H264Payload(parsing: bytes) }
    }

    /// - Parameter next: the byte behind the unit's header.
    private mutating func note(_ header: UInt8, next: UInt8?, _ isFirst: Bool) {
        let unit = H264NALUnitType(header: header)
        if unit == .sequenceParameterSet { startsSequence = true }
        if unit == .idrSlice { hasIDRSlice = true }
        guard isFirst else { return }
        switch unit {
        case .slice, .partitionA, .idrSlice:
            // A slice begins with first_mb_in_slice as an exponential Golomb code, in which 0 is a single set bit.
            mayStartAccessUnit = (next ?? 0) & 0x80 != 0
        default:
            // ITU-T H.264 section 7.4.1.2.3: these, and 14 to 18, begin an access unit when they follow a slice.
            mayStartAccessUnit = (6...9).contains(unit.rawValue) || (14...18).contains(unit.rawValue)
        }
    }
}

/// The header of a piece of a NAL unit.
///
/// [RFC 6184 section 5.8](https://www.rfc-editor.org/rfc/rfc6184#section-5.8).
public struct H264Fragment: Hashable, Sendable, BitwiseCopyable {
    /// S: the piece is the first of its unit.
    public var isFirst: Bool
    /// E: the piece is the last of its unit.
    public var isLast: Bool
    /// The first byte of the unit, put together from the indicator and the fragment's header.
    public var unitHeader: UInt8
    /// Bytes before the unit's own: 2, or 4 with a decoding order number.
    public var headerLength: UInt8

    /// - Parameter payload: a payload of type FU-A or FU-B.
    /// - Throws: ``ParseError/h264PayloadTruncated`` when the headers are cut off.
    public init(parsing payload: UnsafeRawBufferPointer) throws(ParseError) {
        guard payload.count >= 2 else { throw .h264PayloadTruncated }
        headerLength = H264NALUnitType(header: payload[0]) == .fuB ? 4 : 2
        guard payload.count >= Int(headerLength) else { throw .h264PayloadTruncated }
        isFirst = payload[1] & 0x80 != 0
        isLast = payload[1] & 0x40 != 0
        unitHeader = payload[0] & 0xe0 | payload[1] & 0x1f
    }
}

/// Walks the NAL units of an aggregation packet.
///
/// ```
/// STAP-A   | header |            then | size 16 |                  unit | …
/// STAP-B   | header | DON 16 |   then | size 16 |                  unit | …
/// MTAP16   | header | DONB 16 |  then | size 16 | DOND 8 | TS 16 | unit | …
/// MTAP24   | header | DONB 16 |  then | size 16 | DOND 8 | TS 24 | unit | …
/// ```
///
/// [RFC 6184 section 5.7](https://www.rfc-editor.org/rfc/rfc6184#section-5.7).
public struct H264AggregatedUnits: BitwiseCopyable {
    private let payload: UnsafeRawBufferPointer
    private var offset: Int
    /// Bytes between a unit's size and the unit.
    private let prefixLength: Int

    /// - Parameter payload: a payload of type STAP or MTAP. It must outlive this value.
    /// - Throws: ``ParseError/h264PayloadTruncated`` when not one unit follows.
    public init(_ payload: UnsafeRawBufferPointer) throws(ParseError) {
        self.payload = payload
        guard let first = payload.first else { throw .h264PayloadTruncated }
        switch H264NALUnitType(header: first) {
        case .stapB: (offset, prefixLength) = (3, 0)
        case .mtap16: (offset, prefixLength) = (3, 3)
        case .mtap24: (offset, prefixLength) = (3, 4)
        default: (offset, prefixLength) = (1, 0)
        }
        guard payload.count > offset else { throw .h264PayloadTruncated }
    }

    /// Where the next unit lies in the payload, at least one byte; `nil` after the last.
    public mutating func next() throws(ParseError) -> Range<Int>? {
        guard offset < payload.count else { return nil }
        guard payload.count - offset >= 2 + prefixLength else { throw .h264PayloadTruncated }
        let size = Int(payload[offset]) << 8 | Int(payload[offset + 1])
        let start = offset + 2 + prefixLength
        guard size >= 1 else { throw .h264EmptyUnit }
        guard payload.count - start >= size else { throw .h264PayloadTruncated }
        offset = start + size
        return start..<offset
    }
}
