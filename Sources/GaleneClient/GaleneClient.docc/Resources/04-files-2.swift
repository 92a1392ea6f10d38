// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol

private func receive(into directory: String, on connection: ServerConnection) async throws {
    for try await event in connection.events {
        guard case .fileTransfer(let file) = event, !file.isUp else { continue }
        guard file.size < 100 << 20 else {
            await file.cancel("this is too long for me")
            continue
        }
        try await file.receive(into: directory)
        for try await event in file.events {
            if case .stored(let path) = event { print("received", path) }
        }
    }
}
