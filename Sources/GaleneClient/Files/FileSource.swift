// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import NIOCore
import NIOPosix

/// A file that is being read, piece by piece, off every event loop.
final class FileSource: Sendable {
    let size: Int64
    private let descriptor: CInt

    /// - Throws: ``ServerConnectionError`` for what is no readable regular file.
    static func open(_ path: String) async throws -> FileSource {
        try await NIOThreadPool.singleton.runIfActive { try FileSource(path: path) }
    }

    private init(path: String) throws {
        // Without waiting for somebody to write, should it be a pipe.
        descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw ServerConnectionError(.invalidArgument, "\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            Foundation.close(descriptor)
            throw ServerConnectionError(.invalidArgument, "\(path) is not a file")
        }
        size = Int64(status.st_size)
    }

    deinit { Foundation.close(descriptor) }

    /// - Returns: fewer bytes than asked for at the end of the file only.
    func read(_ count: Int, at offset: Int64) async throws -> [UInt8] {
        try await NIOThreadPool.singleton.runIfActive { [self] in
            var bytes = [UInt8](repeating: 0, count: count)
            var done = 0
            while done < count {
                let result = bytes.withUnsafeMutableBytes {
                    pread(descriptor, $0.baseAddress! + done, count - done, off_t(offset) + off_t(done))
                }
                if result < 0, errno == EINTR { continue }
                guard result >= 0 else {
                    throw ServerConnectionError(
                        .media, "the file cannot be read any more: \(String(cString: strerror(errno)))")
                }
                if result == 0 { break }
                done += result
            }
            return Array(bytes.prefix(done))
        }
    }
}
