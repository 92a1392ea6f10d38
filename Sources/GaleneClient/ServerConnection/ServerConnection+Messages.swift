// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import GaleneProtocol

extension ServerConnection {
    /// Writes in the chat. Spec 6.11.
    ///
    /// - Parameters:
    ///   - kind: `me` for an action in the first person, `caption` for a subtitle.
    ///   - dest: the client id of the only one who is to get it; `nil` for everybody. Private messages are not sent back.
    /// - Throws: ``ServerConnectionError`` when one is in no group. A server that does not allow it says so in a user
    ///   message of kind `error`.
    public func chat(_ text: String, kind: Chat.Kind = .normal, to dest: String? = nil) throws {
        try chat(value: .string(text), kind: kind, to: dest)
    }

    /// The same with a value of any JSON type, which is forwarded as it is.
    public func chat(value: JSONValue, kind: Chat.Kind = .normal, to dest: String? = nil) throws {
        try session.requireGroup()
        session.send(.chat(Chat(kind: kind, source: id, username: session.username, dest: dest, value: value)))
        drain()
    }

    /// Sends a message that is no chat: a warning, `mute`, or one of the application's own kinds. Spec 6.12.
    ///
    /// - Parameter noEcho: whether one wants no copy of what goes to everybody.
    public func userMessage(
        _ kind: UserMessage.Kind, to dest: String? = nil, value: JSONValue? = nil, noEcho: Bool = false
    ) throws {
        try session.requireGroup()
        session.send(
            .userMessage(
                UserMessage(
                    kind: kind, source: id, username: session.username, dest: dest, value: value, noEcho: noEcho)))
        drain()
    }

    /// Acts on a member: `kick`, `op`, `mute` and the like, or `setdata` on oneself. Spec 6.13.
    ///
    /// - Parameter dest: the member's client id.
    public func userAction(_ kind: UserAction.Kind, on dest: String, value: JSONValue? = nil) throws {
        try session.requireGroup()
        session.send(
            .userAction(UserAction(kind: kind, source: id, username: session.username, dest: dest, value: value)))
        drain()
    }

    /// Acts on the group: `lock`, `clearchat`, `record`, … Spec 6.14.
    public func groupAction(_ kind: GroupAction.Kind, value: JSONValue? = nil) throws {
        try session.requireGroup()
        session.send(.groupAction(GroupAction(kind: kind, source: id, username: session.username, value: value)))
        drain()
    }
}
