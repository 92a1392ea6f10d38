// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file descriptor that is closed with its last reference.
final class Descriptor: Sendable {
    let number: Int32
    init(_ number: Int32) { self.number = number }
    deinit { close(number) }
}

/// A regular file as it was when it was opened.
package struct OpenFile: Sendable {
    let descriptor: Descriptor
    package let size: Int
    package let modifiedSeconds: Int
    package let modifiedNanoseconds: Int

    init(_ descriptor: Descriptor, _ status: stat) {
        self.descriptor = descriptor
        size = Int(status.st_size)
        #if canImport(Darwin)
            let modified = status.st_mtimespec
        #else
            let modified = status.st_mtim
        #endif
        modifiedSeconds = Int(modified.tv_sec)
        modifiedNanoseconds = Int(modified.tv_nsec)
    }

    /// The entity tag that Galène gives files: size and modification time in nanoseconds, in quotes.
    package var tag: String { "\"\(size)-\(modifiedSeconds &* 1_000_000_000 &+ modifiedNanoseconds)\"" }

    /// At most `count` bytes from `offset`; `nil` on an error. Fewer when the file has become shorter.
    package func read(at offset: Int, count: Int) -> [UInt8]? {
        var result = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let length = result.withUnsafeMutableBytes { buffer in
                pread(descriptor.number, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(offset + filled))
            }
            if length < 0 && errno == EINTR { continue }
            guard length >= 0 else { return nil }
            if length == 0 { break }
            filled += length
        }
        result.removeLast(count - filled)
        return result
    }
}
