// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

/// What a group's status means, in words.
enum StatusText {
    /// - Throws: ``CommandError`` when the group is elsewhere. It is not followed: one's password is not for whomever a
    ///   server names.
    static func refuseMoved(_ status: GroupStatus) throws(CommandError) {
        if let location = status.redirect { throw moved(to: location) }
    }

    static func moved(to location: String) -> CommandError {
        CommandError(.refused, "the group has moved: use the URL \(location)")
    }
}
