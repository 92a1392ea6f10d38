// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol

private func watch(_ connection: ServerConnection) async throws {
    try await connection.request(["": [.audio, .video]])
}
