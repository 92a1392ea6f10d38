// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol

/// A group that a command has joined.
struct Meeting: Sendable {
    let connection: ServerConnection
    /// What the server said of the group before.
    let status: GroupStatus
    /// What it said when it let one in: permissions, status and data.
    let joined: GroupChange
    /// Everything since before the connection was made, for one consumer.
    let events: Events<ServerEvent>

    /// How long a server may take to pass on what one has said.
    static let answerTime = Duration.seconds(10)

    /// Leaves, and returns when everybody has been told.
    func leave() async { await Self.close(connection) }

    static func close(_ connection: ServerConnection) async {
        let end = connection.events
        // Also by whoever was cancelled: the group shall not have to wait until it notices.
        await Task {
            await connection.close()
            do { for try await _ in end {} } catch {}
        }.value
    }

    /// - Throws: ``CommandError`` when one may not write, and so not talk about files either.
    func requireMessages() async throws(CommandError) {
        guard !joined.permissions.contains(.message) else { return }
        throw CommandError(
            .refused, "the group does not let \(await connection.username ?? "you") write; use another name or password"
        )
    }

    /// Returns when the server has passed on everything that was sent before, and has told who is in the group. Takes
    /// events; offers of files among them are refused.
    ///
    /// - Throws: ``CommandError`` with the server's words when it has not.
    func settle() async throws {
        let word = JSONValue.integer(.random(in: 0..<Int64(1) << 53))
        let own = connection.id
        try await connection.userMessage(Self.echo, to: own, value: word)
        try await next { event in
            guard case .userMessage(let message) = event, message.kind == Self.echo, message.source == own else {
                return false
            }
            return message.value == word
        }
    }

    /// Comes back to oneself alone: what the server was told before it has then taken. A broadcast would come back by
    /// itself, a private message does not (spec 6.11).
    private static let echo = UserMessage.Kind(rawValue: "galene-echo")

    /// Takes events until one is what is waited for.
    ///
    /// - Throws: ``CommandError`` when the server complains, or ends the connection.
    func next(_ isWanted: (ServerEvent) -> Bool) async throws {
        for try await event in events {
            if isWanted(event) { return }
            switch event {
            case .fileTransfer(let file) where !file.isUp: await file.cancel("this program takes no files now")
            case .userMessage(let message):
                if let error = Self.complaint(message) { throw error }
            default: break
            }
            if let error = Self.end(event) { throw error }
        }
        throw CommandError(.failed, "the connection has ended")
    }

    /// What the server says against something that was sent.
    static func complaint(_ message: ReceivedUserMessage) -> CommandError? {
        guard message.kind == .error, message.isPrivileged else { return nil }
        return CommandError(.refused, "the server refuses: \(message.text)")
    }

    /// The end of the connection that nobody here wanted, in words.
    static func end(_ event: ServerEvent) -> CommandError? {
        switch event {
        case .userMessage(let message) where message.kind == .kicked && message.isPrivileged:
            let by = message.username.map { " by \($0)" } ?? ""
            return CommandError(.failed, "you were sent away\(by)" + (message.text.isEmpty ? "" : ": \(message.text)"))
        case .failed(let error): return CommandError(.failed, error.description)
        case .closed(1009, _): return CommandError(.refused, "the server takes no message that long")
        case .closed(let code, let reason):
            return CommandError(
                .failed, "the server has ended the connection (\(code))" + (reason.isEmpty ? "" : ": \(reason)"))
        default: return nil
        }
    }

    /// The members beside oneself.
    var others: [User] {
        get async { await connection.users.values.filter { $0.id != connection.id && !$0.isRecorder } }
    }

    /// The member that is called so, or has this client id; `nil` when there is none.
    ///
    /// - Throws: ``CommandError`` when several are called so: nothing is sent to somebody by chance.
    func member(_ name: String) async throws(CommandError) -> User? {
        let others = await others
        if let user = others.first(where: { $0.id == name }) { return user }
        let named = others.filter { $0.username == name }
        guard named.count < 2 else {
            let ids = named.map(\.id).sorted().joined(separator: ", ")
            throw CommandError(.failed, "\(named.count) members are called \(name): name one by its id: \(ids)")
        }
        return named.first
    }

    /// - Throws: ``CommandError`` that names who is there when there is no such member.
    func requireMember(_ name: String, hint: String = "") async throws(CommandError) -> User {
        if let user = try await member(name) { return user }
        let names = await others.map { $0.username.isEmpty ? $0.id : $0.username }.sorted()
        let present =
            names.isEmpty
            ? "nobody else is" : "there \(names.count == 1 ? "is" : "are") \(names.joined(separator: ", "))"
        throw CommandError(.failed, "there is no member called \(name); \(present) in the group\(hint)")
    }
}
