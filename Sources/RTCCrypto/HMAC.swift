// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import COpenSSL

/// Keyed digests in one call. [RFC 2104](https://www.rfc-editor.org/rfc/rfc2104).
///
/// Compare a received digest with ``constantTimeEquals(_:_:)``, never with `==`.
public enum HMAC {
    /// HMAC-SHA1, 20 bytes: STUN's MESSAGE-INTEGRITY, RFC 8489 section 14.5.
    public static func sha1(key: RawSpan, message: RawSpan) -> [UInt8] {
        authenticate(key: key, message: message, EVP_sha1(), length: SHA1.digestLength)
    }

    public static func sha1(key: [UInt8], message: RawSpan) -> [UInt8] {
        sha1(key: key.span.bytes, message: message)
    }

    public static func sha1(key: [UInt8], message: [UInt8]) -> [UInt8] {
        sha1(key: key.span.bytes, message: message.span.bytes)
    }

    /// HMAC-SHA256, 32 bytes.
    public static func sha256(key: RawSpan, message: RawSpan) -> [UInt8] {
        authenticate(key: key, message: message, EVP_sha256(), length: SHA256.digestLength)
    }

    public static func sha256(key: [UInt8], message: [UInt8]) -> [UInt8] {
        sha256(key: key.span.bytes, message: message.span.bytes)
    }

    private static func authenticate(
        key: RawSpan, message: RawSpan, _ function: OpaquePointer?, length: Int
    ) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: length) { output, count in
            let result = key.withUnsafeBytes { key in
                message.withUnsafeBytes { message in
                    COpenSSL.HMAC(
                        function, key.baseAddress, Int32(key.count), message.bindMemory(to: UInt8.self).baseAddress,
                        message.count, output.baseAddress, nil)
                }
            }
            precondition(result != nil, "an HMAC failed: \(takeOpenSSLReason())")
            count = length
        }
    }
}
