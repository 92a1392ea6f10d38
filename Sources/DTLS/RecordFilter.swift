// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import RTCBase

/// What is done with one record.
enum RecordVerdict: Equatable {
    /// OpenSSL gets it.
    case accept
    /// OpenSSL would keep it until the keys are there: it gets a few of these.
    case early
    /// An alert that anybody may have sent: noted, not obeyed.
    case unauthenticatedAlert(UInt8)
    /// A fragment of a message that was announced with another type or length: one of the two is forged.
    case contradiction
    /// Counted and forgotten.
    case drop
}

/// Decides which records reach OpenSSL, from what can be seen without keys.
///
/// Until the keys are there a record proves nothing about its sender: what cannot belong to the handshake is dropped and
/// counted here, whatever a library would make of it.
/// [RFC 6347 section 4.1.2.7](https://www.rfc-editor.org/rfc/rfc6347#section-4.1.2.7): "invalid records SHOULD be
/// silently discarded, thus preserving the association".
struct RecordFilter {
    enum Phase {
        /// Until the peer's ChangeCipherSpec.
        case plaintext
        /// From the peer's ChangeCipherSpec until the end of the handshake.
        case encrypted
        case connected
    }

    let role: DTLSRole
    /// What the first fragment of each message said, by the message's number.
    private var announced: [UInt16: Announcement] = [:]

    private struct Announcement: Equatable {
        let type: UInt8
        let length: UInt32
    }

    init(role: DTLSRole) {
        self.role = role
    }

    /// Bytes that every cipher suite of ours adds: GCM's explicit nonce and its tag, RFC 5288 section 3.
    static let cipherOverhead = 8 + 16
    static let handshakeHeaderLength = 12
    /// A post-quantum ClientHello has 1500 bytes, a chain of three RSA certificates 5000. OpenSSL keeps up to ten
    /// incomplete messages, so that this limits an association's memory too.
    static let maximumMessageLength: UInt32 = 8192
    /// The longest handshake has five messages from a client and six from a server, RFC 6347 section 4.3.2.
    static let maximumMessages: UInt16 = 8

    mutating func verdict(_ header: RecordHeader, _ body: RawSpan, _ phase: Phase) -> RecordVerdict {
        switch header.epoch {
        case 0: phase == .connected ? .drop : plaintextVerdict(header, body)
        case 1: encryptedVerdict(header, phase)
        // A third epoch would come from a renegotiation, which is off.
        default: .drop
        }
    }

    private mutating func plaintextVerdict(_ header: RecordHeader, _ body: RawSpan) -> RecordVerdict {
        var reader = ByteReader(body)
        switch header.type {
        case .changeCipherSpec:
            return body.byteCount == 1 && (try? reader.readUInt8()) == 1 ? .accept : .drop
        case .alert:
            guard body.byteCount == 2, (try? reader.readUInt8()) == Self.fatal, let number = try? reader.readUInt8()
            else { return .drop }
            return .unauthenticatedAlert(number)
        case .handshake:
            return (try? fragmentsVerdict(&reader)) ?? .drop
        case .applicationData:
            // RFC 6347 section 4.1: nothing but the handshake is sent without protection.
            return .drop
        }
    }

    private func encryptedVerdict(_ header: RecordHeader, _ phase: Phase) -> RecordVerdict {
        guard header.version == RecordHeader.dtls12 else { return .drop }
        let plaintextLength = header.bodyLength - Self.cipherOverhead
        let isEarly: Bool
        switch header.type {
        case .changeCipherSpec:
            return .drop
        case .alert:
            guard plaintextLength == 2 else { return .drop }
            isEarly = phase == .plaintext
        case .handshake:
            guard plaintextLength >= Self.handshakeHeaderLength else { return .drop }
            isEarly = phase == .plaintext
        case .applicationData:
            guard plaintextLength >= 1, phase != .plaintext else { return .drop }
            // Data that has overtaken the Finished in front of it is kept by OpenSSL too.
            isEarly = phase == .encrypted
        }
        return isEarly ? .early : .accept
    }

    /// Forgets what messages were announced, when OpenSSL forgets them or needs no more.
    mutating func forgetMessages() {
        announced = [:]
    }

    /// Accepts a record that is made of whole fragments that could be meant for us.
    ///
    /// Fragments of one message must agree about it (RFC 6347 section 4.2.3); one that contradicts the first announcement
    /// is not passed on. A whole message needs no other and always passes, so that a forged fragment in front of it does
    /// no harm.
    private mutating func fragmentsVerdict(_ reader: inout ByteReader) throws(ParseError) -> RecordVerdict {
        var found: [UInt16: Announcement] = [:]
        while !reader.isEmpty {
            let type = try reader.readUInt8()
            let length = try reader.readUInt24()
            let number = try reader.readUInt16()
            let offset = try reader.readUInt24()
            let fragmentLength = try reader.readUInt24()
            guard expects(type), length <= Self.maximumMessageLength, number < Self.maximumMessages, offset <= length,
                fragmentLength <= length - offset, fragmentLength > 0 || length == 0
            else { return .drop }
            try reader.skip(Int(fragmentLength))
            let announcement = Announcement(type: type, length: length)
            let known = announced[number] ?? found[number]
            if let known, known != announcement, fragmentLength < length { return .contradiction }
            found[number] = known ?? announcement
        }
        announced.merge(found) { first, _ in first }
        return .accept
    }

    /// Whether the other side sends messages of this type before its ChangeCipherSpec, RFC 6347 section 4.3.2.
    /// Tickets and stapled OCSP responses are missing because we never ask for them.
    private func expects(_ type: UInt8) -> Bool {
        switch role {
        // client_hello, certificate, certificate_verify, client_key_exchange
        case .server: [1, 11, 15, 16].contains(type)
        // server_hello, hello_verify_request, certificate, server_key_exchange, certificate_request, server_hello_done
        case .client: [2, 3, 11, 12, 13, 14].contains(type)
        }
    }

    private static let fatal: UInt8 = 2
}
