// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation

/// What a test tells one of its programs, line by line.
public enum StandardInput {
    /// Until the end of the input. Read on a thread of its own; to be asked for once.
    public static var lines: AsyncStream<String> {
        AsyncStream { lines in
            Thread.detachNewThread {
                while let line = readLine() { lines.yield(line) }
                lines.finish()
            }
        }
    }

    /// The lines, each as JSON. One that is none ends the program: the test is wrong.
    public static func commands<Command: Decodable & Sendable>(
        _ type: Command.Type
    ) -> AsyncMapSequence<AsyncStream<String>, Command> {
        lines.map { line in
            guard let command = try? JSONDecoder().decode(Command.self, from: Data(line.utf8)) else {
                fatalError("no command: \(line)")
            }
            return command
        }
    }
}
