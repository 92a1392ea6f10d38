// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// The digest of a peer's certificate as SDP carries it: what DTLS is held against.
///
/// [RFC 8122 section 5](https://www.rfc-editor.org/rfc/rfc8122#section-5).
public struct CertificateFingerprint: Hashable, Sendable {
    /// The hash functions that we accept. RFC 8122 forbids MD2 and MD5; SHA-1 is refused because it is broken.
    public enum Algorithm: String, Sendable, CaseIterable {
        case sha256 = "sha-256"
        case sha384 = "sha-384"
        case sha512 = "sha-512"
    }

    public let algorithm: Algorithm
    public let digest: [UInt8]

    public init(algorithm: Algorithm, digest: [UInt8]) {
        self.algorithm = algorithm
        self.digest = digest
    }
}
