// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol

private func meet() async throws {
    var configuration = ServerConnection.Configuration()
    configuration.reconnectPolicy = ReconnectPolicy()
    let connection = try ServerConnection(configuration)
    let events = connection.events
    let status = try await connection.status(of: "https://galene.example.org/group/demo/")
    try await connection.connect(to: status)
    try await connection.join(group: status.name, username: "bot", credentials: .none)
    for try await event in events {
        switch event {
        case .reconnecting(let attempt): print("lost:", attempt.reason)
        case .reconnected: print("back again")
        case .failed(let error): print("it is over:", error)
        default: break
        }
    }
}
