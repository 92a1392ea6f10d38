// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCBase

/// A client that is in a group, as the group keeps it. Its permissions are those here and nowhere else.
struct Member: Sendable {
    let id: String
    let username: String
    var permissions: [Permission]
    var data: [String: JSONValue]
    /// From where the client is connected: for an operator that asks, and nobody else.
    let address: Redacted<String>?
    let mailbox: any GroupMember

    func may(_ permission: Permission) -> Bool { permissions.contains(permission) }

    /// What the others are told of the member.
    func change(_ kind: UserChange.Kind) -> UserChange {
        UserChange(kind: kind, id: id, username: username, permissions: permissions, data: data)
    }
}
