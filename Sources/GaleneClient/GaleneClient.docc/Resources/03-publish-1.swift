// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol
import RTP

private func publish(on connection: ServerConnection) async throws {
    guard await connection.permissions.contains(.present) else { return }
    let stream = try await connection.newUpStream(
        label: "camera", tracks: [PublishedTrack(.opus), PublishedTrack(.vp8)])
    print(stream.localID)
}
