// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

/// What members say to each other. A result that is not `nil` is what to tell the sender: its message was not delivered.
extension Group {
    /// Who speaks, and with which authority, is filled in here and not taken from the message.
    func chat(_ chat: Chat, from sender: String) -> String? {
        guard let author = members[sender] else { return nil }
        guard author.may(chat.kind.permission) else { return Self.notAuthorised }
        var chat = chat
        chat.source = author.id
        chat.username = author.username
        chat.privileged = author.may(.op)
        chat.time = clock()
        if let dest = chat.dest { return deliver(.chat(chat), to: dest) }
        if chat.id == nil { chat.id = Identifier.random(using: &random) }
        let message = SharedMessage(.chat(chat))
        // Captions are for the moment: a newcomer has no use for the last fifty (the reference keeps them).
        if chat.kind != .caption, message.size <= limits.historyMessage { history.append(chat, size: message.size) }
        broadcast(.message(message), except: chat.noEcho ? sender : nil)
        return nil
    }

    /// As ``chat(_:from:)``, for messages between programs.
    func userMessage(_ message: UserMessage, from sender: String) -> String? {
        guard let author = members[sender] else { return nil }
        guard author.may(.message) else { return Self.notAuthorised }
        var message = message
        message.source = author.id
        message.username = author.username
        message.privileged = author.may(.op)
        message.time = clock()
        message.error = nil
        if let dest = message.dest { return deliver(.userMessage(message), to: dest) }
        broadcast(.userMessage(message), except: message.noEcho ? sender : nil)
        return nil
    }

    private func deliver(_ message: ServerMessage, to id: String) -> String? {
        guard let recipient = members[id] else { return Self.noSuchUser }
        recipient.mailbox.post(.message(SharedMessage(message)))
        return nil
    }

    /// Tells a member what its action has come to.
    func answer(_ message: ServerMessage, to id: String) { _ = deliver(message, to: id) }

    static let notAuthorised = "not authorised"
    static let noSuchUser = "no such user"
}

extension Chat.Kind {
    /// What one needs to write a message of this kind.
    var permission: Permission { self == .caption ? .caption : .message }
}
