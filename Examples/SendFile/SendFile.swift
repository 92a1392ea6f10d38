// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol

/// Sends a file straight to a member, as soon as one of that name is there:
/// `example-send-file https://HOST/group/NAME/ USER FILE`.
@main
struct SendFile {
    static func main() async throws {
        let (page, recipient, path) = (CommandLine.arguments[1], CommandLine.arguments[2], CommandLine.arguments[3])
        let connection = try ServerConnection()
        let events = connection.events
        let status = try await connection.status(of: page)
        try await connection.connect(to: status)
        try await connection.join(group: status.name, username: "sender", credentials: .none)
        for try await event in events {
            guard case .user(.add, let user) = event, user.username == recipient else { continue }
            let file = try await connection.sendFile(path, to: user.id)
            for try await event in file.events {
                switch event {
                case .state(let state): print(state.rawValue)
                case .cancelled(let reason): print("cancelled: \(reason ?? "no reason given")")
                case .progress, .stored: break
                }
            }
            break
        }
        await connection.close()
    }
}
