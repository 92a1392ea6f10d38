// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ClientTestKit
import GaleneClient
import ServerTestKit

extension TestMember {
    /// One whose connection goes over a wire, and that comes back when it was lost.
    init(_ server: RunningServer, _ name: String, comingBackOver wire: Wire) async throws {
        try await self.init(server, name, endpoint: wire.endpoint) { $0.reconnectPolicy = ReconnectPolicy() }
    }

    mutating func reconnecting() async throws -> ReconnectAttempt {
        try await next { if case .reconnecting(let attempt) = $0 { attempt } else { nil } }
    }

    mutating func reconnected() async throws {
        _ = try await next { if case .reconnected = $0 { true } else { nil } }
    }

    /// Says something, and waits until the server has passed it on.
    mutating func chatEcho(_ text: String) async throws {
        try await connection.chat(text)
        while try await chat().text != text {}
    }

    /// How the events end, without what is no end.
    mutating func end() async throws -> [String] {
        var told: [String] = []
        while let event = try await events.next() { told.append(contentsOf: Self.ending(event)) }
        return told
    }

    static func ending(_ event: ServerEvent) -> [String] {
        switch event {
        case .failed(let error): ["failed \(error.code)"]
        case .closed(let code, _): ["closed \(code)"]
        default: []
        }
    }
}
