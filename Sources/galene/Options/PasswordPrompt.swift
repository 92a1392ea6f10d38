// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import Synchronization

/// Asks on the terminal, whatever standard input and output are, and shows nothing of what is typed. Unlike getpass(3) it
/// can be interrupted.
enum PasswordPrompt {
    /// Bytes of a line that is longer than any password.
    private static let maximumLength = 1024
    /// So often it is looked whether an answer is still wanted, in milliseconds.
    private static let patience: CInt = 100
    /// The terminal that shows nothing now, and what it was like. There is one.
    private static let quieted = Mutex<(terminal: CInt, before: termios)?>(nil)

    /// Waits, and holds up the task that waits, until something was typed or the task is cancelled.
    ///
    /// - Parameter path: the terminal.
    static func ask(_ prompt: String, on path: String = "/dev/tty") throws(CommandError) -> String {
        let terminal = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY)
        guard terminal >= 0 else {
            throw CommandError(
                .usage, "there is no terminal to ask on: set GALENE_PASSWORD, or use --password-file")
        }
        defer { close(terminal) }
        var before = termios()
        guard tcgetattr(terminal, &before) == 0 else {
            throw CommandError(.failed, "the terminal cannot be asked: \(String(cString: strerror(errno)))")
        }
        var quiet = before
        // Signals are keys here, so that the terminal is as it was whatever is pressed.
        quiet.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        quieted.withLock { $0 = (terminal, before) }
        tcsetattr(terminal, TCSAFLUSH, &quiet)
        defer { restore() }
        say(prompt, terminal)
        defer { say("\n", terminal) }
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            guard !Task.isCancelled else { throw CommandError(.interrupted(signal: SIGINT), "interrupted") }
            var ready = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
            guard poll(&ready, 1, patience) > 0 else { continue }
            let result = read(terminal, &byte, 1)
            if result < 0, errno == EINTR { continue }
            guard result > 0 else { throw CommandError(.failed, "the terminal is gone") }
            switch byte {
            case 0x03, 0x1c: throw CommandError(.interrupted(signal: SIGINT), "interrupted")
            case 0x04 where bytes.isEmpty: throw CommandError(.interrupted(signal: SIGINT), "no password was typed")
            case 0x0a, 0x0d: return String(decoding: bytes, as: UTF8.self)
            case 0x08, 0x7f:
                // The whole of a letter of several bytes.
                while let last = bytes.popLast(), last & 0xc0 == 0x80 {}
            case 0x15: bytes = []
            default: if bytes.count < maximumLength { bytes.append(byte) }
            }
        }
    }

    /// Makes the terminal what it was, if it is being asked on: also for who ends the process at once.
    static func restore() {
        quieted.withLock { quieted in
            guard let (terminal, attributes) = quieted else { return }
            var before = attributes
            // As TCSAFLUSH, but at once: output may be stopped (Ctrl-S).
            tcflush(terminal, TCIFLUSH)
            tcsetattr(terminal, TCSANOW, &before)
            quieted = nil
        }
    }

    private static func say(_ text: String, _ terminal: Int32) {
        _ = Array(text.utf8).withUnsafeBytes { write(terminal, $0.baseAddress, $0.count) }
    }
}
