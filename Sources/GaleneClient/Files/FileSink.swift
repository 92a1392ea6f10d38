// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A file that is being written without a name, and gets its name when it is whole: nobody ever sees half a file under the
/// name of a whole one, no file that was there is overwritten, and of a process that is killed nothing is left. Where a file
/// system or a kernel has no files without a name, it bears a hidden one of its own, which only a killed process leaves
/// behind. Everything happens off the event loops.
final class FileSink: Sendable {
    private let directory: String
    private let name: String
    private let partial: Partial
    private let descriptor: CInt
    /// Names that are tried: whoever has so many files of one name gets an error.
    private static let maximumNumber = 1000
    /// After so many bytes they are brought onto the disk, so that the end of a large file does not take minutes, in which
    /// the other side would see nothing move.
    private static let bytesBetweenFlushes = 64 << 20
    private let unflushed = Mutex(0)

    /// How a file is called until it is whole.
    private enum Partial {
        case nameless
        case hidden(path: String)
    }

    private init(directory: String, name: String, partial: Partial, descriptor: CInt) {
        self.directory = directory
        self.name = name
        self.partial = partial
        self.descriptor = descriptor
    }

    deinit { Foundation.close(descriptor) }

    /// - Parameters:
    ///   - name: as it came; it is cleaned here.
    ///   - mayBeNameless: off where a test wants the way of other file systems.
    /// - Throws: ``ServerConnectionError``.
    static func create(in directory: String, name: String, mayBeNameless: Bool = true) async throws -> FileSink {
        let name = FileName.sanitized(name)
        // What leads out of the directory must never come out of it.
        guard !name.utf8.contains(UInt8(ascii: "/")), !["", ".", ".."].contains(name) else {
            throw ServerConnectionError(.invalidArgument, "the file has no name that could be used")
        }
        return try await NIOThreadPool.singleton.runIfActive {
            if mayBeNameless, let descriptor = openNameless(in: directory) {
                return FileSink(directory: directory, name: name, partial: .nameless, descriptor: descriptor)
            }
            let path = "\(directory)/.\(RandomID.next()).part"
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            guard descriptor >= 0 else {
                // The other side is told this, and has no business with where it would have been.
                throw ServerConnectionError(.media, "no file can be made: \(String(cString: strerror(errno)))")
            }
            return FileSink(directory: directory, name: name, partial: .hidden(path: path), descriptor: descriptor)
        }
    }

    /// `nil` where there is no such thing.
    private static func openNameless(in directory: String) -> CInt? {
        #if os(Linux)
            // O_TMPFILE is a macro that Swift does not see: bit 22 of open's flags together with O_DIRECTORY, on every
            // architecture that Swift has (open(2), asm-generic/fcntl.h).
            let descriptor = open(directory, 0o20_000_000 | O_DIRECTORY | O_WRONLY | O_CLOEXEC, 0o666)
            guard descriptor >= 0 else { return nil }
            // Without /proc it could never be given a name.
            if access(descriptorPath(descriptor), F_OK) == 0 { return descriptor }
            Foundation.close(descriptor)
        #endif
        return nil
    }

    /// What a file without a name can be linked by (open(2), O_TMPFILE).
    private static func descriptorPath(_ descriptor: CInt) -> String { "/proc/self/fd/\(descriptor)" }

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
            let isDue = unflushed.withLock { unflushed in
                unflushed += bytes.count
                guard unflushed >= Self.bytesBetweenFlushes else { return false }
                unflushed = 0
                return true
            }
            if isDue { try flush() }
        }
    }

    private func flush() throws {
        guard fsync(descriptor) == 0 else {
            throw ServerConnectionError(.media, "the file cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    /// Gives the file its name; what was written is on the disk then.
    ///
    /// - Returns: its path.
    func finish() async throws -> String {
        try await NIOThreadPool.singleton.runIfActive { [self] in
            try flush()
            for number in 0..<Self.maximumNumber {
                let path = "\(directory)/\(FileName.numbered(name, number))"
                if move(to: path) { return path }
                guard errno == EEXIST else {
                    throw ServerConnectionError(
                        .media, "the file cannot get its name: \(String(cString: strerror(errno)))")
                }
            }
            throw ServerConnectionError(.media, "there are too many files named \(name)")
        }
    }

    /// Unlike a renaming, a link never takes the place of what is there.
    ///
    /// - Returns: `false` with a reason in `errno`.
    private func move(to path: String) -> Bool {
        switch partial {
        case .nameless:
            return linkat(AT_FDCWD, Self.descriptorPath(descriptor), AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0
        case .hidden(let partial):
            if link(partial, path) == 0 {
                unlink(partial)
                return true
            }
            return errno != EEXIST && Self.rename(partial, to: path)
        }
    }

    /// Where a file system has no links, the name is taken by an empty file first, whose place the whole one then takes.
    private static func rename(_ partial: String, to path: String) -> Bool {
        let placeholder = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard placeholder >= 0 else { return false }
        Foundation.close(placeholder)
        if Foundation.rename(partial, path) == 0 { return true }
        let reason = errno
        unlink(path)
        errno = reason
        return false
    }

    /// Leaves nothing behind, soon.
    func discard() {
        if case .hidden(let path) = partial { remove(path) }
    }

    /// Takes back a file that was finished too late.
    func remove(_ path: String) {
        NIOThreadPool.singleton.submit { _ in unlink(path) }
    }
}
