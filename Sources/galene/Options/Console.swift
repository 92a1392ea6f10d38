// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation

/// What a command has around it: where it writes, what it is asked by, how wide that is. Others in tests.
struct Console: Sendable {
    var output: LineWriter
    var errors: LineWriter
    /// Of the terminal on standard error, where progress is drawn.
    var columns: @Sendable () -> Int
    /// The same.
    var rows: @Sendable () -> Int = { defaultRows }
    /// Lines that are typed, or come through a pipe.
    var input: @Sendable () -> AsyncStream<String>
    /// Whether somebody can answer.
    var canAsk: Bool
    var environment: [String: String]

    static let standard = Console(
        output: .standardOutput, errors: .standardError,
        columns: { terminalSize(STDERR_FILENO)?.columns ?? 80 },
        rows: { terminalSize(STDERR_FILENO)?.rows ?? defaultRows },
        input: { StandardInputLines.stream }, canAsk: isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1,
        environment: ProcessInfo.processInfo.environment)

    /// As the first terminals had them: 80 by 24 where nobody says it.
    private static let defaultRows = 24

    private static func terminalSize(_ descriptor: Int32) -> (columns: Int, rows: Int)? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }
}
