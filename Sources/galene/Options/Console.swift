// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation

/// What a command has around it: where it writes, what it is asked by, how wide that is. Others in tests.
struct Console: Sendable {
    var output: LineWriter
    var errors: LineWriter
    /// Of the terminal on standard error, where progress is drawn.
    var columns: @Sendable () -> Int
    /// Lines that are typed, or come through a pipe.
    var input: @Sendable () -> AsyncStream<String>
    /// Whether somebody can answer.
    var canAsk: Bool
    var environment: [String: String]

    static let standard = Console(
        output: .standardOutput, errors: .standardError, columns: { terminalColumns(STDERR_FILENO) },
        input: { StandardInputLines.stream }, canAsk: isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1,
        environment: ProcessInfo.processInfo.environment)

    /// 80 where nobody says it.
    private static func terminalColumns(_ descriptor: Int32) -> Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
