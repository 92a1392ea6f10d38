// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import RTCBase

/// The 13 bytes in front of every record. [RFC 6347 section 4.1](https://www.rfc-editor.org/rfc/rfc6347#section-4.1).
///
///     type (1) | version (2) | epoch (2) | sequence number (6) | length (2)
struct RecordHeader: Equatable {
    static let length = 13

    enum ContentType: UInt8 {
        case changeCipherSpec = 20
        case alert = 21
        case handshake = 22
        case applicationData = 23
    }

    let type: ContentType
    let version: UInt16
    let epoch: UInt16
    let sequenceNumber: UInt64
    /// Bytes of the record after the header.
    let bodyLength: Int

    static let dtls10: UInt16 = 0xfeff
    static let dtls12: UInt16 = 0xfefd

    /// RFC 6347 section 4.1.1 and RFC 5246 section 6.2.3: "The length MUST NOT exceed 2^14 + 2048"; AEAD ciphers add at
    /// most 1024 bytes, and ours 24.
    static let maximumBodyLength = 1 << 14 + 256

    init(parsing reader: inout ByteReader) throws(ParseError) {
        guard let type = ContentType(rawValue: try reader.readUInt8()) else { throw .unknownContentType }
        self.type = type
        version = try reader.readUInt16()
        epoch = try reader.readUInt16()
        sequenceNumber = UInt64(try reader.readUInt16()) << 32 | UInt64(try reader.readUInt32())
        bodyLength = Int(try reader.readUInt16())
        guard version == Self.dtls10 || version == Self.dtls12 else { throw .unknownRecordVersion }
        guard 1...Self.maximumBodyLength ~= bodyLength else { throw .invalidRecordLength }
    }

    /// Writes a number of 48 bits over that of the record at the start of `record`.
    static func overwriteSequenceNumber(_ number: UInt64, in record: UnsafeMutableRawBufferPointer) {
        for index in 0..<6 { record[10 - index] = UInt8(truncatingIfNeeded: number >> (8 * UInt64(index))) }
    }
}

extension ParseError {
    /// Neither change_cipher_spec, alert, handshake nor application data.
    static let unknownContentType = ParseError("the record's content type is unknown")
    /// Neither DTLS 1.0, which a first ClientHello may say, nor 1.2.
    static let unknownRecordVersion = ParseError("the record's version is unknown")
    /// Empty, or longer than DTLS allows.
    static let invalidRecordLength = ParseError("the record's length is invalid")
}
