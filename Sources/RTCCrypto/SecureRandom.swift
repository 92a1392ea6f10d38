// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import COpenSSL

/// OpenSSL's generator, which is seeded by the operating system: for keys, passwords, identifiers.
///
/// When the operating system cannot supply entropy the program ends: no caller could go on safely, and none could tell
/// weak numbers from good ones.
public struct SecureRandom: RandomNumberGenerator, Sendable {
    public init() {}

    public mutating func next() -> UInt64 {
        var value: UInt64 = 0
        withUnsafeMutableBytes(of: &value) { Self.fill($0) }
        return value
    }

    /// `count` random bytes.
    public static func bytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        bytes.withUnsafeMutableBytes { fill($0) }
        return bytes
    }

    private static func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        guard !buffer.isEmpty else { return }
        let succeeded = buffer.withMemoryRebound(to: UInt8.self) { RAND_bytes($0.baseAddress, Int32($0.count)) }
        precondition(succeeded == 1, "the system's random generator failed: \(takeOpenSSLReason())")
    }
}
