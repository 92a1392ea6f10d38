// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import GaleneClient
public import GaleneProtocol
public import ServerTestKit

/// A member of a group of a server under test, with everything that it is told.
public struct TestMember {
    public let connection: ServerConnection
    public var events: Events<ServerEvent>.AsyncIterator

    /// - Parameter endpoint: where the member finds the server, if not where the server says.
    public init(
        _ server: RunningServer, _ name: String, group: String = "demo", _ credentials: Credentials = .none,
        endpoint: String? = nil, _ configure: (inout ServerConnection.Configuration) -> Void = { _ in }
    ) async throws {
        var configuration = ServerConnection.Configuration()
        configuration.verifiesCertificate = !server.isSecure
        configure(&configuration)
        connection = try ServerConnection(configuration)
        events = connection.events.makeAsyncIterator()
        if let endpoint {
            try await connection.connect(to: endpoint)
        } else {
            try await connection.connect(to: try await connection.status(of: server.page(group)))
        }
        try await connection.join(group: group, username: name, credentials: credentials)
    }

    /// Reads until something is told that the closure makes something of.
    public mutating func next<R>(_ what: (ServerEvent) -> R?) async throws -> R {
        while let event = try await events.next() {
            if let result = what(event) { return result }
        }
        throw ServerConnectionError(.closed, "the events have ended")
    }

    public mutating func chat() async throws -> ChatMessage {
        try await next { if case .chat(let chat) = $0 { chat } else { nil } }
    }

    public mutating func message() async throws -> ReceivedUserMessage {
        try await next { if case .userMessage(let message) = $0 { message } else { nil } }
    }

    @discardableResult
    public mutating func user(_ kind: UserChange.Kind, _ name: String) async throws -> User {
        try await next { if case .user(kind, let user) = $0, user.username == name { user } else { nil } }
    }

    public mutating func downStream() async throws -> GaleneClient.Stream {
        try await next { if case .downStream(let stream) = $0 { stream } else { nil } }
    }

    public mutating func file() async throws -> TransferredFile {
        try await next { if case .fileTransfer(let file) = $0 { file } else { nil } }
    }

    /// Returns when everything has been told.
    public func leave() async {
        let end = connection.events
        await connection.close()
        do { for try await _ in end {} } catch {}
    }
}
