// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Why a file or a folder cannot be used.
package enum FileFailure: Error, Equatable, CustomStringConvertible {
    case missing
    /// Anything else, in words.
    case unusable(String)

    package var description: String {
        switch self {
        case .missing: "does not exist"
        case .unusable(let reason): reason
        }
    }

    static var last: FileFailure {
        errno == ENOENT || errno == ENOTDIR ? .missing : .unusable(String(cString: strerror(errno)))
    }
}

/// Reads files of the administrator's as a whole.
package enum FileContents {
    package static func read(_ path: String, limit: Int) throws(FileFailure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .last }
        let owner = Descriptor(descriptor)
        var status = stat()
        guard fstat(owner.number, &status) == 0 else { throw .last }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .unusable("is not a regular file") }
        guard Int(status.st_size) <= limit else { throw .unusable("is larger than \(limit) bytes") }
        guard let bytes = OpenFile(owner, status).read(at: 0, count: Int(status.st_size)) else { throw .last }
        return bytes
    }
}
