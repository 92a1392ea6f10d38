// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol
import ServerTestKit

@testable import galene

/// Another member of the group in which a command is.
struct Member {
    let connection: ServerConnection
    var events: Events<ServerEvent>.AsyncIterator

    init(
        _ server: RunningServer, _ name: String, group: String = "demo", _ credentials: Credentials = .none
    ) async throws {
        connection = try ServerConnection()
        events = connection.events.makeAsyncIterator()
        try await connection.connect(to: try await connection.status(of: server.page(group)))
        try await connection.join(group: group, username: name, credentials: credentials)
    }

    /// Reads until something is told that the closure makes something of.
    mutating func next<R>(_ what: (ServerEvent) -> R?) async throws -> R {
        while let event = try await events.next() {
            if let result = what(event) { return result }
        }
        throw ServerConnectionError(.closed, "the events have ended")
    }

    mutating func chat() async throws -> ChatMessage {
        try await next { if case .chat(let chat) = $0 { chat } else { nil } }
    }

    @discardableResult
    mutating func user(_ kind: UserChange.Kind, _ name: String) async throws -> User {
        try await next { if case .user(kind, let user) = $0, user.username == name { user } else { nil } }
    }

    mutating func file() async throws -> TransferredFile {
        try await next { if case .fileTransfer(let file) = $0 { file } else { nil } }
    }

    func leave() async { await Meeting.close(connection) }
}
