// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol

private func watch(_ connection: ServerConnection) async throws {
    let events = connection.events
    try await connection.request(["": [.audio, .video]])
    var known: Set<String> = []
    for try await event in events {
        guard case .downStream(let stream) = event, known.insert(stream.id).inserted else { continue }
        print("\(stream.username ?? "somebody") shows \(stream.label)")
    }
}
