// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import COpenSSL

/// The hash function that STUN's MESSAGE-INTEGRITY and WebSocket's handshake are defined with. Not for signatures.
public enum SHA1 {
    public static let digestLength = 20

    /// The digest of `message`, 20 bytes.
    public static func digest(_ message: RawSpan) -> [UInt8] {
        RTCCrypto.digest(message, EVP_sha1(), length: digestLength)
    }

    public static func digest(_ message: [UInt8]) -> [UInt8] { digest(message.span.bytes) }
}

public enum SHA256 {
    public static let digestLength = 32

    /// The digest of `message`, 32 bytes.
    public static func digest(_ message: RawSpan) -> [UInt8] {
        RTCCrypto.digest(message, EVP_sha256(), length: digestLength)
    }

    public static func digest(_ message: [UInt8]) -> [UInt8] { digest(message.span.bytes) }
}

/// The hash function that the key of STUN's long-term credentials is defined with (RFC 8489 section 9.2.2). For nothing else.
public enum MD5 {
    public static let digestLength = 16

    /// The digest of `message`, 16 bytes.
    public static func digest(_ message: RawSpan) -> [UInt8] {
        RTCCrypto.digest(message, EVP_md5(), length: digestLength)
    }

    public static func digest(_ message: [UInt8]) -> [UInt8] { digest(message.span.bytes) }
}

func digest(_ message: RawSpan, _ function: OpaquePointer?, length: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: length) { output, count in
        let succeeded = message.withUnsafeBytes {
            EVP_Digest($0.baseAddress, $0.count, output.baseAddress, nil, function, nil)
        }
        // Every hash function that is asked for here is part of OpenSSL's default provider: only memory can run out.
        precondition(succeeded == 1, "a digest failed: \(takeOpenSSLReason())")
        count = length
    }
}
