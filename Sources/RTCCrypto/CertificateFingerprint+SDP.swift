// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import COpenSSL
public import RTCBase

extension ParseError {
    /// The value of `a=fingerprint` is not a token, a space and pairs of hexadecimal digits with colons between them.
    public static let malformedFingerprint = ParseError("the certificate fingerprint is malformed")
    /// A hash function that the registry does not know or that we do not implement.
    public static let unknownFingerprintAlgorithm = ParseError("the hash function of the fingerprint is unknown")
    /// MD2, MD5, SHA-1 or SHA-224: too weak to prove who the peer is.
    public static let weakFingerprintAlgorithm = ParseError("the hash function of the fingerprint is too weak")
    /// The digest is longer or shorter than its hash function makes it.
    public static let wrongFingerprintLength = ParseError("the fingerprint does not have its hash function's length")
}

extension CertificateFingerprint.Algorithm {
    /// Bytes of a digest.
    public var digestLength: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    var function: OpaquePointer? {
        switch self {
        case .sha256: EVP_sha256()
        case .sha384: EVP_sha384()
        case .sha512: EVP_sha512()
        }
    }
}

extension CertificateFingerprint {
    /// Parses the value of SDP's `a=fingerprint`: `sha-256 AB:CD:…`.
    ///
    /// The name of the hash function and the digits may be in either case: RFC 8122 writes the digits in capitals, but
    /// not every sender does.
    public init(parsing text: some StringProtocol) throws(ParseError) {
        // The longest valid value is that of SHA-512 with 7 + 1 + 191 characters.
        guard text.utf8.count <= 256 else { throw .malformedFingerprint }
        let parts = text.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2 else { throw .malformedFingerprint }
        let name = parts[0].lowercased()
        guard let algorithm = Algorithm(rawValue: name) else {
            // RFC 8122 section 5: "Implementations [...] MUST NOT use the MD2 and MD5 hash functions".
            throw ["md2", "md5", "sha-1", "sha-224"].contains(name)
                ? .weakFingerprintAlgorithm : .unknownFingerprintAlgorithm
        }
        var digest: [UInt8] = []
        digest.reserveCapacity(algorithm.digestLength)
        for pair in Array(parts[1].utf8).split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false) {
            guard pair.count == 2, let high = pair.first.flatMap(hexadecimalValue),
                let low = pair.last.flatMap(hexadecimalValue)
            else { throw .malformedFingerprint }
            digest.append(high << 4 | low)
        }
        guard digest.count == algorithm.digestLength else { throw .wrongFingerprintLength }
        self.init(algorithm: algorithm, digest: digest)
    }

    /// The value of `a=fingerprint`, with the digits in capitals as RFC 8122 section 5 wants them.
    public var sdpText: String {
        let digits = Array("0123456789ABCDEF".utf8)
        var text = Array(algorithm.rawValue.utf8) + [UInt8(ascii: " ")]
        for (index, byte) in digest.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ":")) }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The digest of a certificate in its DER form.
    public init(ofDER certificate: [UInt8], algorithm: Algorithm = .sha256) {
        let bytes = RTCCrypto.digest(certificate.span.bytes, algorithm.function, length: algorithm.digestLength)
        self.init(algorithm: algorithm, digest: bytes)
    }

    /// The digest of a certificate with this machine's key.
    public init(of certificate: Certificate, algorithm: Algorithm = .sha256) {
        self.init(ofDER: certificate.der, algorithm: algorithm)
    }

    /// Whether `certificate`, in its DER form, is the one whose digest this is.
    public func matches(der certificate: [UInt8]) -> Bool {
        // What could not be encoded is no certificate, even if somebody announced the digest of nothing.
        guard !certificate.isEmpty else { return false }
        return constantTimeEquals(CertificateFingerprint(ofDER: certificate, algorithm: algorithm).digest, digest)
    }
}

private func hexadecimalValue(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character &- UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character &- UInt8(ascii: "A") &+ 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character &- UInt8(ascii: "a") &+ 10
    default: nil
    }
}
