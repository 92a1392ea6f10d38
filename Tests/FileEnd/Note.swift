// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ProgramKit

/// What the program has to say.
struct Note: OutputLine, Sendable {
    /// The first note: the own client id.
    var id: String?
    /// A new policy holds from now on.
    var policy: Bool?
    /// Another client is in the group, or has gone.
    var added: String?
    var gone: String?
    /// What follows is about this transfer.
    var file: String?
    var offer: Offer?
    /// A state that it has reached.
    var state: String?
    /// With `cancelled`, where there is one.
    var reason: String?
    /// Bytes that have moved.
    var progress: Int64?
    /// Where a received file lies.
    var stored: String?
    /// With `closed`: how many transfers the connection still knows.
    var left: Int?
    /// What the library has thrown.
    var error: String?

    struct Offer: Encodable, Sendable {
        var up: Bool
        var name: String
        var size: Int64
        var username: String?
    }
}
