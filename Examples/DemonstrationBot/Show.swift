// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneMedia
import GaleneProtocol
import MediaIO

/// The test pattern, while somebody is there to see it.
struct Show {
    private let connection: ServerConnection
    private var publisher: StreamPublisher?

    init(_ connection: ServerConnection) { self.connection = connection }

    mutating func begin() async throws {
        guard publisher == nil else { return }
        publisher = try await StreamPublisher.publish(label: "video", on: connection) { () throws(MediaError) in
            try TestPattern()
        }
    }

    mutating func end() async {
        await publisher?.stop()
        publisher = nil
    }
}
