// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CCrypt
import GaleneProtocol
import RTCCrypto

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// bcrypt as computed by the system's libcrypt.
enum Bcrypt {
    /// What the algorithm looks at; the rest of a longer password has never counted.
    private static let maximumLength = 72

    /// Whether a password has this hash. Takes as long as the hash's cost says.
    static func matches(_ password: String, _ hash: String) -> Bool {
        guard BcryptHash.cost(of: hash) != nil else { return false }
        // A C string ends at the first NUL: what follows must not be what nobody looks at.
        guard !password.utf8.contains(0) else { return false }
        let phrase = password.utf8.prefix(maximumLength).map { CChar(bitPattern: $0) } + [0]
        // The three letters stand for one algorithm. libcrypt's `a` deviates from it for passwords that exploit a
        // mistake of another implementation; its `y` never does.
        let setting = "$2y$" + hash.utf8.dropFirst(4).map { String(UnicodeScalar($0)) }.joined()
        let size = MemoryLayout<crypt_data>.size
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: MemoryLayout<crypt_data>.alignment)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        defer {
            // The password is in there.
            explicit_bzero(memory, size)
            memory.deallocate()
        }
        guard let result = crypt_rn(phrase, setting, memory, CInt(size)) else { return false }
        // The last 31 characters are the hash; those before are its parameters.
        return constantTimeEquals(Array(String(cString: result).utf8.suffix(31)), Array(hash.utf8.suffix(31)))
    }
}
