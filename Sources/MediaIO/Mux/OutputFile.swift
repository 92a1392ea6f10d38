// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLibAV
import Foundation

/// A new file that libavformat writes to, with the first error that the system had about it: libavformat keeps its own
/// word for it, which is not always the same.
final class OutputFile {
    let path: String
    private var descriptor: CInt
    private var position: Int64 = 0
    /// Bytes that it has.
    private(set) var size: Int64 = 0
    /// Of the first write that failed; 0 for none. Nothing is written any more then.
    private(set) var failure: CInt = 0

    /// Names that are tried: whoever has so many files of one name gets an error.
    private static let maximumNumber = 1000
    /// Owner only: it shows people.
    private static let mode: mode_t = 0o600

    /// Makes a file that was not there: `NAME.webm`, or else `NAME (1).webm`, …
    ///
    /// - Parameter name: one part of a path, not empty.
    init(directory: String, name: String, fileExtension: String) throws(MediaError) {
        // What leads out of the directory must never be opened, whoever calls.
        guard !name.isEmpty, !name.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == 0 }) else {
            throw MediaError(.notAllowed, "\"\(name)\" is no name of a file")
        }
        for number in 0..<Self.maximumNumber {
            let path = "\(directory)/\(name)\(number == 0 ? "" : " (\(number))").\(fileExtension)"
            descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, Self.mode)
            if descriptor >= 0 {
                self.path = path
                return
            }
            guard errno == EEXIST else {
                throw MediaError(system: errno, "no file can be made in \(directory)")
            }
        }
        throw MediaError(.failed, "there are too many files named \(name) in \(directory)")
    }

    deinit { close() }

    /// - Returns: as libavformat wants it: the bytes written, or a negative error.
    func write(_ bytes: UnsafeRawPointer, _ count: Int) -> CInt {
        guard failure == 0 else { return -failure }
        var done = 0
        while done < count {
            let result = pwrite(descriptor, bytes + done, count - done, off_t(position))
            if result < 0, errno == EINTR { continue }
            guard result > 0 else {
                // A kernel that writes nothing, and says nothing about it, has no room.
                failure = result < 0 ? errno : ENOSPC
                return -failure
            }
            done += result
            position += Int64(result)
            size = max(size, position)
        }
        return CInt(clamping: count)
    }

    /// - Returns: as libavformat wants it: the new position, the size, or a negative error.
    func seek(_ offset: Int64, _ whence: CInt) -> Int64 {
        // AVSEEK_FORCE may be added to any of them.
        switch whence & ~AVSEEK_FORCE {
        case AVSEEK_SIZE: return size
        case SEEK_SET: position = offset
        case SEEK_CUR: position += offset
        case SEEK_END: position = size + offset
        default: return Int64(-EINVAL)
        }
        return position
    }

    /// Cuts off what is behind, after a failure.
    func truncate(to size: Int64) {
        guard descriptor >= 0, ftruncate(descriptor, off_t(size)) == 0 else { return }
        self.size = size
    }

    /// Leaves nothing behind.
    func remove() {
        unlink(path)
        close()
    }

    func close() {
        guard descriptor >= 0 else { return }
        Foundation.close(descriptor)
        descriptor = -1
    }
}

extension MediaError {
    /// What the system's error number means for a file.
    ///
    /// - Parameters:
    ///   - system: as in `errno`.
    ///   - what: could not be done; the reason follows behind a colon.
    package init(system number: CInt, _ what: String) {
        switch number {
        case ENOSPC, EDQUOT: self.init(.noSpace, "\(what): the disk is full")
        case ENOENT: self.init(.notFound, "\(what): there is no such directory")
        case EACCES, EPERM, EROFS: self.init(.notAllowed, "\(what): \(String(cString: strerror(number)))")
        default: self.init(.failed, "\(what): \(String(cString: strerror(number)))")
        }
    }
}
