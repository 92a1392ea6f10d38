// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import COpenSSL

/// A keyed cipher of the library, freed with its only owner.
///
/// It is keyed once: setting the key costs a third of the encryption of a packet, setting the IV alone 40 ns.
struct CipherContext: ~Copyable {
    let pointer: OpaquePointer

    init(_ cipher: OpaquePointer?, key: [UInt8], isEncrypting: Bool) throws(CipherError) {
        guard key.count == 16 else { throw .keyLengthInvalid }
        guard let pointer = EVP_CIPHER_CTX_new() else { throw .libraryRefused }
        guard EVP_CipherInit_ex(pointer, cipher, nil, key, nil, isEncrypting ? 1 : 0) == 1 else {
            EVP_CIPHER_CTX_free(pointer)
            throw .libraryRefused
        }
        self.pointer = pointer
    }

    deinit { EVP_CIPHER_CTX_free(pointer) }

    /// Starts a message: the key stays, the IV is new.
    func restart(_ iv: UnsafeRawPointer) -> Bool {
        // -1: the direction stays as it is.
        EVP_CipherInit_ex(pointer, nil, nil, nil, iv.assumingMemoryBound(to: UInt8.self), -1) == 1
    }

    func authenticate(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard !bytes.isEmpty else { return true }
        return update(nil, bytes)
    }

    func update(_ output: UnsafeMutableRawPointer?, _ input: UnsafeRawBufferPointer) -> Bool {
        guard let base = input.baseAddress, let count = Int32(exactly: input.count), count > 0 else {
            return input.isEmpty
        }
        var written: Int32 = 0
        let status = EVP_CipherUpdate(
            pointer, output?.assumingMemoryBound(to: UInt8.self), &written, base.assumingMemoryBound(to: UInt8.self),
            count)
        return status == 1 && written == count
    }

    func finish(_ output: UnsafeMutableRawPointer) -> Bool {
        var written: Int32 = 0
        return EVP_CipherFinal_ex(pointer, output.assumingMemoryBound(to: UInt8.self), &written) == 1
    }
}
