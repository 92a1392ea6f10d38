// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol
import Synchronization

/// What a command that goes on for long says of its connection: that it is lost, that it is there again, and why it has ended.
final class ConnectionNotices: Sendable {
    private let console: Console
    private let progress: ProgressLine
    private let json: Bool
    private let refusal: String
    private let lost = Mutex(false)

    /// - Parameter refusal: what those are told who offer files.
    init(_ console: Console, _ progress: ProgressLine, json: Bool, refusal: String) {
        self.console = console
        self.progress = progress
        self.json = json
        self.refusal = refusal
    }

    /// Whether there is nothing else to tell now.
    var isLost: Bool { lost.withLock { $0 } }

    /// - Throws: ``CommandError`` for an end of the connection that nobody here wanted.
    func tell(_ event: ServerEvent) async throws {
        switch event {
        case .reconnecting(let attempt):
            lost.withLock { $0 = true }
            progress.show("connecting again", attempt.reason)
            try object(["event": "reconnecting", "reason": .string(attempt.reason)])
        case .reconnected:
            lost.withLock { $0 = false }
            progress.show("connected again")
            try object(["event": "reconnected"])
        case .fileTransfer(let file) where !file.isUp: await file.cancel(refusal)
        default:
            if let error = Meeting.end(event) { throw error }
        }
    }

    private func object(_ members: [String: JSONValue]) throws(CommandError) {
        if json { try console.output.line(json: members) }
    }
}
