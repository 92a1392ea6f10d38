// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

extension MeetingCommand {
    /// In the order of `/help`.
    static let all: [MeetingCommand] = everybodys + sending + files + operators + invitations

    private static let everybodys: [MeetingCommand] = [
        MeetingCommand("help", worksAlone: true, help: "show these commands") { model, _ in
            model.answer(help(with: model.permissions))
            return []
        },
        MeetingCommand("who", help: "say who is here, and what they do") { model, _ in
            let lines = model.sortedPeople.map { person in
                let isOwn = person.id == model.ownID
                let rate = isOwn ? [model.sent.rate].compactMap(\.self) : []
                return ([isOwn ? "\(person.name) (you)" : person.name] + person.facts + rate).joined(separator: ", ")
            }
            model.answer(lines.joined(separator: "\n"))
            return []
        },
        MeetingCommand("me", needs: [.message], "TEXT", help: "say what you do") { _, line throws(CommandFailure) in
            [.chat(try needed(line.all), kind: .me)]
        },
        MeetingCommand("msg", needs: [.message], "USER TEXT", help: "write to one person only") {
            model, line throws(CommandFailure) in
            let id = try member(line.first, of: model)
            let text = try needed(line.rest)
            model.wrote(text, to: id)
            return [.chat(text, to: id)]
        },
        MeetingCommand("raise", help: "raise your hand") { model, _ in
            [.userAction(.setData, on: model.ownID, value: ["raisehand": true])]
        },
        MeetingCommand("unraise", help: "lower your hand") { model, _ in
            [.userAction(.setData, on: model.ownID, value: ["raisehand": nil])]
        },
        MeetingCommand("video", "[on|off]", help: "receive pictures, or do not") { model, line throws(CommandFailure) in
            switch line.all {
            case "": model.receivesPictures.toggle()
            case "on": model.receivesPictures = true
            case "off": model.receivesPictures = false
            default: throw CommandFailure("Type /video on or /video off.")
            }
            return [.receivePictures(model.receivesPictures)]
        },
        MeetingCommand("renegotiate", help: "connect all videos anew") { _, _ in [.renegotiate] },
        MeetingCommand("leave", worksAlone: true, help: "leave the meeting") { _, _ in [.leave] },
    ]

    private static let files: [MeetingCommand] = [
        MeetingCommand("sendfile", needs: [.message], "USER PATH", help: "send a file to a person") {
            model, line throws(CommandFailure) in
            let id = try member(line.first, of: model)
            guard !line.rest.isEmpty else { throw CommandFailure("Say which file: /sendfile USER PATH") }
            return [.sendFile(path: line.rest, to: id)]
        },
        MeetingCommand("accept", "[NUMBER]", help: "take a file that is offered") {
            model, line throws(CommandFailure) in
            [.acceptFile(try file(line.all, of: model, where: \.isOffer).id)]
        },
        MeetingCommand("refuse", "[NUMBER]", help: "refuse a file, or break off its transfer") {
            model, line throws(CommandFailure) in
            [.refuseFile(try file(line.all, of: model, where: { _ in true }).id)]
        },
    ]

    /// A command that changes what a member may do.
    private static func change(_ name: String, _ kind: UserAction.Kind, _ help: String) -> MeetingCommand {
        MeetingCommand(name, needs: [.op], "USER", help: help) { model, line throws(CommandFailure) in
            [.userAction(kind, on: try member(line.first, of: model))]
        }
    }

    private static let operators: [MeetingCommand] = [
        MeetingCommand("kick", needs: [.op], "USER [REASON]", help: "remove a person from the group") {
            model, line throws(CommandFailure) in
            [
                .userAction(
                    .kick, on: try member(line.first, of: model), value: line.rest.isEmpty ? nil : .string(line.rest))
            ]
        },
        change("identify", .identify, "ask for the network address of a person, who is told"),
        change("op", .op, "make a person an operator"),
        change("unop", .unop, "make an operator an ordinary member"),
        change("present", .present, "let a person use camera and microphone"),
        change("unpresent", .unpresent, "no longer let a person use camera and microphone"),
        change("shutup", .shutUp, "no longer let a person write"),
        change("unshutup", .unshutUp, "let a person write"),
        MeetingCommand("mute", needs: [.op], "USER", help: "turn off a person’s microphone") {
            model, line throws(CommandFailure) in
            [.userMessage(.mute, to: try member(line.first, of: model))]
        },
        MeetingCommand("muteall", needs: [.op], help: "turn off everybody’s microphone") { _, _ in
            [.userMessage(.mute, to: nil, noEcho: true)]
        },
        MeetingCommand("warn", needs: [.op], "USER TEXT", help: "show a warning to a person") {
            model, line throws(CommandFailure) in
            [
                .userMessage(
                    .warning, to: try member(line.first, of: model), value: .string(try needed(line.rest)))
            ]
        },
        MeetingCommand("wall", needs: [.op], "TEXT", help: "show a warning to everybody") {
            _, line throws(CommandFailure) in
            [.userMessage(.warning, to: nil, value: .string(try needed(line.all)))]
        },
        MeetingCommand("lock", needs: [.op], "[TEXT]", help: "let nobody else enter") { _, line in
            [.groupAction(.lock, value: line.all.isEmpty ? nil : .string(line.all))]
        },
        MeetingCommand("unlock", needs: [.op], help: "let people enter again") { _, _ in [.groupAction(.unlock)] },
        MeetingCommand("clear", needs: [.op], help: "delete all messages, for everybody") { _, _ in
            [.groupAction(.clearChat)]
        },
        MeetingCommand("subgroups", needs: [.op], help: "list the subgroups that are in use") { _, _ in
            [.groupAction(.subgroups)]
        },
        MeetingCommand("record", needs: [.record], help: "let the server record") { _, _ in [.groupAction(.record)] },
        MeetingCommand("unrecord", needs: [.record], help: "end the server’s recording") { _, _ in
            [.groupAction(.unrecord)]
        },
    ]

    private static let invitations: [MeetingCommand] = [
        MeetingCommand("invite", needs: [.token], "[NAME] [TIME]", help: "make an invitation, for 1d by default") {
            model, line throws(CommandFailure) in
            let expires = try Expiration(line.rest, default: .relative(milliseconds: 86_400_000))
            var template: [String: JSONValue] = [
                "group": .string(model.group), "expires": expires.value,
                "permissions": .array(
                    [Permission.present, .message].filter(model.permissions.contains).map { .string($0.rawValue) }),
            ]
            if !line.first.isEmpty { template["username"] = .string(line.first) }
            return [.groupAction(.makeToken, value: .object(template))]
        },
        MeetingCommand(
            "reinvite", needs: [.op, .token], "INVITATION [TIME]", help: "let an invitation count longer, 1d by default"
        ) { _, line throws(CommandFailure) in
            let expires = try Expiration(line.rest, default: .relative(milliseconds: 86_400_000))
            return [
                .groupAction(.editToken, value: ["token": .string(try token(line.first)), "expires": expires.value])
            ]
        },
        MeetingCommand("revoke", needs: [.op, .token], "INVITATION", help: "let an invitation count no more") {
            _, line throws(CommandFailure) in
            // A second ago, as the reference page has it.
            [.groupAction(.editToken, value: ["token": .string(try token(line.first)), "expires": .integer(-1000)])]
        },
        MeetingCommand("listtokens", needs: [.op, .token], help: "list the invitations") { _, _ in
            [.groupAction(.listTokens)]
        },
    ]

    /// Of a link, the part that counts.
    private static func token(_ text: String) throws(CommandFailure) -> String {
        guard !text.isEmpty else { throw CommandFailure("Say which invitation: its token, or the link.") }
        guard let range = text.firstRange(of: "token=") else { return text }
        return String(text[range.upperBound...].prefix { $0 != "&" && $0 != "#" })
    }
}
