// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCCrypto
import RTCTestKit
import Testing

@Suite("Self-signed certificates", .rfc(8827, "6.5"))
struct CertificateTests {
    private static let november2026: Int64 = 1_795_219_200

    @Test func `its fingerprint is the digest of its DER form`() throws {
        let certificate = try Certificate(unixTime: Self.november2026)
        #expect(certificate.fingerprint.algorithm == .sha256)
        #expect(certificate.fingerprint.digest == SHA256.digest(certificate.der))
        #expect(certificate.fingerprint.matches(der: certificate.der))
    }

    @Test(arguments: CertificateFingerprint.Algorithm.allCases)
    func `each hash function gives a fingerprint of its length`(algorithm: CertificateFingerprint.Algorithm) throws {
        let certificate = try Certificate(unixTime: Self.november2026)
        let fingerprint = CertificateFingerprint(of: certificate, algorithm: algorithm)
        #expect(fingerprint.digest.count == algorithm.digestLength)
        #expect(fingerprint.matches(der: certificate.der))
        #expect(!fingerprint.matches(der: certificate.der + [0]))
    }

    @Test func `no two have anything in common that could be recognised`() throws {
        let first = try Certificate(unixTime: Self.november2026)
        let second = try Certificate(unixTime: Self.november2026)
        #expect(first.fingerprint != second.fingerprint)
        #expect(!first.fingerprint.matches(der: second.der))
    }

    @Test func `it is valid from the day before for thirty days`() throws {
        let certificate = try Certificate(unixTime: Self.november2026)
        #expect(certificate.expiry == Self.november2026 + 29 * 86400)
        let text = String(decoding: certificate.der, as: UTF8.self)
        #expect(text.contains("261120000000Z"))
        #expect(text.contains("261220000000Z"))
    }

    @Test func `a peer's certificate of another key does not match`() throws {
        let fingerprint = try Certificate(unixTime: 0).fingerprint
        #expect(!fingerprint.matches(der: []))
        #expect(!CertificateFingerprint(ofDER: []).matches(der: []))
        #expect(!CertificateFingerprint(algorithm: .sha256, digest: []).matches(der: [1]))
    }
}
