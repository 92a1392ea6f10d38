// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

/// Something that is read in the chat. All of it may be shown on a terminal.
struct ChatEntry: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case message
        /// What somebody does (`/me`).
        case action
        /// An answer to a command, which nobody else sees.
        case answer
        /// Something that has happened.
        case notice
        /// Something that has gone wrong, or that an operator wants to be heeded.
        case warning
    }

    var kind: Kind
    /// The server's; by it one that comes twice is known.
    var id: String?
    /// The client id of who wrote it.
    var source: String?
    var author = ""
    var isOwn = false
    /// Of a private message: the name of whom it is for.
    var recipient: String?
    var time: Timestamp?
    /// From before one's own arrival.
    var isHistory = false
    var lines: [String]
}
