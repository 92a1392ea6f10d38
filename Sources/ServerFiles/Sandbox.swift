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
package final class Sandbox: Sendable {
    package enum Entry {
        case file(OpenFile)
        case directory
    }

    /// A longer chain of links is a loop.
    package static let maximumLinks = 8
    /// Segments of a path after its links are resolved; deeper trees than this are mistakes.
    package static let maximumDepth = 32

    private let root: Int32

    /// - Throws: when the folder cannot be opened.
    package init(path: String) throws(FileFailure) {
        root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard root >= 0 else { throw .last }
    }

    deinit { close(root) }

    /// What a path designates; `nil` when there is nothing, or nothing that may be served.
    package func entry(at path: String) -> Entry? {
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
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlinkat(parent, name, &buffer, buffer.count)
        guard length > 0, length < buffer.count else { return nil }
        return String(validating: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
