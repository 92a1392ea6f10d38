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

    /// - Parameter name: as it came; it is cleaned here.
    /// - Throws: ``ServerConnectionError``.
    static func create(in directory: String, name: String) async throws -> FileSink {
        let name = FileName.sanitized(name)
        // What leads out of the directory must never come out of it.
        guard !name.utf8.contains(UInt8(ascii: "/")), !["", ".", ".."].contains(name) else {
            throw ServerConnectionError(.invalidArgument, "the file has no name that could be used")
        }
        return try await NIOThreadPool.singleton.runIfActive {
            let partial = "\(directory)/.\(RandomID.next()).part"
            let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
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
                if Self.move(partialPath, to: path) { return path }
                guard errno == EEXIST else {
                    throw ServerConnectionError(
                        .media, "the file cannot get its name: \(String(cString: strerror(errno)))")
                }
            }
            throw ServerConnectionError(.media, "there are too many files named \(name)")
        }
    }

    /// Unlike a renaming, a link never takes the place of what is there. Where a file system has no links, the name is taken
    /// by an empty file first, whose place the whole one then takes.
    private static func move(_ partial: String, to path: String) -> Bool {
        if link(partial, path) == 0 {
            unlink(partial)
            return true
        }
        guard errno != EEXIST else { return false }
        let placeholder = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard placeholder >= 0 else { return false }
        Foundation.close(placeholder)
        return rename(partial, path) == 0
    }

    /// Leaves nothing behind, soon.
    func discard() { remove(partialPath) }

    /// Takes back a file that was finished too late.
    func remove(_ path: String) {
        NIOThreadPool.singleton.submit { _ in unlink(path) }
    }
}
