// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation

@testable import galene

/// A terminal of the system, and who sits at it.
final class PseudoTerminal: Sendable {
    private let person: Int32
    /// For the program.
    let descriptor: Int32
    let path: String

    init() throws {
        person = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (isLocked, number) = (CInt(0), CInt(0))
        // Unlocked, and which it is: TIOCSPTLCK and TIOCGPTN, which Swift does not see (asm-generic/ioctls.h).
        guard person >= 0, ioctl(person, 0x4004_5431, &isLocked) == 0, ioctl(person, 0x8004_5430, &number) == 0 else {
            throw CommandError(.failed, "there is no pseudo terminal")
        }
        path = "/dev/pts/\(number)"
        descriptor = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CommandError(.failed, "the pseudo terminal cannot be opened") }
    }

    deinit {
        close(descriptor)
        close(person)
    }

    func type(_ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { write(person, $0.baseAddress, $0.count) }
    }

    /// Whether what is typed is shown by the terminal itself.
    var echoes: Bool {
        var attributes = termios()
        tcgetattr(descriptor, &attributes)
        return attributes.c_lflag & tcflag_t(ECHO) != 0
    }

    /// What the program writes next.
    ///
    /// - Returns: empty when nothing has come for so long.
    func read(within milliseconds: Int32 = 10_000) -> String {
        var ready = pollfd(fd: person, events: Int16(POLLIN), revents: 0)
        var buffer = [UInt8](repeating: 0, count: 4096)
        guard poll(&ready, 1, milliseconds) == 1 else { return "" }
        let count = Foundation.read(person, &buffer, buffer.count)
        return String(decoding: buffer[..<max(0, count)], as: UTF8.self)
    }

    /// Reads until something is there, or nothing comes any more.
    func shows(_ text: String) async -> Bool {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in
                var seen = ""
                while !seen.contains(text) {
                    let more = read()
                    guard !more.isEmpty else { return continuation.resume(returning: false) }
                    seen += more
                }
                continuation.resume(returning: true)
            }
        }
    }
}
