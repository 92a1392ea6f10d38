// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import GaleneClient
import GaleneProtocol

/// Makes an empty group a living meeting: shows a test pattern to whoever is there, answers in the chat, offers a file on
/// request. `demonstration-bot URL`; `make run` starts it in the demonstration group.
@main
struct DemonstrationBot {
    static let name = "Bot"

    static func main() async throws {
        guard CommandLine.arguments.count == 2 else {
            throw Mistake(description: "usage: demonstration-bot http://HOST:PORT/group/NAME/")
        }
        let page = CommandLine.arguments[1]
        var configuration = ServerConnection.Configuration()
        // The server of a demonstration is started anew now and then, and when it is not, nobody needs its bot.
        configuration.reconnectPolicy = ReconnectPolicy(timeLimit: .seconds(30))
        let connection = try ServerConnection(configuration)
        let events = connection.events
        let status = try await status(of: page, by: connection)
        try await connection.connect(to: status)
        try await connection.join(group: status.name, username: name, credentials: .none)
        let signals = Signals { Task { await connection.close() } }
        var show = Show(connection)
        do {
            for try await event in events { try await handle(event, connection, &show) }
        } catch {
            await show.end()
            throw error
        }
        await show.end()
        withExtendedLifetime(signals) {}
    }

    /// `make run` starts the bot and the server at once.
    private static func status(of page: String, by connection: ServerConnection) async throws -> GroupStatus {
        for _ in 0..<120 {
            do {
                return try await connection.status(of: page)
            } catch let error as ServerConnectionError where error.code == .unreachable {
                try await Task.sleep(for: .milliseconds(500))
            }
        }
        return try await connection.status(of: page)
    }

    private static func handle(
        _ event: ServerEvent, _ connection: ServerConnection, _ show: inout Show
    ) async throws {
        switch event {
        case .user(let kind, let user) where user.id != connection.id:
            // Nobody is shown nothing: pictures are made only while somebody is there.
            let count = await connection.users.count - 1
            if count > 0 { try await show.begin() } else { await show.end() }
            if kind == .add, let greeting = Conversation.greeting(user.username) {
                // As below.
                try? await connection.chat(greeting, to: user.id)
            }
        case .chat(let message) where !message.isHistory && message.source != connection.id && message.kind == .normal:
            // Two of them would talk for ever.
            guard let source = message.source, let user = await connection.users[source], user.username != Self.name
            else { return }
            let isPrivate = message.dest == connection.id
            let isAlone = await connection.users.count == 2
            guard let answer = Conversation.answer(message.text, isForBot: isPrivate || isAlone, of: user.username)
            else {
                return
            }
            do {
                switch answer {
                case .text(let text): try await connection.chat(text, to: isPrivate ? source : nil)
                case .file:
                    if let refusal = await offer(to: source, connection) {
                        try await connection.chat(refusal, to: source)
                    }
                }
            } catch {
                // Whoever asked may have left. When it is the connection that is gone, the events end.
            }
        case .fileTransfer(let file) where !file.isUp: await file.cancel("thank you, but I keep no files")
        case .failed(let error): throw error
        default: break
        }
    }

    /// One at a time for each member.
    ///
    /// - Returns: why not, in words for whoever asked.
    private static func offer(to member: String, _ connection: ServerConnection) async -> String? {
        let isOffered = await connection.transferredFiles.values.contains { $0.isUp && $0.userID == member }
        guard !isOffered else { return "I have offered you one already: accept it, or refuse it." }
        do {
            let file = try Present.write()
            try await connection.sendFile(file, to: member, name: Present.name, mimeType: "text/plain")
            return nil
        } catch {
            return "I cannot offer you a file now. Ask me again later."
        }
    }

    struct Mistake: Error, CustomStringConvertible {
        let description: String
    }
}
