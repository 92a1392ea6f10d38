// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol

private func send(_ path: String, to username: String, on connection: ServerConnection) async throws {
    guard let user = await connection.users.values.first(where: { $0.username == username }) else { return }
    let file = try await connection.sendFile(path, to: user.id)
    for try await event in file.events {
        switch event {
        case .state(let state): print(state)
        case .progress(let bytes): print("\(bytes) of \(file.size)")
        case .cancelled(let reason): print("cancelled", reason ?? "")
        case .stored: break
        }
    }
}
