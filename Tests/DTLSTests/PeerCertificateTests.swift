// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
import RTCBase
import RTCCrypto
import RTCTestKit
import Testing

@Suite("The peer's certificate", .rfc(8827, "6.5"), .attack(8))
struct PeerCertificateTests {
    @Test func `a client refuses a server with another certificate, and says so`() throws {
        let pair = try DTLSPair(clientExpects: Peers.stranger.certificate.fingerprint)
        pair.start()
        pair.run()
        #expect(pair.client.failure == .fingerprintMismatch)
        #expect(pair.client.keys == nil)
        #expect(pair.server.keys == nil)
        // bad_certificate, RFC 5246 section 7.2.
        #expect(pair.server.failure == .alert(42))
    }

    @Test func `a server refuses a client with another certificate, and says so`() throws {
        let pair = try DTLSPair(serverExpects: Peers.stranger.certificate.fingerprint)
        pair.start()
        pair.run()
        #expect(pair.server.failure == .fingerprintMismatch)
        #expect(pair.server.keys == nil)
        #expect(pair.client.keys == nil)
        #expect(pair.client.failure == .alert(42))
    }

    @Test(arguments: CertificateFingerprint.Algorithm.allCases)
    func `a fingerprint of any strong hash function is held against the certificate`(
        algorithm: CertificateFingerprint.Algorithm
    ) throws {
        let good = CertificateFingerprint(of: Peers.server.certificate, algorithm: algorithm)
        let pair = try DTLSPair(clientExpects: good)
        pair.connect()
        #expect(equal(pair.client.keys, pair.server.keys))

        var digest = good.digest
        digest[digest.count - 1] ^= 1
        let other = try DTLSPair(clientExpects: CertificateFingerprint(algorithm: algorithm, digest: digest))
        other.start()
        other.run()
        #expect(other.client.failure == .fingerprintMismatch)
    }

    @Test func `the right digest under the wrong hash function is a mismatch`() throws {
        let digest = Peers.server.certificate.fingerprint.digest
        for algorithm in [CertificateFingerprint.Algorithm.sha384, .sha512] {
            let pair = try DTLSPair(clientExpects: CertificateFingerprint(algorithm: algorithm, digest: digest))
            pair.start()
            pair.run()
            #expect(pair.client.failure == .fingerprintMismatch)
        }
    }

    @Test func `an empty digest matches nobody`() throws {
        let pair = try DTLSPair(serverExpects: CertificateFingerprint(algorithm: .sha256, digest: []))
        pair.start()
        pair.run()
        #expect(pair.server.failure == .fingerprintMismatch)
    }
}
