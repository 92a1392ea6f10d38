// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import RTCBase

/// What the fuzzer calls: the text of a fingerprint from SDP.
package enum CertificateFingerprintFuzzing {
    /// Parses; what parses must be written and parsed again to the same value.
    package static func run(_ bytes: UnsafeRawBufferPointer) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let parsed = try? CertificateFingerprint(parsing: text) else { return }
        let again = try? CertificateFingerprint(parsing: parsed.sdpText)
        precondition(again == parsed, "a fingerprint changes when it is written and parsed again")
    }
}
