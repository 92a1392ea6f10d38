// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import Synchronization

/// Says on standard error what is going on: on a terminal in one line that is written over and over, elsewhere in a line
/// for each phase, which is what stands before the colon.
final class ProgressLine: Sendable {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let phase = Mutex("")

    func show(_ line: String) {
        if isTerminal {
            // A line that wraps could not be written over.
            write("\r\u{1b}[K\(line.prefix(Self.columns() - 1))")
        } else {
            let next = String(line.prefix { $0 != ":" })
            let isNew = phase.withLock { phase in
                defer { phase = next }
                return phase != next
            }
            if isNew { write(next + "\n") }
        }
    }

    /// Leaves the line empty for what is printed next.
    func clear() {
        if isTerminal { write("\r\u{1b}[K") }
    }

    /// Of the terminal, as it is now; 80 where it does not say.
    private static func columns() -> Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else { return 80 }
        return Int(size.ws_col)
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
