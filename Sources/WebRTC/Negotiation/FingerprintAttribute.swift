// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCCrypto
import SDP

extension CertificateFingerprint {
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
            let candidate: CertificateFingerprint
            do throws(ParseError) {
                candidate = try CertificateFingerprint(parsing: fingerprint.text)
            } catch .weakFingerprintAlgorithm, .unknownFingerprintAlgorithm {
                // RFC 8122 section 5: several hash functions may be offered for one certificate.
                continue
            } catch {
                throw .malformedFingerprint
            }
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
