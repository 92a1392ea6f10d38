// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCCrypto

/// What an association reports, in the order in which it happened.
public enum DTLSEvent: Sendable {
    /// The handshake is complete, the peer's certificate is the announced one, and these are the keys of SRTP.
    case connected(SRTPMasterKeys)
    /// The peer sent one record of data: an SCTP packet.
    case applicationData([UInt8])
    /// The peer said that it is leaving (close_notify).
    case closed
    /// The association has ended without a good end; nothing can be sent or received any more.
    case failed(DTLSFailure)
}

/// Why an association failed.
public enum DTLSFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The peer's certificate is not the one that signalling announced: somebody is in between, or somebody erred.
    case fingerprintMismatch
    /// The peer's key has fewer than 112 bits of security: an RSA key below 2048 bits.
    case weakKey
    /// The peer shares none of our protection profiles, or did not speak of SRTP at all.
    case noSRTPProfile
    /// The handshake was not complete within ``DTLSAssociation/handshakeLimit``.
    case timedOut
    /// The peer gave up, with this number of
    /// [RFC 5246 section 7.2](https://www.rfc-editor.org/rfc/rfc5246#section-7.2): 40 means that nothing fitted.
    case alert(UInt8)
    /// The peer broke a rule or shares nothing with us; the sentence is OpenSSL's.
    case refused(String)

    public var description: String {
        switch self {
        case .fingerprintMismatch: "the peer's certificate is not the one that was announced"
        case .weakKey: "the peer's certificate has a key that is too weak"
        case .noSRTPProfile: "no SRTP protection profile is shared with the peer"
        case .timedOut: "the handshake took too long"
        case .alert(let number): "the peer refused with alert \(number)"
        case .refused(let reason): "the handshake failed: \(reason)"
        }
    }
}

/// What a caller did wrong, or what OpenSSL could not do for it.
public enum DTLSError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Fewer than 256 bytes, where OpenSSL cannot fragment, or more than 1500.
    case invalidMTU
    /// No protection profile was given: there would be nothing to negotiate.
    case noProfiles
    /// Data was sent before the handshake was complete or after the end.
    case notConnected
    /// The data does not fit into one datagram: see ``DTLSAssociation/maximumDataLength``.
    case dataTooLong
    /// OpenSSL refused; the sentence is its own.
    case openSSL(String)

    public var description: String {
        switch self {
        case .invalidMTU: "the MTU of a DTLS association is between 256 and 1500 bytes"
        case .noProfiles: "a DTLS association needs at least one SRTP protection profile"
        case .notConnected: "the DTLS association is not connected"
        case .dataTooLong: "the data does not fit into one DTLS record of a datagram"
        case .openSSL(let reason): "OpenSSL: \(reason)"
        }
    }
}

/// Where an association is in its life.
public enum DTLSState: Sendable, Hashable {
    /// Not started: what arrives is dropped.
    case idle
    case handshaking
    case connected
    /// One side said close_notify.
    case closed
    case failed
}
