// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CCrypt
import RTCCrypto

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// bcrypt as computed by the system's libcrypt.
enum Bcrypt {
    /// Each step doubles the time: 16 takes some seconds. A file that asks for more would be a way to stop the server.
    static let maximumCost = 16
    /// What the algorithm looks at; the rest of a longer password has never counted.
    private static let maximumLength = 72

    /// The cost that a hash of the form `$2a$08$…` names; `nil` for anything else, or a cost that is never paid here.
    static func cost(of hash: String) -> Int? {
        let bytes = Array(hash.utf8)
        guard bytes.count == 60, bytes.starts(with: "$2".utf8), "aby".utf8.contains(bytes[2]),
            bytes[3] == UInt8(ascii: "$"), bytes[6] == UInt8(ascii: "$"),
            bytes[4...5].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        let cost = Int(bytes[4] - UInt8(ascii: "0")) * 10 + Int(bytes[5] - UInt8(ascii: "0"))
        return (4...maximumCost).contains(cost) ? cost : nil
    }

    /// Whether a password has this hash. Takes as long as the hash's cost says.
    static func matches(_ password: String, _ hash: String) -> Bool {
        guard cost(of: hash) != nil else { return false }
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
