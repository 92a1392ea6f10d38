// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A folder that nothing leads out of: neither `..`, nor an absolute path, nor a symbolic link.
///
/// Every segment is opened by itself, relative to its parent's descriptor and without following links; a link is read and
/// walked like a path, so that it may point to another place inside and to none outside.
final class Sandbox: Sendable {
    enum Entry {
        case file(OpenFile)
        case directory
    }

    /// A longer chain of links is a loop.
    static let maximumLinks = 8
    /// Segments of a path after its links are resolved; deeper trees than this are mistakes.
    static let maximumDepth = 32

    private let root: Int32

    /// - Throws: when the folder cannot be opened.
    init(path: String) throws(StartupError) {
        root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard root >= 0 else { throw StartupError("\(path): \(String(cString: strerror(errno)))") }
    }

    deinit { close(root) }

    /// What a path designates; `nil` when there is nothing, or nothing that may be served.
    func entry(at path: String) -> Entry? {
        var pending = Array(path.split(separator: "/").map(String.init).reversed())
        var parents: [Descriptor] = []
        var links = 0
        var steps = 0
        while let segment = pending.popLast() {
            steps += 1
            guard steps <= Self.maximumDepth * Self.maximumLinks, parents.count < Self.maximumDepth else { return nil }
            if segment == "." { continue }
            if segment == ".." {
                guard parents.popLast() != nil else { return nil }
                continue
            }
            let parent = parents.last?.number ?? root
            // Non-blocking, so that a pipe in the folder does not stop the thread that opens it.
            let number = openat(parent, segment, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
            if number < 0 {
                // ELOOP on Linux and Darwin, EMLINK on some BSDs: it is a symbolic link.
                guard errno == ELOOP || errno == EMLINK else { return nil }
                links += 1
                guard links <= Self.maximumLinks, let target = Self.readLink(segment, in: parent) else { return nil }
                guard !target.hasPrefix("/") else { return nil }
                pending += target.split(separator: "/").map(String.init).reversed()
                continue
            }
            let opened = Descriptor(number)
            var status = stat()
            guard fstat(number, &status) == 0 else { return nil }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: parents.append(opened)
            case S_IFREG where pending.isEmpty: return .file(OpenFile(opened, status))
            default: return nil
            }
        }
        return .directory
    }

    private static func readLink(_ name: String, in parent: Int32) -> String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let length = buffer.withUnsafeMutableBytes {
            readlinkat(parent, name, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
        }
        guard length > 0, length < buffer.count else { return nil }
        return String(validating: buffer[..<length], as: UTF8.self)
    }
}

/// A file descriptor that is closed with its last reference.
final class Descriptor: Sendable {
    let number: Int32
    init(_ number: Int32) { self.number = number }
    deinit { close(number) }
}

/// A regular file as it was when it was opened.
struct OpenFile: Sendable {
    let descriptor: Descriptor
    let size: Int
    let modifiedSeconds: Int
    let modifiedNanoseconds: Int

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
    var tag: String { "\"\(size)-\(modifiedSeconds &* 1_000_000_000 &+ modifiedNanoseconds)\"" }

    /// At most `count` bytes from `offset`; `nil` on an error. Fewer when the file has become shorter.
    func read(at offset: Int, count: Int) -> [UInt8]? {
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
