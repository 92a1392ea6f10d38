// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import GaleneProtocol
import Logging
import RTCTestKit

@testable import GaleneServer

/// Every message of the protocol, sent by a client in every state, to a group that another member watches: what comes of
/// it, in words.
struct MessageMachine {
    /// Where the sender is, or with which permissions it is in.
    enum State: Sendable, Equatable {
        case beforeHandshake, outside, refused, left
        /// In a group whose wildcard user has these permissions, as a group file says them.
        case member(String)

        var name: String {
            switch self {
            case .beforeHandshake: "before the handshake"
            case .outside: "before joining"
            case .refused: "after a refused join"
            case .left: "after leaving"
            case .member(let permissions): permissions
            }
        }
    }

    /// The named sets, then each permission alone that none of those is.
    static let permissionSets = [
        "observe", "message", "caption", "admin", "present", "op", "[present]", "[token]", "[record]", "[system]",
        "[op]",
    ]

    static let states: [State] =
        [.beforeHandshake, .outside, .refused, .left] + permissionSets.map { .member($0) }

    /// What a line of the table is about, and the message.
    static let messages: [(title: String, json: String)] =
        plain.map { ($0, $0) } + [
            (#"{"type":"offer","id":"s","sdp":…}"#, text(.offer(Offer(id: "s", sdp: SessionHarness.offerSDP)))),
            (
                #"{"type":"offer","id":"s","replace":"gone","sdp":…}"#,
                text(.offer(Offer(id: "s", sdp: SessionHarness.offerSDP, replace: "gone")))
            ),
        ]

    private static func text(_ message: ClientMessage) -> String { String(decoding: message.encoded(), as: UTF8.self) }

    private static let plain: [String] =
        [
            #"{"type":"handshake","version":["2"],"id":"me"}"#,
            #"{"type":"ping"}"#,
            #"{"type":"pong"}"#,
            #"{"type":"join","kind":"join","group":"demo","username":"me"}"#,
            #"{"type":"join","kind":"leave","group":"demo"}"#,
            #"{"type":"join","kind":"leave","group":"other"}"#,
            #"{"type":"join","kind":"dance","group":"demo"}"#,
            #"{"type":"request","request":{"":["audio","video"]}}"#,
            #"{"type":"requestStream","id":"gone","request":["audio"]}"#,
            #"{"type":"offer","id":"s","sdp":"nonsense"}"#,
            #"{"type":"offer","id":""}"#,
            #"{"type":"answer","id":"gone","sdp":""}"#,
            #"{"type":"ice","id":"gone","candidate":{"candidate":""}}"#,
            #"{"type":"ice","id":"gone","candidate":null}"#,
            #"{"type":"renegotiate","id":"gone"}"#,
            #"{"type":"close","id":"gone"}"#,
            #"{"type":"abort","id":"gone"}"#,
            #"{"type":"chat","value":"hello"}"#,
            #"{"type":"chat","kind":"me","value":"waves"}"#,
            #"{"type":"chat","kind":"caption","value":"hello"}"#,
            #"{"type":"chat","value":"hello","noecho":true}"#,
            #"{"type":"chat","dest":"bob","value":"psst"}"#,
            #"{"type":"chat","dest":"nobody","value":"psst"}"#,
            #"{"type":"chat","source":"bob","value":"I am Bob"}"#,
            #"{"type":"chat","username":"bob","value":"I am Bob"}"#,
            #"{"type":"chat","username":"Server","value":"x","privileged":true}"#,
            #"{"type":"usermessage","kind":"info","value":"x"}"#,
            #"{"type":"usermessage","kind":"info","value":"x","noecho":true}"#,
            #"{"type":"usermessage","kind":"mute","dest":"bob"}"#,
            #"{"type":"usermessage","kind":"kicked","dest":"bob","value":"bye","privileged":true}"#,
            #"{"type":"usermessage","kind":"clearchat","source":"","privileged":true}"#,
            #"{"type":"usermessage","kind":"filetransfer","dest":"nobody","value":{}}"#,
        ]
        + ["op", "unop", "present", "unpresent", "shutup", "unshutup", "identify"].flatMap {
            [#"{"type":"useraction","kind":"\#($0)","dest":"bob"}"#]
        } + [
            #"{"type":"useraction","kind":"kick","dest":"bob","value":"enough"}"#,
            #"{"type":"useraction","kind":"kick","dest":"bob"}"#,
            #"{"type":"useraction","kind":"kick","dest":"nobody"}"#,
            #"{"type":"useraction","kind":"op","dest":"nobody"}"#,
            #"{"type":"useraction","kind":"op","dest":"me"}"#,
            #"{"type":"useraction","kind":"unop","dest":"me"}"#,
            #"{"type":"useraction","kind":"setdata","dest":"me","value":{"raisehand":true}}"#,
            #"{"type":"useraction","kind":"setdata","dest":"me","value":"up"}"#,
            #"{"type":"useraction","kind":"setdata","dest":"bob","value":{"raisehand":true}}"#,
            #"{"type":"useraction","kind":"dance","dest":"bob"}"#,
            #"{"type":"groupaction","kind":"clearchat"}"#,
            #"{"type":"groupaction","kind":"clearchat","value":{"userId":"bob"}}"#,
            #"{"type":"groupaction","kind":"clearchat","value":{"id":"m","userId":"bob"}}"#,
            #"{"type":"groupaction","kind":"clearchat","value":{"id":"m"}}"#,
            #"{"type":"groupaction","kind":"lock"}"#,
            #"{"type":"groupaction","kind":"lock","value":"later"}"#,
            #"{"type":"groupaction","kind":"unlock"}"#,
            #"{"type":"groupaction","kind":"subgroups"}"#,
            #"{"type":"groupaction","kind":"setdata","value":{"topic":"x"}}"#,
            #"{"type":"groupaction","kind":"setdata","value":7}"#,
            #"{"type":"groupaction","kind":"record"}"#,
            #"{"type":"groupaction","kind":"unrecord"}"#,
            #"{"type":"groupaction","kind":"maketoken","value":{"group":"demo"}}"#,
            #"{"type":"groupaction","kind":"edittoken","value":{"token":"t"}}"#,
            #"{"type":"groupaction","kind":"listtokens"}"#,
            #"{"type":"groupaction","kind":"dance"}"#,
            #"{"type":"dance"}"#,
            "{}",
            #"{"type":"chat","value":"hello","dest":7}"#,
            "not JSON",
        ]

    private let folder = TemporaryFolder()

    /// The table: under each message, states with the same outcome in one line.
    func table() async -> String {
        var lines = Self.preamble
        for message in Self.messages {
            lines += ["", message.title]
            var outcomes: [(states: [String], outcome: String)] = []
            for state in Self.states {
                let outcome = await outcome(of: message.json, in: state)
                if let index = outcomes.firstIndex(where: { $0.outcome == outcome }) {
                    outcomes[index].states.append(state.name)
                } else {
                    outcomes.append(([state.name], outcome))
                }
            }
            lines += outcomes.map { "    \(Self.summary($0.states)): \($0.outcome)" }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The states in words, with one word for those that belong together.
    private static func summary(_ states: [String]) -> String {
        var names = states
        for (word, group) in [
            ("outside", [State.outside, .refused, .left].map(\.name)), ("every member", permissionSets),
        ]
        where Set(group).isSubset(of: names) {
            let place = names.firstIndex(of: group[0]) ?? 0
            names.removeAll(where: group.contains)
            names.insert(word, at: place)
        }
        return names.joined(separator: ", ")
    }

    private static let preamble = [
        "What comes of every message, in every state of its sender: \"me\" is told, \"bob\" is told, how the connection ends.",
        "Written and compared by MessageMachineTests; CONTRIBUTING.md says how to change it. \"bob\" may present and write.",
        "«outside» is before joining, after a refused join, and after leaving; «every member» one with any permissions.",
        "A name such as «present» is a set of a group file; one such as «[present]» that permission alone.",
    ]

    /// What the sender and the other member are told, and how the connection ends.
    func outcome(of message: String, in state: State) async -> String {
        folder.write("demo.json", Self.group(for: state))
        let groups = GroupDirectory(
            directory: folder.path, workers: [RecordingMedia()], limits: Limits(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        var bob = MeetingClient("bob", groups)
        bob.receive(#"{"type":"join","kind":"join","group":"demo","username":"bob","password":"x"}"#)
        await bob.settle()
        var me = MeetingClient("me", groups, handshake: state != .beforeHandshake)
        if ![.beforeHandshake, .outside].contains(state) {
            me.receive(#"{"type":"join","kind":"join","group":"demo","username":"me"}"#)
            await me.settle()
        }
        if state == .left {
            me.receive(#"{"type":"join","kind":"leave","group":"demo"}"#)
            await me.settle()
        }
        await bob.settle()
        _ = me.harness.take()
        _ = bob.harness.take()
        me.receive(message)
        await me.settle()
        await bob.settle()
        // Refusals that are held back, and streams that wait for further tracks.
        me.harness.advance(.milliseconds(200))
        await me.settle()
        await bob.settle()

        var parts = me.harness.take().map { "me: \(Self.words($0))" }
        parts += bob.harness.take().map { "bob: \(Self.words($0))" }
        if let closure = me.harness.closure { parts.append("me: \(Self.words(closure))") }
        if let closure = bob.harness.closure { parts.append("bob: \(Self.words(closure))") }
        return parts.isEmpty ? "nothing" : parts.joined(separator: "; ")
    }

    private static func group(for state: State) -> String {
        var permissions = "\"present\""
        if case .member(let name) = state {
            permissions = name.hasPrefix("[") ? "[\"\(name.dropFirst().dropLast())\"]" : "\"\(name)\""
        }
        // One that is over, and opened again for whoever has been let in before.
        let isOver = state == .refused
        return
            #"{"users":{"bob":{"password":"x","permissions":\#(isOver ? #"["op","present","message"]"# : "\"present\"")}},"#
            + #""wildcard-user":{"password":{"type":"wildcard"},"permissions":\#(permissions)}"#
            + (isOver ? #","expires":"2020-01-01T00:00:00Z"}"# : "}")
    }

    // MARK: Words

    private static func words(_ closure: SessionClosure) -> String {
        switch closure {
        case .drop: "dropped"
        case .code(let code, let reason): "closed \(code)\(reason.isEmpty ? "" : " “\(reason)”")"
        }
    }

    private static func words(_ message: ServerMessage) -> String {
        switch message {
        case .handshake(let handshake): "handshake \(handshake.versions)"
        case .ping: "ping"
        case .pong: "pong"
        case .joined(let joined): words(joined)
        case .user(let user):
            "user \(user.kind.rawValue) \(user.id)"
                + (user.kind == .delete ? "" : " \(words(user.permissions))\(words(user.data))")
        case .offer(let offer): "offer \(offer.id)"
        case .answer(let answer): "answer \(answer.id)"
        case .ice(let candidate): "ice \(candidate.id)"
        case .renegotiate(let id): "renegotiate \(id)"
        case .close(let id): "close \(id)"
        case .abort(let id): "abort \(id)"
        case .chat(let chat): words(chat, "chat")
        case .chatHistory(let chat): words(chat, "chathistory")
        case .userMessage(let message): words(message)
        case .unknown(let type): "unknown \(type)"
        }
    }

    private static func words(_ joined: Joined) -> String {
        var text = "joined \(joined.kind.rawValue)"
        if let value = joined.value { text += " \(words(value))" }
        if joined.kind == .join || joined.kind == .change { text += " \(words(joined.permissions))" }
        if joined.status?.locked == true { text += " locked" }
        return text + words(joined.data ?? [:])
    }

    private static func words(_ chat: Chat, _ type: String) -> String {
        let kind = chat.kind == .normal ? "" : " \(chat.kind.rawValue)"
        let author = chat.source ?? "the server"
        return "\(type)\(kind)\(chat.dest == nil ? "" : " privately") from \(author)"
            + (chat.privileged ? ", privileged," : "") + (chat.value.map { " \(words($0))" } ?? "")
    }

    private static func words(_ message: UserMessage) -> String {
        let value = message.value.map { " \(words($0))" } ?? ""
        guard message.source != nil || message.kind != .error else { return "error\(value)" }
        let author = message.source ?? "the server"
        let by = message.kind == .kicked && message.source == nil ? " by \(message.id ?? "the server")" : ""
        return "\(message.kind.rawValue)\(message.error.map { " error \($0)" } ?? "") from \(author)\(by)"
            + (message.privileged ? ", privileged," : "") + value
    }

    private static func words(_ permissions: [Permission]) -> String {
        "[\(permissions.map(\.rawValue).sorted().joined(separator: " "))]"
    }

    private static func words(_ data: [String: JSONValue]) -> String {
        data.isEmpty ? "" : " \(words(.object(data)))"
    }

    private static func words(_ value: JSONValue) -> String {
        if case .string(let text) = value { return "“\(text)”" }
        return String(decoding: value.encoded(), as: UTF8.self)
    }
}
