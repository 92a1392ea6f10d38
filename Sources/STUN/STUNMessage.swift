// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// A STUN message as it lies in a datagram: a view, so that looking at one allocates nothing.
///
///      0                   1                   2                   3
///     +-+-+-----------------------------+-------------------------------+
///     |0 0|     STUN Message Type       |         Message Length        |
///     +-+-+-----------------------------+-------------------------------+
///     |                    Magic Cookie  0x2112A442                     |
///     +-----------------------------------------------------------------+
///     |                    Transaction ID (96 bits)                     |
///     +-----------------------------------------------------------------+
///     |     Attributes: type (16), length (16), value, padding to 4     |
///
/// Parsing checks the framing of every attribute once. The typed accessors (``username``, ``priority``, …) check their
/// own attribute's content and throw when it is malformed; an absent attribute is `nil`. The first of several attributes
/// of one type counts (RFC 8489 section 14).
///
/// [RFC 8489 section 5](https://www.rfc-editor.org/rfc/rfc8489#section-5).
public struct STUNMessage: ~Escapable {
    public let messageClass: STUNClass
    public let method: STUNMethod
    public let transactionID: TransactionID

    let bytes: RawSpan
    /// Where the attributes end that may be believed: at the first integrity attribute, FINGERPRINT or the end.
    let contentEnd: Int
    let integrityOffset: Int?
    let integritySHA256Offset: Int?
    let fingerprintOffset: Int?

    /// - Throws: ``ParseError`` when `bytes` is not exactly one well-formed message within ``STUNLimits``.
    @_lifetime(copy bytes)
    public init(parsing bytes: RawSpan) throws(ParseError) {
        guard Self.isSTUN(bytes) else { throw .notSTUN }
        guard bytes.byteCount <= STUNLimits.messageLength else { throw .messageTooLong }
        // RFC 8489 section 5: "the last 2 bits of this field are always zero", and the length is without the header.
        let length = Int(bytes.loadUInt16(at: 2))
        guard length % 4 == 0, length == bytes.byteCount - Self.headerLength else { throw .wrongMessageLength }

        var count = 0
        var offset = Self.headerLength
        var contentEnd: Int?
        var integrity: Int?
        var integritySHA256: Int?
        var fingerprint: Int?
        while offset < bytes.byteCount {
            count += 1
            guard count <= STUNLimits.attributeCount else { throw .tooManyAttributes }
            guard fingerprint == nil else { throw .fingerprintNotLast }
            guard let attribute = Attribute(in: bytes, at: offset) else { throw .truncated }
            switch attribute.type {
            case .messageIntegrity where integrity == nil && integritySHA256 == nil:
                guard attribute.length == 20 else { throw .wrongAttributeLength }
                integrity = offset
            case .messageIntegritySHA256 where integritySHA256 == nil:
                // RFC 8489 section 14.6: "The value will be at most 32 bytes, but it MUST be at least 16 bytes and MUST
                // be a multiple of 4 bytes."
                guard (16...32).contains(attribute.length), attribute.length % 4 == 0 else {
                    throw .wrongAttributeLength
                }
                integritySHA256 = offset
            case .fingerprint:
                guard attribute.length == 4 else { throw .wrongAttributeLength }
                fingerprint = offset
            default:
                offset = attribute.end
                continue
            }
            // RFC 8489 section 14.5: "agents MUST ignore all other attributes that follow MESSAGE-INTEGRITY".
            if contentEnd == nil { contentEnd = offset }
            offset = attribute.end
        }

        let type = STUNMessageType(wire: bytes.loadUInt16(at: 0))
        self.messageClass = type.messageClass
        self.method = type.method
        self.transactionID = TransactionID(high: bytes.loadUInt32(at: 8), low: bytes.loadUInt64(at: 12))
        self.bytes = bytes
        self.contentEnd = contentEnd ?? bytes.byteCount
        self.integrityOffset = integrity
        self.integritySHA256Offset = integritySHA256
        self.fingerprintOffset = fingerprint
    }

    /// Bytes before the first attribute.
    public static let headerLength = 20
    static let magicCookie: UInt32 = 0x2112_a442

    /// Whether a datagram is meant as STUN: the first byte is 0 to 3 (RFC 7983 section 7) and the magic cookie is there.
    /// Whether it is well-formed only ``init(parsing:)`` tells.
    public static func isSTUN(_ bytes: RawSpan) -> Bool {
        bytes.byteCount >= headerLength && bytes.loadUInt16(at: 0) < 0x4000 && bytes.loadUInt32(at: 4) == magicCookie
    }

    /// The value of the first attribute of `type` that may be believed; `nil` when there is none.
    @_lifetime(copy self)
    public func value(of type: STUNAttributeType) -> RawSpan? {
        guard let attribute = find(type) else { return nil }
        return bytes.extracting(attribute.value)
    }

    /// Calls `body` with each attribute that may be believed, in order, without the integrity attributes and FINGERPRINT.
    public func forEachAttribute(_ body: (STUNAttributeType, RawSpan) -> Void) {
        var offset = Self.headerLength
        while offset < contentEnd, let attribute = Attribute(in: bytes, at: offset) {
            body(attribute.type, bytes.extracting(attribute.value))
            offset = attribute.end
        }
    }

    /// The attributes that forbid processing, in the order of the message: what UNKNOWN-ATTRIBUTES answers with a 420.
    ///
    /// RFC 8489 section 6.3.1: "If the request contains one or more unknown comprehension-required attributes, the server
    /// replies with an error response with an error code of 420".
    public func unknownRequiredAttributes(
        understanding understood: Set<STUNAttributeType> = STUNAttributeType.understoodInBinding
    ) -> [STUNAttributeType] {
        var unknown: [STUNAttributeType] = []
        var offset = Self.headerLength
        while offset < contentEnd, let attribute = Attribute(in: bytes, at: offset) {
            let type = attribute.type
            if type.isComprehensionRequired, !understood.contains(type), !unknown.contains(type) {
                unknown.append(type)
            }
            offset = attribute.end
        }
        return unknown
    }

    func find(_ type: STUNAttributeType) -> Attribute? {
        var offset = Self.headerLength
        while offset < contentEnd, let attribute = Attribute(in: bytes, at: offset) {
            if attribute.type == type { return attribute }
            offset = attribute.end
        }
        return nil
    }

    /// Where an attribute lies in its message.
    struct Attribute {
        let type: STUNAttributeType
        let offset: Int
        let length: Int

        /// `nil` when header, value or padding reach beyond the message.
        init?(in bytes: RawSpan, at offset: Int) {
            guard offset + 4 <= bytes.byteCount else { return nil }
            type = STUNAttributeType(rawValue: bytes.loadUInt16(at: offset))
            length = Int(bytes.loadUInt16(at: offset + 2))
            self.offset = offset
            guard end <= bytes.byteCount else { return nil }
        }

        var value: Range<Int> { offset + 4..<offset + 4 + length }
        /// After the padding: the value fills a multiple of 4 bytes (RFC 8489 section 14).
        var end: Int { offset + 4 + (length + 3) & ~3 }
    }
}

extension RawSpan {
    // The caller has checked that the offset lies within; if it had not, the span would trap rather than read beyond.
    func loadUInt16(at offset: Int) -> UInt16 {
        UInt16(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    func loadUInt32(at offset: Int) -> UInt32 {
        UInt32(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    func loadUInt64(at offset: Int) -> UInt64 {
        UInt64(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}
