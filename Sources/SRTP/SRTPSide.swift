// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Which end of the DTLS handshake we were: it decides whose key is ours.
///
/// [RFC 5764 section 4.2](https://www.rfc-editor.org/rfc/rfc5764#section-4.2).
public enum SRTPSide: Sendable, Hashable {
    case dtlsClient
    case dtlsServer

    var peer: SRTPSide { self == .dtlsClient ? .dtlsServer : .dtlsClient }
}

/// Why a sender or receiver could not be made.
public enum SRTPError: Error, Hashable, Sendable {
    /// The master key or salt does not have the profile's length.
    case masterKeyInvalid
    /// The cryptographic library refused.
    case libraryRefused
}
