// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol
import ServerTestKit
import Testing

/// A member of a group of a server under test, with everything that it is told.
struct TestMember {
    let connection: ServerConnection
    var events: Events<ServerEvent>.AsyncIterator

    /// - Parameter wire: by which the member reaches the server, if not straight.
    init(
        _ server: RunningServer, _ name: String, group: String = "demo", _ credentials: Credentials = .none,
        over wire: Wire? = nil, _ configure: (inout ServerConnection.Configuration) -> Void = { _ in }
    ) async throws {
        var configuration = ServerConnection.Configuration()
        configuration.verifiesCertificate = !server.isSecure
        configure(&configuration)
        connection = try ServerConnection(configuration)
        events = connection.events.makeAsyncIterator()
        if let wire {
            try await connection.connect(to: wire.endpoint)
        } else {
            try await connection.connect(to: try await connection.status(of: server.page(group)))
        }
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

    mutating func message() async throws -> ReceivedUserMessage {
        try await next { if case .userMessage(let message) = $0 { message } else { nil } }
    }

    mutating func user(_ kind: UserChange.Kind, _ name: String) async throws -> User {
        try await next { if case .user(kind, let user) = $0, user.username == name { user } else { nil } }
    }

    mutating func downStream() async throws -> GaleneClient.Stream {
        try await next { if case .downStream(let stream) = $0 { stream } else { nil } }
    }
}
