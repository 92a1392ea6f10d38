// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import ServerTestKit
import Testing

/// A server with the groups that load is tried on.
struct LoadedServer: Sendable {
    private let server: RunningServer

    func group(_ name: String = "load") throws -> ServerURL { try #require(ServerURL(server.page(name))) }

    private static let groups = [
        "load": RunningServer.everybodyPresents,
        "private": #"{"users":{"ada":{"password":"correct horse","permissions":"op"}}}"#,
        "silent": #"{"wildcard-user":{"password":{"type":"wildcard"},"permissions":"observe"}}"#,
        "moved": #"{"redirect":"https://example.org/group/moved/"}"#,
        "audio": #"{"codecs":["opus"],"wildcard-user":{"password":{"type":"wildcard"},"permissions":"present"}}"#,
    ]

    /// Starts a server, runs the body, stops the server.
    static func run(secure: Bool = false, _ body: (LoadedServer) async throws -> Void) async throws {
        try await RunningServer.run(secure: secure, groups: groups) { try await body(LoadedServer(server: $0)) }
    }
}
