// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCCrypto
import RTCTestKit
import Testing

@Suite("Certificate fingerprints in SDP", .rfc(8122, "5"))
struct CertificateFingerprintTests {
    private static let text =
        "sha-256 BD:D2:F8:19:74:78:61:6D:D4:10:6C:CA:1C:02:78:CE:A5:AE:89:DD:69:2F:69:37:6B:C5:B2:53:28:1F:99:4D"

    @Test func `a fingerprint is parsed and written again`() throws {
        let fingerprint = try CertificateFingerprint(parsing: Self.text)
        #expect(fingerprint.algorithm == .sha256)
        #expect(fingerprint.digest.count == 32)
        #expect(fingerprint.digest.first == 0xbd)
        #expect(fingerprint.digest.last == 0x4d)
        #expect(fingerprint.sdpText == Self.text)
        #expect(try CertificateFingerprint(parsing: Self.text.lowercased()) == fingerprint)
    }

    @Test(arguments: ["offer-chromium.sdp", "offer-firefox.sdp"])
    func `the fingerprints that browsers write are parsed`(fixture: String) throws {
        let prefix = "a=fingerprint:"
        // A carriage return and a line feed are one Character to Swift.
        let lines = Fixture.text(fixture).split(whereSeparator: \.isNewline).filter { $0.hasPrefix(prefix) }
        #expect(!lines.isEmpty)
        for line in lines {
            let value = String(line.dropFirst(prefix.count))
            #expect(try CertificateFingerprint(parsing: value).sdpText == value)
        }
    }

    @Test(.attack(8), arguments: ["md2", "md5", "sha-1", "SHA-1", "sha-224"])
    func `a weak hash function is refused`(name: String) {
        #expect(throws: ParseError.weakFingerprintAlgorithm) {
            try CertificateFingerprint(parsing: "\(name) AB:CD")
        }
    }

    @Test(.attack(8), arguments: ["sha-257", "sha256", "crc32", "ſha-256"])
    func `an unknown hash function is refused`(name: String) {
        #expect(throws: ParseError.unknownFingerprintAlgorithm) {
            try CertificateFingerprint(parsing: "\(name) AB:CD")
        }
    }

    @Test(.attack(8)) func `a digest of the wrong length is refused`() {
        for text in [Self.text + ":00", String(Self.text.dropLast(3)), "sha-512" + Self.text.dropFirst(7)] {
            #expect(throws: ParseError.wrongFingerprintLength) { try CertificateFingerprint(parsing: text) }
        }
    }

    @Test(arguments: [
        "", " ", "sha-256", "sha-256 ", "sha-256 A", "sha-256 ABC", "sha-256 AB:C", "sha-256 AB:CD:", "sha-256 :AB",
        "sha-256 AB:GG", "sha-256 AB:CD EF", "sha-256 AB::CD",
    ])
    func `malformed text is refused`(text: String) {
        #expect(throws: ParseError.malformedFingerprint) { try CertificateFingerprint(parsing: text) }
    }

    @Test func `text of any length is refused in bounded time`() {
        #expect(throws: ParseError.malformedFingerprint) {
            try CertificateFingerprint(parsing: "sha-256 " + String(repeating: "AB:", count: 1_000_000))
        }
    }

    @Test func `truncations and mutations never trap`() {
        let bytes = Array(Self.text.utf8)
        for length in 0...bytes.count {
            bytes[..<length].withUnsafeBytes { CertificateFingerprintFuzzing.run($0) }
        }
        var random = SeededRandom(seed: 8122)
        for _ in 0..<2000 {
            var mutated = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                mutated[Int.random(in: 0..<mutated.count, using: &random)] ^=
                    1 << UInt8.random(in: 0...7, using: &random)
            }
            mutated.withUnsafeBytes { CertificateFingerprintFuzzing.run($0) }
        }
    }
}
