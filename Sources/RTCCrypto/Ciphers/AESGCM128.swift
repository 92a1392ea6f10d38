// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import COpenSSL

/// The numbers of AES-GCM with a key of 128 bits.
///
/// [RFC 5116 section 5.1](https://www.rfc-editor.org/rfc/rfc5116#section-5.1).
public enum AESGCM128 {
    public static let keyLength = 16
    public static let nonceLength = 12
    public static let tagLength = 16
}

/// Encrypts and authenticates with one key. Nothing is allocated per message.
///
/// The caller owes a nonce that it never uses twice: two messages with one nonce give away the authentication key.
public struct AESGCM128Sealer: ~Copyable {
    private var context: CipherContext

    /// - Parameter key: 16 bytes.
    public init(key: [UInt8]) throws(CipherError) {
        context = try CipherContext(EVP_aes_128_gcm(), key: key, isEncrypting: true)
    }

    /// Writes the ciphertext and behind it the 16 bytes of tag.
    ///
    /// - Parameters:
    ///   - nonce: 12 bytes.
    ///   - associatedData: what is authenticated but not encrypted.
    ///   - trailer: more of that, as if it followed `associatedData` directly.
    ///   - plaintext: may begin at `output` itself (in place), but not overlap it otherwise.
    ///   - output: room for `plaintext.count` + 16 bytes.
    /// - Returns: false when the library refused; what `output` holds is then not to be sent.
    public mutating func seal(
        nonce: UnsafeRawPointer, associatedData: UnsafeRawBufferPointer,
        trailer: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0),
        plaintext: UnsafeRawBufferPointer, into output: UnsafeMutableRawPointer
    ) -> Bool {
        let tag = output + plaintext.count
        guard context.restart(nonce), context.authenticate(associatedData), context.authenticate(trailer),
            context.update(output, plaintext), context.finish(tag)
        else { return false }
        return EVP_CIPHER_CTX_ctrl(context.pointer, EVP_CTRL_AEAD_GET_TAG, Int32(AESGCM128.tagLength), tag) == 1
    }
}

/// Decrypts and verifies with one key. Nothing is allocated per message.
public struct AESGCM128Opener: ~Copyable {
    private var context: CipherContext

    /// - Parameter key: 16 bytes.
    public init(key: [UInt8]) throws(CipherError) {
        context = try CipherContext(EVP_aes_128_gcm(), key: key, isEncrypting: false)
    }

    /// Writes the plaintext, and says whether it may be believed.
    ///
    /// - Important: The output is written before the tag is known to be good. After `false` it holds bytes that an
    ///   attacker chose: use a place whose contents are then forgotten.
    ///
    /// - Parameters:
    ///   - nonce: 12 bytes.
    ///   - associatedData: what is authenticated but not encrypted.
    ///   - trailer: more of that, as if it followed `associatedData` directly.
    ///   - ciphertext: without its tag.
    ///   - tag: 16 bytes.
    ///   - output: room for `ciphertext.count` bytes.
    public mutating func open(
        nonce: UnsafeRawPointer, associatedData: UnsafeRawBufferPointer,
        trailer: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0),
        ciphertext: UnsafeRawBufferPointer, tag: UnsafeRawPointer, into output: UnsafeMutableRawPointer
    ) -> Bool {
        // The library copies the tag; its parameter is not const only because other controls write through it.
        let copied = UnsafeMutableRawPointer(mutating: tag)
        if context.restart(nonce), context.authenticate(associatedData), context.authenticate(trailer),
            context.update(output, ciphertext),
            EVP_CIPHER_CTX_ctrl(context.pointer, EVP_CTRL_AEAD_SET_TAG, Int32(AESGCM128.tagLength), copied) == 1,
            context.finish(output + ciphertext.count)
        {
            return true
        }
        // OpenSSL 3.0 leaves nothing in the thread's error queue at a bad tag, but does not promise it; the next call
        // into DTLS on this thread would take what is there for its own failure.
        ERR_clear_error()
        return false
    }
}
