// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import COpenSSL

/// AES in counter mode with a key of 128 bits, which is both directions at once. Nothing is allocated per message.
///
/// It authenticates nothing: what it decrypts must have been verified before.
public struct AESCTR128: ~Copyable {
    private var context: CipherContext

    /// - Parameter key: 16 bytes.
    public init(key: [UInt8]) throws(CipherError) {
        context = try CipherContext(EVP_aes_128_ctr(), key: key, isEncrypting: true)
    }

    /// Combines `input` with the key stream that begins at a counter block.
    ///
    /// - Parameters:
    ///   - counter: the first block, 16 bytes; it counts up as one big-endian number.
    ///   - input: may begin at `output` itself (in place), but not overlap it otherwise.
    ///   - output: room for `input.count` bytes.
    /// - Returns: false when the library refused.
    public mutating func apply(
        counter: UnsafeRawPointer, to input: UnsafeRawBufferPointer, into output: UnsafeMutableRawPointer
    ) -> Bool {
        context.restart(counter) && context.update(output, input)
    }
}
