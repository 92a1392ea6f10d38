// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol

private func meet() async throws {
    let connection = try ServerConnection()
    let status = try await connection.status(of: "https://galene.example.org/group/demo/")
    try await connection.connect(to: status)
}
