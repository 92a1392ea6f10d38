// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import GaleneProtocol
import Synchronization

@testable import galene

/// What a command under test prints, and what it is typed.
final class TestConsole: Sendable {
    private let printed = Mutex("")
    private let complained = Mutex("")
    private let typed: [String]
    private let isTerminal: Bool
    private let environment: [String: String]
    /// Standard output is closed after so many lines.
    private let readLines: Int?

    init(
        typed: [String] = [], isTerminal: Bool = false, environment: [String: String] = [:], readLines: Int? = nil
    ) {
        self.typed = typed
        self.isTerminal = isTerminal
        self.environment = environment
        self.readLines = readLines
    }

    var output: String { printed.withLock(\.self) }
    var errors: String { complained.withLock(\.self) }
    var lines: [String] { output.split(separator: "\n").map(String.init) }
    var objects: [[String: JSONValue]] {
        get throws { try lines.map { try JSONValue(parsing: $0).objectValue ?? [:] } }
    }

    var console: Console {
        Console(
            output: LineWriter(isTerminal: isTerminal) { [self] bytes throws(CommandError) in
                let isRead = printed.withLock { text in
                    guard readLines.map({ text.count(where: \.isNewline) < $0 }) ?? true else { return false }
                    text += String(decoding: bytes, as: UTF8.self)
                    return true
                }
                guard isRead else { throw CommandError(.outputClosed, "") }
            },
            errors: LineWriter(isTerminal: isTerminal) { [self] bytes throws(CommandError) in
                complained.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
            }, columns: { 80 },
            input: { [typed] in
                AsyncStream { continuation in
                    for line in typed { continuation.yield(line) }
                    continuation.finish()
                }
            }, canAsk: isTerminal, environment: environment)
    }
}

/// A command line, as a shell hands it over.
func parse<C: ParsableCommand>(_ arguments: String..., as type: C.Type = C.self) throws -> C {
    guard let command = try GaleneCommand.parseAsRoot(arguments) as? C else {
        throw CommandError(.usage, "\(arguments) is another command")
    }
    return command
}

extension Interruption {
    /// By hand.
    static func none() -> Interruption { Interruption(signals: []) }
}
