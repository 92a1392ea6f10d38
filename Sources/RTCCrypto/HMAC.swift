// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import COpenSSL

/// Keyed digests ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)).
public enum HMAC {
    /// HMAC-SHA1 of `message`: 20 bytes.
    public static func sha1(key: [UInt8], message: RawSpan) -> [UInt8] {
        var length: UInt32 = 20
        var digest = [UInt8](repeating: 0, count: 20)
        let result = key.withUnsafeBytes { key in
            message.withUnsafeBytes { message in
                COpenSSL.HMAC(
                    EVP_sha1(), key.baseAddress, Int32(key.count),
                    message.baseAddress?.assumingMemoryBound(to: UInt8.self), message.count, &digest, &length)
            }
        }
        precondition(result != nil, "OpenSSL offers SHA-1 in every configuration that we support")
        return digest
    }
}
