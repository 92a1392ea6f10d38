// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneLoad

/// Why a command ends otherwise than it should. The description is a sentence for whoever started it, and tells what to do
/// where something can be done; nothing of it can do anything to a terminal.
struct CommandError: Error, Sendable, Hashable, CustomStringConvertible {
    enum Kind: Sendable, Hashable {
        /// It began well and broke off.
        case failed
        /// The server could not be reached, or is none.
        case unreachable
        /// The server, or the group, said no.
        case refused
        /// The options make no sense.
        case usage
        /// By a signal, with work left.
        case interrupted(signal: Int32)
        /// Nobody reads what is printed any more, as with `| head`: a quiet end.
        case outputClosed
    }

    let kind: Kind
    let description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = TerminalText.printable(description)
    }

    /// 0 done, 1 failed, 2 the server could not be reached or refused, 64 wrong options (EX_USAGE of sysexits.h); by a
    /// signal what shells say of it, which is 130 for Ctrl-C.
    var exitCode: Int32 {
        switch kind {
        case .outputClosed: 0
        case .failed: 1
        case .unreachable, .refused: 2
        case .usage: 64
        case .interrupted(let signal): 128 + signal
        }
    }

    /// For the end of each command's help.
    static let exitCodes =
        "Exit status: 0 done, 1 failed or broken off, 2 the server could not be reached or refused, 64 wrong options."
    /// The same of commands that have work left when they are interrupted.
    static let exitCodesOfWork = exitCodes.dropLast() + ", 130 interrupted by Ctrl-C."
}

extension CommandError {
    /// What the library says, as the end of a command.
    init(_ error: any Error) {
        switch error {
        case let error as CommandError: self = error
        case let error as ServerConnectionError: self.init(Self.kind(of: error), error.description)
        case let error as LoadError: self.init(Self.kind(of: error), error.description)
        case is CancellationError: self.init(.failed, "it was broken off")
        default: self.init(.failed, "\(error)")
        }
    }

    private static func kind(of error: ServerConnectionError) -> Kind {
        switch error.code {
        case .invalidArgument: .usage
        case .unreachable: .unreachable
        case .refused, .redirected: .refused
        case .protocolViolation, .timedOut, .notConnected, .closed, .fellBehind, .media: .failed
        }
    }

    private static func kind(of error: LoadError) -> Kind {
        switch error.kind {
        case .usage: .usage
        case .connection: .unreachable
        case .refused: .refused
        case .unsupported, .failed: .failed
        }
    }
}
