// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import GaleneProtocol
import MediaIO
import RTCBase

/// What happened in a recorded meeting, and when: a file of lines of JSON beside those of the streams, so that they can be
/// put together later. docs/galene/record.md describes it.
///
/// Each line is in the file, whole, when ``write(_:_:at:)`` returns.
actor Timeline {
    /// Of the format; another number where a reader of this one would go wrong.
    static let version: Int64 = 1

    nonisolated let queue = WriterQueue()
    nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }
    nonisolated let path: String

    private let descriptor: CInt
    private let wallClock: WallClock
    /// Zero of all `at`.
    nonisolated let start: Instant
    private var size: off_t = 0

    /// Names that are tried.
    private static let maximumNumber = 1000

    /// Makes the file, which no other file gives way to.
    ///
    /// - Throws: ``MediaError``.
    init(directory: String, start: Instant, wallClock: WallClock) throws(MediaError) {
        self.start = start
        self.wallClock = wallClock
        let stem = RecordingName.stem(["timeline"], unixNanoseconds: wallClock.unixNanoseconds(at: start))
        for number in 0..<Self.maximumNumber {
            let path = "\(directory)/\(stem)\(number == 0 ? "" : " (\(number))").jsonl"
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            if descriptor >= 0 {
                self.path = path
                self.descriptor = descriptor
                return
            }
            guard errno == EEXIST else { throw MediaError(system: errno, "no file can be made in \(directory)") }
        }
        throw MediaError(.failed, "there are too many files named \(stem) in \(directory)")
    }

    deinit { close(descriptor) }

    /// Writes a line.
    ///
    /// - Throws: ``MediaError``; the file ends with a whole line all the same.
    func write(_ event: String, _ members: [String: JSONValue] = [:], at moment: Instant) throws(MediaError) {
        var members = members
        members["event"] = .string(event)
        members["at"] = .number((Double((moment - start).wholeNanoseconds / 1_000_000)) / 1000)
        let nanoseconds = wallClock.unixNanoseconds(at: moment)
        members["time"] = .string(Timestamp(unixMilliseconds: nanoseconds / 1_000_000).text)
        let line = JSONValue.object(members).encoded() + [UInt8(ascii: "\n")]
        var done = 0
        while done < line.count {
            let result = line.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress! + done, $0.count - done)
            }
            if result < 0, errno == EINTR { continue }
            guard result > 0 else {
                let reason = result < 0 ? errno : ENOSPC
                ftruncate(descriptor, size)
                lseek(descriptor, size, SEEK_SET)
                throw MediaError(system: reason, "\(path) cannot be written any further")
            }
            done += result
        }
        size += off_t(line.count)
    }
}
