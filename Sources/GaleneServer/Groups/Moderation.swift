// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

/// What an operator does to the group or to one of its members, whom it names by client id.
enum Moderation: Sendable, Equatable {
    case changePermissions(of: String, PermissionChange)
    /// Sends a member away. `nil`: without words.
    case kick(String, reason: String?)
    /// Asks for a member's address, which is told to that member.
    case identify(String)
    case clearChat(ClearedChat)
    /// Keeps everybody out who is no operator. `nil`: without words.
    case lock(message: String?)
    case unlock
    /// Merged into the group's data; null deletes.
    case setData([String: JSONValue])
}
