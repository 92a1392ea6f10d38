// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation

/// Asks on the terminal, whatever standard input and output are, and shows nothing of what is typed. Unlike getpass(3) it
/// can be interrupted.
enum PasswordPrompt {
    /// Bytes of a line that is longer than any password.
    private static let maximumLength = 1024

    static func ask(_ prompt: String) throws(CommandError) -> String {
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
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
        tcsetattr(terminal, TCSAFLUSH, &quiet)
        defer { tcsetattr(terminal, TCSAFLUSH, &before) }
        say(prompt, terminal)
        defer { say("\n", terminal) }
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while true {
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

    private static func say(_ text: String, _ terminal: Int32) {
        _ = Array(text.utf8).withUnsafeBytes { write(terminal, $0.baseAddress, $0.count) }
    }
}
