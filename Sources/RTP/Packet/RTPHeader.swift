// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

extension ParseError {
    public static let notRTP = ParseError("not version 2 of RTP")
    public static let rtpTooLong = ParseError("an RTP packet is longer than a datagram can be")
    public static let rtpContributorsTruncated = ParseError("the CSRC list of an RTP packet is longer than the packet")
    public static let rtpExtensionTruncated = ParseError(
        "the header extension of an RTP packet is longer than the packet")
    public static let rtpPaddingInvalid = ParseError("the padding of an RTP packet is empty or longer than its payload")
}

/// What the header of an RTP packet says, as plain bits: nothing is copied or allocated to read one.
///
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// |V=2|P|X|  CC   |M|     PT      |       sequence number         |
/// |                           timestamp                           |
/// |           synchronization source (SSRC) identifier            |
/// |            contributing source (CSRC) identifiers …           |
/// ```
///
/// [RFC 3550 section 5.1](https://www.rfc-editor.org/rfc/rfc3550#section-5.1).
public struct RTPHeader: Hashable, Sendable, BitwiseCopyable {
    /// Bytes of a header without CSRCs and without extension.
    @inlinable public static var fixedLength: Int { 12 }
    /// The longest packet that we look at: what the length field of UDP can say.
    @inlinable public static var maximumPacketLength: Int { 65535 }

    public var timestamp: UInt32
    public var ssrc: UInt32
    public var sequenceNumber: SequenceNumber
    /// 7 bits.
    public var payloadType: UInt8
    public var marker: Bool
    public var hasPadding: Bool
    public var hasExtension: Bool
    /// Contributing sources, at most 15.
    public var contributorCount: UInt8
    /// Bytes of padding at the packet's end, its count included; 0 for a header read by ``init(parsingProtected:)``.
    public var paddingLength: UInt8
    /// The 16 bits «defined by profile» before the extension: 0xBEDE for one-byte elements; 0 without extension.
    public var extensionProfile: UInt16
    @usableFromInline var headerBytes: UInt16
    @usableFromInline var extensionBytes: UInt16
    @usableFromInline var packetBytes: UInt16

    /// Reads the header of a packet whose payload is in clear.
    ///
    /// - Throws: ``ParseError`` when the packet is not RTP, or when its CSRC count, its extension's length or its
    ///   padding count says more than the packet holds.
    @inlinable
    public init(parsing packet: UnsafeRawBufferPointer) throws(ParseError) {
        try self.init(parsingProtected: packet)
        guard hasPadding else { return }
        // RFC 3550 section 5.1: "The last octet of the padding contains a count of how many padding octets should be
        // ignored, including itself."
        guard packetBytes > headerBytes else { throw .rtpPaddingInvalid }
        let count = packet[Int(packetBytes) - 1]
        guard count > 0, Int(count) <= Int(packetBytes) - Int(headerBytes) else { throw .rtpPaddingInvalid }
        paddingLength = count
    }

    /// Reads the header of a packet whose payload is encrypted: the same, but for the padding, which cannot be read.
    @inlinable
    public init(parsingProtected packet: UnsafeRawBufferPointer) throws(ParseError) {
        let count = packet.count
        guard count >= Self.fixedLength else { throw .truncated }
        guard count <= Self.maximumPacketLength else { throw .rtpTooLong }
        let first = packet[0]
        guard first >> 6 == 2 else { throw .notRTP }
        let second = packet[1]
        marker = second & 0x80 != 0
        payloadType = second & 0x7f
        sequenceNumber = SequenceNumber(UInt16(bigEndian: packet.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
        timestamp = UInt32(bigEndian: packet.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        ssrc = UInt32(bigEndian: packet.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
        hasPadding = first & 0x20 != 0
        hasExtension = first & 0x10 != 0
        contributorCount = first & 0x0f
        paddingLength = 0
        extensionProfile = 0
        extensionBytes = 0
        var length = Self.fixedLength + 4 * Int(first & 0x0f)
        guard length <= count else { throw .rtpContributorsTruncated }
        if first & 0x10 != 0 {
            guard length + 4 <= count else { throw .rtpExtensionTruncated }
            extensionProfile = UInt16(bigEndian: packet.loadUnaligned(fromByteOffset: length, as: UInt16.self))
            let words = UInt16(bigEndian: packet.loadUnaligned(fromByteOffset: length + 2, as: UInt16.self))
            length += 4 + 4 * Int(words)
            guard length <= count else { throw .rtpExtensionTruncated }
            // At most 65535, because the packet is no longer than that.
            extensionBytes = UInt16(truncatingIfNeeded: 4 * Int(words))
        }
        headerBytes = UInt16(truncatingIfNeeded: length)
        packetBytes = UInt16(truncatingIfNeeded: count)
    }

    /// Reads the header of a packet whose payload is in clear.
    @inlinable
    public init(parsing packet: RawSpan) throws(ParseError) {
        self = try packet.withUnsafeBytes { bytes throws(ParseError) in try RTPHeader(parsing: bytes) }
    }

    /// Bytes before the payload: fixed header, CSRCs and extension.
    @inlinable public var headerLength: Int { Int(headerBytes) }
    /// Bytes of the whole packet.
    @inlinable public var packetLength: Int { Int(packetBytes) }
    /// Bytes of payload, without padding.
    @inlinable public var payloadLength: Int { Int(packetBytes) - Int(headerBytes) - Int(paddingLength) }
    /// Where the payload lies, without padding.
    @inlinable public var payloadRange: Range<Int> { Int(headerBytes)..<Int(headerBytes) + payloadLength }
    /// Where the elements of the header extension lie, without their 4 bytes of profile and length; empty without one.
    @inlinable public var extensionRange: Range<Int> { Int(headerBytes) - Int(extensionBytes)..<Int(headerBytes) }
}

extension RTPHeader {
    /// Writes the 12 bytes of a header that has neither padding, extension nor CSRCs: how the forwarder starts a packet.
    ///
    /// - Parameter slot: at least ``fixedLength`` bytes, aligned in any way.
    @inlinable
    public static func writeFixed(
        to slot: UnsafeMutableRawPointer, marker: Bool, payloadType: UInt8, sequenceNumber: SequenceNumber,
        timestamp: UInt32, ssrc: UInt32
    ) {
        let second = payloadType & 0x7f | (marker ? 0x80 : 0)
        let word = 0x8000_0000 | UInt32(second) << 16 | UInt32(sequenceNumber.rawValue)
        slot.storeBytes(of: word.bigEndian, as: UInt32.self)
        slot.storeBytes(of: timestamp.bigEndian, toByteOffset: 4, as: UInt32.self)
        slot.storeBytes(of: ssrc.bigEndian, toByteOffset: 8, as: UInt32.self)
    }
}
