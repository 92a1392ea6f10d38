// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import RTCBase
internal import RTCCrypto

extension STUNMessage {
    /// Whether the message carries MESSAGE-INTEGRITY, right or wrong.
    public var hasIntegrity: Bool { integrityOffset != nil }
    /// Whether the message carries MESSAGE-INTEGRITY-SHA256. It is recognised, and protects nothing here: ICE uses SHA-1
    /// only (RFC 8445 section 7.1), and a message without MESSAGE-INTEGRITY never verifies.
    public var hasIntegritySHA256: Bool { integritySHA256Offset != nil }

    /// Whether MESSAGE-INTEGRITY is there and right, compared in constant time.
    ///
    /// [RFC 8489 section 14.5](https://www.rfc-editor.org/rfc/rfc8489#section-14.5).
    /// - Parameter key: with short-term credentials the password's bytes.
    public func verifyIntegrity(key: [UInt8]) -> Bool {
        guard let offset = integrityOffset else { return false }
        var covered = ByteWriter(reservingCapacity: offset)
        covered.write(bytes.extracting(first: offset))
        // RFC 8489 section 14.5: the HMAC is computed with a length field that ends with MESSAGE-INTEGRITY, whatever
        // follows it.
        covered.overwrite(UInt16(offset + Self.integrityLength - Self.headerLength), at: 2)
        let expected = HMAC.sha1(key: key, message: covered.bytes.span.bytes)
        return constantTimeEquals(expected, bytes.extracting(offset + 4..<offset + Self.integrityLength).array)
    }

    /// Header and value of MESSAGE-INTEGRITY.
    static let integrityLength = 24
}

extension STUNMessageBuilder {
    mutating func appendIntegrity(key: [UInt8]) {
        writer.overwrite(
            UInt16(writer.count + STUNMessage.integrityLength - STUNMessage.headerLength), at: 2)
        let digest = HMAC.sha1(key: key, message: writer.bytes.span.bytes)
        add(.messageIntegrity, digest)
    }
}
