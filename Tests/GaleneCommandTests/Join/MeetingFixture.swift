// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTP

@testable import GaleneClient
@testable import galene

/// A meeting without a server: what a connection would tell.
enum MeetingFixture {
    /// 10:02 on a day in UTC.
    static let start = Timestamp(unixSeconds: 1_795_341_720)

    @Sendable static func clock(_ time: Timestamp) -> String { String(time.wholeSecondsText.dropFirst(11).prefix(5)) }

    static func model(
        _ permissions: [Permission] = [.present, .message], isLocked: Bool = false, isAnnounced: Bool = true
    ) -> MeetingModel {
        var model = MeetingModel(
            ownID: "me", username: "ada", group: "demo", title: "Monday meeting", permissions: permissions,
            isLocked: isLocked, isAnnounced: isAnnounced, now: { start }, clock: clock)
        model.handle(.user(.add, user("me", "ada", permissions)))
        return model
    }

    static func user(
        _ id: String, _ name: String, _ permissions: [Permission] = [.present, .message],
        _ data: [String: JSONValue] = [:], sends kinds: Set<MediaKind> = []
    ) -> User {
        var user = User(id: id, username: name, permissions: permissions, data: data)
        if !kinds.isEmpty { user.streams = ["camera": kinds] }
        return user
    }

    static func chat(
        _ text: String, from source: String? = "lise", _ name: String = "Lise Meitner", id: String? = nil,
        kind: Chat.Kind = .normal, to dest: String? = nil, after seconds: Int64 = 0, isHistory: Bool = false
    ) -> ServerEvent {
        .chat(
            ChatMessage(
                Chat(
                    kind: kind, id: id, source: source, username: name, dest: dest, value: .string(text),
                    time: Timestamp(unixSeconds: start.unixSeconds + seconds)), isHistory: isHistory))
    }

    static func message(
        _ kind: UserMessage.Kind, _ value: JSONValue?, from name: String? = "Lise Meitner", isPrivileged: Bool = true,
        error: String? = nil
    ) -> ServerEvent {
        .userMessage(
            ReceivedUserMessage(
                UserMessage(
                    kind: kind, source: name.map { _ in "lise" }, username: name, value: value,
                    privileged: isPrivileged, error: error)))
    }

    static func change(_ permissions: [Permission], isLocked: Bool = false) -> ServerEvent {
        .joined(
            GroupChange(
                kind: .change, group: "demo", permissions: permissions,
                status: GroupStatus(name: "demo", locked: isLocked)))
    }
}
