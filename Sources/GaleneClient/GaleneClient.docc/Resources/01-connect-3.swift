// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol

private func meet() async throws {
    let connection = try ServerConnection()
    let events = connection.events
    let status = try await connection.status(of: "https://galene.example.org/group/demo/")
    try await connection.connect(to: status)
    try await connection.join(group: status.name, username: "bot", credentials: .none)
    try await connection.chat("Good day.")
    for try await event in events {
        switch event {
        case .user(.add, let user):
            print("\(user.username) is here")
        case .chat(let message) where message.text == "bot, go":
            await connection.close()
        case .closed(_, let reason):
            print("closed", reason)
        default:
            break
        }
    }
}
