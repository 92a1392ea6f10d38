// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import RTCBase

extension STUNMessage {
    /// Whether the message carries FINGERPRINT, right or wrong.
    public var hasFingerprint: Bool { fingerprintOffset != nil }

    /// Whether FINGERPRINT is there and right. It tells STUN from other protocols; it authenticates nothing.
    ///
    /// [RFC 8489 section 14.7](https://www.rfc-editor.org/rfc/rfc8489#section-14.7).
    public var hasValidFingerprint: Bool {
        guard let offset = fingerprintOffset else { return false }
        // FINGERPRINT is the last attribute, so that the length field already has the value that the CRC covers.
        return bytes.loadUInt32(at: offset + 4) == Self.fingerprint(of: bytes.extracting(first: offset))
    }

    /// RFC 8489 section 14.7: the CRC-32 "XOR'ed with the 32-bit value 0x5354554e".
    static func fingerprint(of bytes: RawSpan) -> UInt32 { CRC32.checksum(bytes) ^ 0x5354_554e }

    /// Header and value of FINGERPRINT.
    static let fingerprintLength = 8
}

extension STUNMessageBuilder {
    mutating func appendFingerprint() {
        writer.overwrite(
            UInt16(writer.count + STUNMessage.fingerprintLength - STUNMessage.headerLength), at: 2)
        add(.fingerprint, STUNMessage.fingerprint(of: writer.bytes.span.bytes))
    }
}
