// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCCrypto
import SDP

extension CertificateFingerprint {
    /// `sha-256 2C:90:…`
    var attribute: Fingerprint {
        let digits = Array("0123456789ABCDEF".unicodeScalars)
        let pairs = digest.map { byte in
            var pair = String.UnicodeScalarView()
            pair.append(digits[Int(byte >> 4)])
            pair.append(digits[Int(byte & 15)])
            return String(pair)
        }
        return Fingerprint(hashFunction: algorithm.rawValue, digest: pairs.joined(separator: ":"))
    }

    /// - Returns: `nil` for a hash function that is not accepted.
    /// - Throws: ``NegotiationError/malformedFingerprint`` when the digest is not one of that function.
    init?(_ attribute: Fingerprint) throws(NegotiationError) {
        guard let algorithm = Algorithm(rawValue: attribute.hashFunction) else { return nil }
        let length =
            switch algorithm {
            case .sha256: 32
            case .sha384: 48
            case .sha512: 64
            }
        // RFC 8122 section 5: "2UHEX *(":" 2UHEX)". Lower case is accepted: older peers write it.
        let text = Array(attribute.digest.utf8)
        guard text.count == length * 3 - 1 else { throw .malformedFingerprint }
        var digest: [UInt8] = []
        digest.reserveCapacity(length)
        for index in stride(from: 0, to: text.count, by: 3) {
            guard let high = Self.digit(text[index]), let low = Self.digit(text[index + 1]),
                index + 2 >= text.count || text[index + 2] == UInt8(ascii: ":")
            else { throw .malformedFingerprint }
            digest.append(high << 4 | low)
        }
        self.init(algorithm: algorithm, digest: digest)
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The one certificate that the attributes of a section declare: the digest by the longest hash function.
    ///
    /// - Returns: `nil` when they declare none.
    static func declared(by attributes: [Attribute]) throws(NegotiationError) -> CertificateFingerprint? {
        let fingerprints = attributes.all(Fingerprint.self)
        // A fingerprint that cannot be read is not the same as none: the session's must not take its place.
        guard !fingerprints.isEmpty else {
            guard !attributes.contains(where: { $0.name == Fingerprint.attributeName }) else {
                throw .malformedFingerprint
            }
            return nil
        }
        var best: CertificateFingerprint?
        for fingerprint in fingerprints {
            guard let candidate = try CertificateFingerprint(fingerprint) else { continue }
            guard let current = best else {
                best = candidate
                continue
            }
            // Two digests by one function are two certificates.
            guard candidate.algorithm != current.algorithm || candidate == current else {
                throw .conflictingFingerprints
            }
            if candidate.digest.count > current.digest.count { best = candidate }
        }
        guard let best else { throw .unsupportedFingerprint }
        return best
    }
}
