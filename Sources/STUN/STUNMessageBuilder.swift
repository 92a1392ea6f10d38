// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// Writes a STUN message, attribute after attribute.
///
///     var builder = STUNMessageBuilder(.request, .binding, id: id)
///     builder.add(.username, "remote:local")
///     builder.add(.priority, 1_845_501_695 as UInt32)
///     let datagram = builder.finish(integrityKey: Array(password.utf8))
///
/// [RFC 8489 section 6.1](https://www.rfc-editor.org/rfc/rfc8489#section-6.1).
public struct STUNMessageBuilder: Sendable {
    var writer: ByteWriter
    private let id: TransactionID

    public init(_ messageClass: STUNClass, _ method: STUNMethod = .binding, id: TransactionID) {
        // 128 bytes hold any message of ICE, so that the array grows once.
        writer = ByteWriter(reservingCapacity: 128)
        self.id = id
        writer.write(STUNMessageType(messageClass, method).wire)
        writer.write(0 as UInt16)
        writer.write(STUNMessage.magicCookie)
        writer.write(id.high)
        writer.write(id.low)
    }

    /// - Precondition: the message stays within ``STUNLimits/messageLength``: what we write is bounded by us.
    public mutating func add(_ type: STUNAttributeType, _ value: some Collection<UInt8>) {
        precondition(writer.count + 4 + value.count + 3 <= STUNLimits.messageLength, "our own STUN message is too long")
        writer.write(type.rawValue)
        writer.write(UInt16(value.count))
        writer.write(value)
        writer.writeZeros((4 - value.count % 4) % 4)
    }

    public mutating func add(_ type: STUNAttributeType, _ text: String) { add(type, Array(text.utf8)) }

    public mutating func add(_ type: STUNAttributeType, _ value: UInt32) {
        withUnsafeBytes(of: value.bigEndian) { add(type, $0) }
    }

    public mutating func add(_ type: STUNAttributeType, _ value: UInt64) {
        withUnsafeBytes(of: value.bigEndian) { add(type, $0) }
    }

    /// A flag: an attribute without a value, as USE-CANDIDATE is.
    public mutating func add(_ type: STUNAttributeType) { add(type, EmptyCollection()) }

    /// An address in the form of XOR-MAPPED-ADDRESS, or of MAPPED-ADDRESS when not `isXORed`.
    public mutating func add(_ type: STUNAttributeType, _ address: TransportAddress, isXORed: Bool = true) {
        var value = ByteWriter(reservingCapacity: 20)
        value.write(address.address.isIPv4 ? 1 : 2 as UInt16)
        value.write(address.port ^ (isXORed ? UInt16(STUNMessage.magicCookie >> 16) : 0))
        if let v4 = address.address.v4 {
            value.write(v4 ^ (isXORed ? STUNMessage.magicCookie : 0))
        } else {
            let mask = isXORed ? STUNMessage.addressMask(id) : (high: 0, low: 0)
            value.write(address.address.high ^ mask.high)
            value.write(address.address.low ^ mask.low)
        }
        add(type, value.bytes)
    }

    /// ERROR-CODE.
    public mutating func add(_ error: STUNErrorCode) {
        var value = ByteWriter()
        value.write(0 as UInt16)
        value.write(UInt8(truncatingIfNeeded: error.code / 100))
        value.write(UInt8(truncatingIfNeeded: error.code % 100))
        value.write(error.reason.utf8.prefix(STUNLimits.textLength))
        add(.errorCode, value.bytes)
    }

    /// UNKNOWN-ATTRIBUTES.
    public mutating func add(unknown types: [STUNAttributeType]) {
        var value = ByteWriter()
        for type in types { value.write(type.rawValue) }
        add(.unknownAttributes, value.bytes)
    }

    /// The datagram.
    /// - Parameters:
    ///   - integrityKey: with it MESSAGE-INTEGRITY is added.
    ///   - fingerprint: whether FINGERPRINT is added, which ICE demands (RFC 8445 section 7.1) and so is the default.
    public consuming func finish(integrityKey: [UInt8]? = nil, fingerprint: Bool = true) -> [UInt8] {
        if let integrityKey { appendIntegrity(key: integrityKey) }
        if fingerprint { appendFingerprint() }
        writer.overwrite(UInt16(writer.count - STUNMessage.headerLength), at: 2)
        return writer.bytes
    }
}
