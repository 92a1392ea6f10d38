// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol

/// A group that a command has joined.
struct Meeting: Sendable {
    let connection: ServerConnection
    /// What the server said of the group before.
    let status: GroupStatus
    /// What it said when it let one in: permissions, status and data.
    let joined: GroupChange
    /// Everything since before the connection was made, for one consumer.
    let events: Events<ServerEvent>

    /// Leaves, and returns when everybody has been told.
    func leave() async { await Self.close(connection) }

    static func close(_ connection: ServerConnection) async {
        let end = connection.events
        // Also by whoever was cancelled: the group shall not have to wait until it notices.
        await Task {
            await connection.close()
            do { for try await _ in end {} } catch {}
        }.value
    }

    /// The member that is called so, or has this client id.
    ///
    /// - Throws: ``CommandError`` when several are called so; nothing is sent to somebody by chance.
    func member(_ name: String) async throws(CommandError) -> User? {
        let others = await connection.users.values.filter { $0.id != connection.id && !$0.isRecorder }
        if let user = others.first(where: { $0.id == name }) { return user }
        let named = others.filter { $0.username == name }
        guard named.count < 2 else {
            let ids = named.map(\.id).sorted().joined(separator: ", ")
            throw CommandError(.usage, "\(named.count) members are called \(name): name one by its id: \(ids)")
        }
        return named.first
    }
}
