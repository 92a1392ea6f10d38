// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol
import RTP

/// A member of the group, as it is shown.
struct Person: Hashable, Sendable, Identifiable {
    let id: String
    /// As the member says, for commands; may be empty.
    var username: String
    var isOperator: Bool
    var mayPresent: Bool
    var mayWrite: Bool
    var hasRaisedHand: Bool
    /// The microphone is off, by the member's own word.
    var isMuted: Bool
    var sendsVideo: Bool
    var sendsSound: Bool

    init(_ user: User) {
        id = user.id
        username = user.username
        isOperator = user.permissions.contains(.op)
        mayPresent = user.permissions.contains(.present)
        mayWrite = user.permissions.contains(.message)
        // As pages take it: whatever is not false.
        hasRaisedHand = user.data["raisehand"].map { ![.null, .bool(false), .integer(0), ""].contains($0) } ?? false
        isMuted = user.data["muted"] == .bool(true)
        let kinds = user.streams.values.reduce(into: Set<MediaKind>()) { $0.formUnion($1) }
        sendsVideo = kinds.contains(.video)
        sendsSound = kinds.contains(.audio)
    }

    /// For people.
    var name: String { Self.shown(username) }

    static let anonymous = "Anonymous"

    static func shown(_ username: String?) -> String {
        guard let username, !username.isEmpty else { return anonymous }
        return TerminalText.printable(username)
    }

    /// What is to be said of it in words.
    var facts: [String] {
        var facts: [String] = []
        if hasRaisedHand { facts.append("hand raised") }
        if isOperator { facts.append("operator") }
        if !mayPresent { facts.append(mayWrite ? "may write only" : "may watch only") }
        if sendsVideo { facts.append("sends video") }
        if isMuted {
            facts.append("microphone is off")
        } else if sendsSound {
            facts.append("sends sound")
        }
        return facts
    }
}
