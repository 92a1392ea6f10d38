// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import GaleneClient
import GaleneProtocol

/// What `galene listen` prints for people.
struct HeardText {
    let own: String
    var style = TextStyle.plain
    var timeZone = TimeZone.current

    /// Nothing for what people are told by another line.
    func lines(_ event: HeardEvent, username: String?, now: Timestamp) -> [String] {
        switch event {
        case .stream(let stream, let isOpen):
            let tracks = stream.tracks.isEmpty ? "" : " (\(stream.tracks.joined(separator: ", ")))"
            return notice(
                "\(name(stream.username)) \(isOpen ? "sends" : "no longer sends") \(stream.label)\(tracks)", now)
        case .server(let event): return lines(event, username, now)
        }
    }

    private func lines(_ event: ServerEvent, _ username: String?, _ now: Timestamp) -> [String] {
        switch event {
        case .joined(let change): joined(change, username, now)
        case .user(.add, let user): notice("\(name(user.username)) \(user.id == own ? "(you) is" : "is") here", now)
        case .user(.delete, let user): notice("\(name(user.username)) has left", now)
        case .user(_, let user): notice("\(name(user.username)) now\(described(user))", now)
        case .chat(let chat): said(chat, now)
        case .userMessage(let message): message.kind == .fileTransfer ? [] : warned(message, now)
        case .fileTransfer(let file):
            notice(
                "\(name(file.username)) offers the file \(file.name) (\(ByteCount.text(file.size))), which is refused: "
                    + "galene receive-files takes files", now)
        case .reconnecting(let attempt):
            notice("the connection is lost (\(attempt.reason)): attempt \(attempt.number) to come back", now)
        case .reconnected: notice("the connection is there again", now)
        case .closed, .connected, .downStream, .failed: []
        }
    }

    private func joined(_ change: GroupChange, _ username: String?, _ now: Timestamp) -> [String] {
        let may = change.permissions.map(\.rawValue).joined(separator: ", ")
        let locked = change.status?.locked == true ? "; the group is locked" : ""
        switch change.kind {
        case .join:
            return notice(
                "you are in \(change.group) as \(name(username))" + (may.isEmpty ? "" : ", and may \(may)") + locked,
                now)
        case .change: return notice("you may \(may.isEmpty ? "only listen" : may)\(locked)", now)
        case .leave: return notice("you have left \(change.group)", now)
        default: return []
        }
    }

    private func described(_ user: User) -> String {
        let may = user.permissions.map(\.rawValue).joined(separator: ", ")
        let data = user.data.isEmpty ? "" : "; has said of itself: \(JSONValue.object(user.data).text)"
        return " may \(may.isEmpty ? "only listen" : may)\(data)"
    }

    private func said(_ chat: ChatMessage, _ now: Timestamp) -> [String] {
        let text = TerminalText.printableLines(chat.text)
        let author = style.bold(TerminalText.printable(name(chat.username)))
        let to = chat.dest == nil ? "" : " (to \(chat.dest == own ? "you" : "another") alone)"
        let time = chat.isHistory ? style.dim(date(chat.time ?? now)) : time(chat.time ?? now)
        let first =
            switch chat.kind {
            case .me: "* \(author)\(to) \(text.first ?? "")"
            case .caption: "\(author)\(to) [\(text.first ?? "")]"
            default: "\(author)\(to): \(text.first ?? "")"
            }
        return ["\(time)  \(first)"] + text.dropFirst().map { "          \($0)" }
    }

    private func warned(_ message: ReceivedUserMessage, _ now: Timestamp) -> [String] {
        let from = message.source == nil ? "the server" : name(message.username)
        return notice("\(from), \(message.kind.rawValue): \(message.text)", now)
    }

    /// Whatever is in it becomes printable, and one line.
    private func notice(_ text: String, _ now: Timestamp) -> [String] {
        ["\(time(now))  \(style.dim("- " + TerminalText.printable(text)))"]
    }

    private func name(_ username: String?) -> String {
        guard let username, !username.isEmpty else { return "somebody" }
        return username
    }

    private func time(_ time: Timestamp) -> String { formatted(time, "HH:mm:ss") }
    private func date(_ time: Timestamp) -> String { formatted(time, "yyyy-MM-dd HH:mm:ss") }

    private func formatted(_ time: Timestamp, _ format: String) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = timeZone
        formatter.dateFormat = format
        return formatter.string(from: Date(timeIntervalSince1970: Double(time.unixSeconds)))
    }
}

extension JSONValue {
    /// Compact.
    var text: String { String(decoding: encoded(), as: UTF8.self) }
}
