// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import NIOCore
import NIOPosix

/// A file that is being written under a name of its own, and gets its final name when it is whole: nobody ever sees half a
/// file under the name of a whole one, and no file that was there is overwritten. Everything happens off the event loops.
final class FileSink: Sendable {
    private let directory: String
    private let name: String
    private let partialPath: String
    private let descriptor: CInt
    /// Names that are tried: whoever has so many files of one name gets an error.
    private static let maximumNumber = 1000

    private init(directory: String, name: String, partialPath: String, descriptor: CInt) {
        self.directory = directory
        self.name = name
        self.partialPath = partialPath
        self.descriptor = descriptor
    }

    deinit { Foundation.close(descriptor) }

    /// - Parameters:
    ///   - name: as it came; it is cleaned here.
    ///   - size: the bytes that will come, for which room is made at once where the file system can say that it has none.
    /// - Throws: ``ServerConnectionError``.
    static func create(in directory: String, name: String, size: Int64) async throws -> FileSink {
        let name = FileName.sanitized(name)
        return try await NIOThreadPool.singleton.runIfActive {
            let partial = "\(directory)/.\(RandomID.next()).part"
            let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else {
                throw ServerConnectionError(
                    .media, "no file can be made in \(directory): \(String(cString: strerror(errno)))")
            }
            return FileSink(directory: directory, name: name, partialPath: partial, descriptor: descriptor)
        }
    }

    /// - Throws: ``ServerConnectionError``, with the system's word for a full disk.
    func write(_ bytes: [UInt8]) async throws {
        try await NIOThreadPool.singleton.runIfActive { [self] in
            var done = 0
            while done < bytes.count {
                let result = bytes.withUnsafeBytes {
                    Foundation.write(descriptor, $0.baseAddress! + done, bytes.count - done)
                }
                if result < 0, errno == EINTR { continue }
                guard result > 0 else {
                    throw ServerConnectionError(
                        .media, "the file cannot be written: \(String(cString: strerror(errno)))")
                }
                done += result
            }
        }
    }

    /// Gives the file its name; what was written is on the disk then.
    ///
    /// - Returns: its path.
    func finish() async throws -> String {
        try await NIOThreadPool.singleton.runIfActive { [self] in
            guard fsync(descriptor) == 0 else {
                throw ServerConnectionError(.media, "the file cannot be written: \(String(cString: strerror(errno)))")
            }
            for number in 0..<Self.maximumNumber {
                let path = "\(directory)/\(FileName.numbered(name, number))"
                // Unlike a renaming, a link never takes the place of what is there.
                if link(partialPath, path) == 0 {
                    unlink(partialPath)
                    chmod(path, 0o644 & ~Self.mask)
                    return path
                }
                guard errno == EEXIST else {
                    throw ServerConnectionError(
                        .media, "the file cannot get its name: \(String(cString: strerror(errno)))")
                }
            }
            throw ServerConnectionError(.media, "there are too many files named \(name)")
        }
    }

    /// Leaves nothing behind.
    func discard() async {
        _ = try? await NIOThreadPool.singleton.runIfActive { [self] in unlink(partialPath) }
    }

    /// The process's, which can only be read by setting it.
    private static let mask: mode_t = {
        let mask = umask(0o077)
        umask(mask)
        return mask
    }()
}
