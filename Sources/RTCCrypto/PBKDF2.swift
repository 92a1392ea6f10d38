// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import COpenSSL

/// Keys from passwords. [RFC 8018 section 5.2](https://www.rfc-editor.org/rfc/rfc8018#section-5.2).
public enum PBKDF2 {
    /// More would keep a core busy for seconds with one password.
    public static let maximumIterations = 10_000_000
    /// Nobody needs a longer key, and the work grows with it.
    public static let maximumLength = 1024

    /// The first `length` bytes of PBKDF2-HMAC-SHA-256.
    ///
    /// - Throws: ``CryptoError/invalidParameter(_:)`` when `iterations` or `length` is not between 1 and its maximum:
    ///   both may come from a file that somebody wrote by hand.
    public static func sha256(
        password: [UInt8], salt: [UInt8], iterations: Int, length: Int
    ) throws(CryptoError) -> [UInt8] {
        guard 1...maximumIterations ~= iterations else {
            throw .invalidParameter("the number of PBKDF2 iterations is not between 1 and \(maximumIterations)")
        }
        guard 1...maximumLength ~= length else {
            throw .invalidParameter("the length of a PBKDF2 key is not between 1 and \(maximumLength) bytes")
        }
        var key = [UInt8](repeating: 0, count: length)
        let succeeded = password.withUnsafeBytes { password in
            password.withMemoryRebound(to: CChar.self) { password in
                PKCS5_PBKDF2_HMAC(
                    password.baseAddress, Int32(password.count), salt, Int32(salt.count), Int32(iterations),
                    EVP_sha256(), Int32(length), &key)
            }
        }
        guard succeeded == 1 else { throw .openSSL(takeOpenSSLReason()) }
        return key
    }
}
