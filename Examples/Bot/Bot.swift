// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol

/// Greets whoever comes and answers who speaks to it: `example-bot https://HOST/group/NAME/`.
@main
struct Bot {
    static func main() async throws {
        let connection = try ServerConnection()
        let events = connection.events
        let status = try await connection.status(of: CommandLine.arguments[1])
        try await connection.connect(to: status)
        try await connection.join(group: status.name, username: "bot", credentials: .none)
        for try await event in events {
            switch event {
            case .user(.add, let user) where user.id != connection.id:
                try await connection.chat("Good day, \(user.username).", to: user.id)
            case .chat(let message) where !message.isHistory && message.source != connection.id:
                guard message.text.hasPrefix("bot, ") else { continue }
                let count = await connection.users.count
                try await connection.chat("You said “\(message.text.dropFirst(5))”, and we are \(count).")
            case .userMessage(let message) where message.kind == .kicked:
                print("I have been sent away: \(message.text)")
            default:
                break
            }
        }
    }
}
