// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol

extension HeardEvent {
    /// A line of `galene listen --json`; docs/galene/listen.md says what each member means. `nil` for what is not told.
    ///
    /// - Parameters:
    ///   - own: one's own client id.
    ///   - now: when it was heard.
    func json(own: String, username: String?, now: Timestamp) -> [String: JSONValue]? {
        guard let kind else { return nil }
        var object: [String: JSONValue] = ["event": .string(kind), "time": .string(now.text)]
        func set(_ name: String, _ value: String?) { if let value { object[name] = .string(value) } }
        switch self {
        case .stream(let stream, let isOpen):
            set("id", stream.id)
            set("label", stream.label)
            set("from", stream.source)
            set("username", stream.username)
            if isOpen { object["tracks"] = .array(stream.tracks.map(JSONValue.string)) }
        case .server(.joined(let change)):
            set("group", change.group)
            guard change.kind != .leave else { break }
            set("id", own)
            set("username", username)
            object["permissions"] = .array(change.permissions.map { .string($0.rawValue) })
            if let data = change.data { object["data"] = .object(data) }
            if let status = change.status {
                object["locked"] = .bool(status.locked)
                set("displayName", status.displayName)
                set("description", status.description)
            }
        case .server(.user(_, let user)):
            set("id", user.id)
            set("username", user.username)
            object["own"] = .bool(user.id == own)
            object["permissions"] = .array(user.permissions.map { .string($0.rawValue) })
            object["data"] = .object(user.data)
        case .server(.chat(let chat)):
            set("id", chat.id)
            set("kind", chat.kind.rawValue)
            set("from", chat.source)
            set("username", chat.username)
            set("to", chat.dest)
            set("sent", chat.time?.text)
            object["history"] = .bool(chat.isHistory)
            object["operator"] = .bool(chat.isPrivileged)
            object["private"] = .bool(chat.dest != nil)
            object["value"] = chat.value ?? .null
        case .server(.userMessage(let message)):
            set("kind", message.kind.rawValue)
            set("from", message.source)
            set("username", message.username)
            set("to", message.dest)
            set("sent", message.time?.text)
            set("error", message.error)
            object["operator"] = .bool(message.isPrivileged)
            object["value"] = message.value ?? .null
        case .server(.fileTransfer(let file)):
            set("id", file.id)
            set("from", file.userID)
            set("username", file.username)
            set("name", file.name)
            set("type", file.mimeType)
            object["size"] = .integer(file.size)
        case .server(.reconnecting(let attempt)):
            object["attempt"] = .integer(Int64(attempt.number))
            object["delay"] = .number(attempt.delay / .seconds(1))
            set("reason", attempt.reason)
        case .server(.closed(let code, let reason)):
            object["code"] = .integer(Int64(code))
            set("reason", reason)
        case .server: break
        }
        return object
    }
}
