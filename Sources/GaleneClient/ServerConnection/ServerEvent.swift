// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import GaleneProtocol

/// What happens on a connection, in the order in which it happened: the counterpart of the callbacks of the JavaScript
/// library (spec 11.1.2).
public enum ServerEvent: Sendable {
    /// `onconnected`: the server has accepted the handshake, with this version of the protocol.
    case connected(version: String)
    /// `onjoined`: where one stands with a group.
    case joined(GroupChange)
    /// `onuser`: a member came, changed or left; ``ServerConnection/users`` is up to date already. A departed member is
    /// as it was.
    case user(UserChange.Kind, User)
    /// `ondownstream`: a stream is offered, for the first time or again with other tracks: then it is the same object, with
    /// the same ``Stream/id``.
    case downStream(Stream)
    /// `onchat`
    case chat(ChatMessage)
    /// `onusermessage`: all but those of file transfers.
    case userMessage(ReceivedUserMessage)
    /// `onfiletransfer`: a file is offered by a member, or was offered to one from here.
    case fileTransfer(TransferredFile)
    /// The connection is lost, or an attempt to make it anew has failed; there will be another one. Only with a
    /// ``ReconnectPolicy``.
    case reconnecting(ReconnectAttempt)
    /// The connection is there again, and the group joined again if one was in a group: what was published and requested
    /// is on its way.
    case reconnected
    /// `onerror`: the connection is of no use any more; ``closed(code:reason:)`` follows.
    case failed(ServerConnectionError)
    /// `onclose`: the socket is closed and everything cleaned up. `code` is the WebSocket's (RFC 6455 section 7.4): 1000
    /// after ``ServerConnection/close()``, 1006 when the network broke.
    case closed(code: Int, reason: String)
}

/// The arguments of `onjoined`.
public struct GroupChange: Hashable, Sendable {
    /// `join`, `change`, `fail`, `redirect` or `leave`.
    public var kind: Joined.Kind
    public var group: String
    /// One's own, from now on.
    public var permissions: [Permission]
    public var status: GroupStatus?
    /// What operators have said of the group. `nil` when this change says nothing of it.
    public var data: [String: JSONValue]?
    /// With `fail`, for programs.
    public var error: Joined.Failure?
    /// With `fail` a sentence, with `redirect` a URL.
    public var message: String?
}

/// The arguments of `onchat`.
public struct ChatMessage: Hashable, Sendable {
    /// The server's; `nil` for private messages.
    public var id: String?
    /// The client id of who wrote it; `nil` for the server.
    public var source: String?
    /// The client id of the only one who gets it; `nil` for everybody.
    public var dest: String?
    public var username: String?
    public var time: Timestamp?
    /// Written by an operator, or by the server.
    public var isPrivileged: Bool
    /// From before one's own arrival.
    public var isHistory: Bool
    public var kind: Chat.Kind
    /// As it was sent, of any JSON type.
    public var value: JSONValue?
    /// The value as text.
    public var text: String { value?.displayText ?? "" }

    init(_ chat: Chat, isHistory: Bool) {
        id = chat.id
        source = chat.source
        dest = chat.dest
        username = chat.username
        time = chat.time
        isPrivileged = chat.privileged
        self.isHistory = isHistory
        kind = chat.kind
        value = chat.value
    }
}

/// The arguments of `onusermessage`. Kinds by which a member could be led to act (`mute`, `clearchat`, `warning` and the
/// like) count only when ``isPrivileged``.
public struct ReceivedUserMessage: Hashable, Sendable {
    public var kind: UserMessage.Kind
    /// With `kicked`: the client id of who did it.
    public var id: String?
    /// `nil` for the server.
    public var source: String?
    public var dest: String?
    public var username: String?
    public var time: Timestamp?
    public var isPrivileged: Bool
    /// For programs, in failed replies about tokens.
    public var error: String?
    public var value: JSONValue?
    public var text: String { value?.displayText ?? "" }

    init(_ message: UserMessage) {
        kind = message.kind
        id = message.id
        source = message.source
        dest = message.dest
        username = message.username
        time = message.time
        isPrivileged = message.privileged
        error = message.error
        value = message.value
    }
}

extension JSONValue {
    /// Text as it is, null as nothing, everything else as JSON.
    var displayText: String {
        switch self {
        case .null: ""
        case .string(let text): text
        default: String(decoding: encoded(), as: UTF8.self)
        }
    }
}
