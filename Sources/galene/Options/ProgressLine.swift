// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Synchronization

/// Says on standard error what is going on: on a terminal in one line that is written over and over, elsewhere in a line for
/// each phase.
final class ProgressLine: Sendable {
    private struct State {
        var phase = ""
        var isShowing = false
    }

    private let errors: LineWriter
    private let columns: @Sendable () -> Int
    private let state = Mutex(State())

    init(_ console: Console) {
        errors = console.errors
        columns = console.columns
    }

    /// - Parameters:
    ///   - phase: told everywhere.
    ///   - details: what changes while it lasts; told on terminals.
    func show(_ phase: String, _ details: String? = nil) {
        guard errors.isTerminal else {
            let isNew = state.withLock { state in
                defer { state.phase = phase }
                return state.phase != phase
            }
            if isNew { try? errors.line(TerminalText.printable(phase)) }
            return
        }
        draw(details.map { "\(phase): \($0)" } ?? phase)
    }

    /// What is worth a look, and nothing to those who read a file of it later.
    func update(_ text: String) {
        if errors.isTerminal { draw(text) }
    }

    /// A line that stays.
    func say(_ text: String) throws(CommandError) {
        try state.withLock { state throws(CommandError) in
            try errors.line(Self.erasing(&state) + TerminalText.printable(text))
        }
    }

    /// Leaves the line empty for what is printed next.
    func clear() throws(CommandError) {
        try state.withLock { state throws(CommandError) in
            let text = Self.erasing(&state)
            if !text.isEmpty { try errors.raw(text) }
        }
    }

    /// To the line's beginning, and nothing behind it (ECMA-48 8.3.41).
    private static func erasing(_ state: inout State) -> String {
        defer { state.isShowing = false }
        return state.isShowing ? "\r\u{1b}[K" : ""
    }

    private func draw(_ text: String) {
        // A line that wraps could not be written over.
        let line = TerminalText.fitted(TerminalText.printable(text), columns: max(0, columns() - 1))
        state.withLock { state in
            state.isShowing = true
            // Whoever hides standard error wants no progress.
            try? errors.raw("\r\u{1b}[K\(line)")
        }
    }
}
