// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

extension STUNMessage {
    public var username: String? {
        get throws(ParseError) { try text(.username, limit: STUNLimits.usernameLength) }
    }
    public var software: String? {
        get throws(ParseError) { try text(.software, limit: STUNLimits.textLength) }
    }
    public var realm: String? {
        get throws(ParseError) { try text(.realm, limit: STUNLimits.textLength) }
    }
    public var nonce: String? {
        get throws(ParseError) { try text(.nonce, limit: STUNLimits.textLength) }
    }

    /// The priority that a peer-reflexive candidate found by this check would have (RFC 8445 section 7.1.1).
    public var priority: UInt32? {
        get throws(ParseError) { try value(of: .priority, length: 4).map { bytes.loadUInt32(at: $0) } }
    }
    /// The tie-breaker of a peer that believes to be controlled.
    public var iceControlled: UInt64? {
        get throws(ParseError) { try value(of: .iceControlled, length: 8).map { bytes.loadUInt64(at: $0) } }
    }
    /// The tie-breaker of a peer that believes to be controlling.
    public var iceControlling: UInt64? {
        get throws(ParseError) { try value(of: .iceControlling, length: 8).map { bytes.loadUInt64(at: $0) } }
    }
    /// Whether the controlling peer nominates the pair (RFC 8445 section 7.1.2).
    public var useCandidate: Bool {
        get throws(ParseError) { try value(of: .useCandidate, length: 0) != nil }
    }

    /// The sender's address as the responder saw it.
    public var xorMappedAddress: TransportAddress? {
        get throws(ParseError) { try address(.xorMappedAddress, isXORed: true) }
    }
    /// The unobscured form, which only servers older than RFC 5389 send.
    public var mappedAddress: TransportAddress? {
        get throws(ParseError) { try address(.mappedAddress, isXORed: false) }
    }

    public var errorCode: STUNErrorCode? {
        get throws(ParseError) {
            guard let attribute = find(.errorCode) else { return nil }
            guard attribute.length >= 4, attribute.length <= 4 + STUNLimits.textLength else {
                throw .wrongAttributeLength
            }
            // RFC 8489 section 14.8: 21 reserved bits, the hundreds in 3, the rest below 100 in 8.
            let hundreds = UInt16(bytes.loadUInt16(at: attribute.offset + 6) >> 8 & 7)
            let rest = bytes.loadUInt16(at: attribute.offset + 6) & 0xff
            guard (3...6).contains(hundreds), rest < 100 else { throw .wrongErrorCode }
            let reason = bytes.extracting(attribute.value.dropFirst(4))
            return STUNErrorCode(hundreds * 100 + rest, try Self.decode(reason))
        }
    }

    /// The types that the responder did not understand; `nil` without the attribute.
    public var unknownAttributes: [STUNAttributeType]? {
        get throws(ParseError) {
            guard let attribute = find(.unknownAttributes) else { return nil }
            guard attribute.length % 2 == 0, attribute.length <= 2 * STUNLimits.attributeCount else {
                throw .wrongAttributeLength
            }
            var types: [STUNAttributeType] = []
            for offset in stride(from: attribute.value.lowerBound, to: attribute.value.upperBound, by: 2) {
                types.append(STUNAttributeType(rawValue: bytes.loadUInt16(at: offset)))
            }
            return types
        }
    }

    /// An address of the shape of MAPPED-ADDRESS or XOR-MAPPED-ADDRESS (RFC 8489 sections 14.1 and 14.2).
    public func address(_ type: STUNAttributeType, isXORed: Bool) throws(ParseError) -> TransportAddress? {
        guard let attribute = find(type) else { return nil }
        return try address(in: attribute, isXORed: isXORed)
    }

    func address(in attribute: Attribute, isXORed: Bool) throws(ParseError) -> TransportAddress {
        guard attribute.length >= 4 else { throw .wrongAttributeLength }
        let family = bytes.loadUInt16(at: attribute.offset + 4) & 0xff
        let port = bytes.loadUInt16(at: attribute.offset + 6) ^ (isXORed ? UInt16(Self.magicCookie >> 16) : 0)
        switch family {
        case 1:
            guard attribute.length == 8 else { throw .wrongAttributeLength }
            let v4 = bytes.loadUInt32(at: attribute.offset + 8) ^ (isXORed ? Self.magicCookie : 0)
            return TransportAddress(IPAddress(v4: v4), port: port)
        case 2:
            guard attribute.length == 20 else { throw .wrongAttributeLength }
            let mask = isXORed ? Self.addressMask(transactionID) : (high: 0, low: 0)
            let high = bytes.loadUInt64(at: attribute.offset + 8) ^ mask.high
            let low = bytes.loadUInt64(at: attribute.offset + 16) ^ mask.low
            return TransportAddress(IPAddress(high: high, low: low), port: port)
        default:
            throw .unknownAddressFamily
        }
    }

    /// RFC 8489 section 14.2: an IPv6 address is XORed with "the concatenation of the magic cookie and the 96-bit
    /// transaction ID".
    static func addressMask(_ id: TransactionID) -> (high: UInt64, low: UInt64) {
        (UInt64(magicCookie) << 32 | UInt64(id.high), id.low)
    }

    func number(of type: STUNAttributeType) throws(ParseError) -> UInt32? {
        try value(of: type, length: 4).map { bytes.loadUInt32(at: $0) }
    }

    private func value(of type: STUNAttributeType, length: Int) throws(ParseError) -> Int? {
        guard let attribute = find(type) else { return nil }
        guard attribute.length == length else { throw .wrongAttributeLength }
        return attribute.value.lowerBound
    }

    private func text(_ type: STUNAttributeType, limit: Int) throws(ParseError) -> String? {
        guard let attribute = find(type) else { return nil }
        guard attribute.length <= limit else { throw .wrongAttributeLength }
        return try Self.decode(bytes.extracting(attribute.value))
    }

    private static func decode(_ bytes: RawSpan) throws(ParseError) -> String {
        let text = bytes.withUnsafeBytes { String(validating: $0, as: UTF8.self) }
        guard let text else { throw .notUTF8 }
        return text
    }
}
