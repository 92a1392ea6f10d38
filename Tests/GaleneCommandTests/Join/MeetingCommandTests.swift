// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol
import Testing

@testable import galene

@Suite("Commands in the chat of a terminal")
struct MeetingCommandTests {
    private typealias Fixture = MeetingFixture
    private static let everything: [Permission] = [.op, .present, .message, .token, .record]

    private func model(_ permissions: [Permission] = everything) -> MeetingModel {
        var model = Fixture.model(permissions)
        model.handle(.user(.add, Fixture.user("lise", "Lise Meitner")))
        model.handle(.user(.add, Fixture.user("b1", "bob")))
        model.offered("f1", isUp: false, name: "a.txt", person: "bob", size: 1)
        return model
    }

    @Test(arguments: [
        (#"/msg bob hello  you "#, "msg", "bob", "hello  you", "bob hello  you"),
        (#"/msg "Lise Meitner" hello"#, "msg", "Lise Meitner", "hello", #""Lise Meitner" hello"#),
        (#"/msg 'Lise Meitner'"#, "msg", "Lise Meitner", "", "'Lise Meitner'"),
        (#"/msg Lise\ Meitner a b"#, "msg", "Lise Meitner", "a b", #"Lise\ Meitner a b"#),
        (#"/msg "a\"b" c"#, "msg", #"a"b"#, "c", #""a\"b" c"#),
        (#"/msg "open end"#, "msg", #""open"#, "end", #""open end"#),
        (#"/msg "a"b c"#, "msg", #""a"b"#, "c", #""a"b c"#), (#"/msg ab\"#, "msg", "ab", #"\"#, #"ab\"#),
        ("/leave", "leave", "", "", ""),
        ("/me\twaves\nand smiles", "me", "waves", "and smiles", "waves\nand smiles"), ("/", "", "", "", ""),
    ])
    func `are parsed as the page parses them`(text: String, name: String, first: String, rest: String, all: String) {
        let line = CommandLine(text)
        #expect(line.name == name && line.first == first && line.rest == rest && line.all == all)
    }

    @Test(arguments: ["bob", "Lise Meitner", #"a"b"#, #"back\slash"#, "it's", "", "two  spaces"])
    func `a name in quotes is read as it was`(name: String) {
        #expect(CommandLine("/msg \(CommandLine.quoted(name)) text").first == name)
    }

    @Test(arguments: [
        ("hello", [MeetingEffect.chat("hello")]), (" two words ", [.chat("two words")]), ("//slash", [.chat("/slash")]),
        ("  ", []),
        ("/me waves", [.chat("waves", kind: .me)]), ("/msg bob hi", [.chat("hi", to: "b1")]),
        ("/msg b1 hi", [.chat("hi", to: "b1")]),
        ("/raise", [.userAction(.setData, on: "me", value: ["raisehand": true])]),
        ("/unraise", [.userAction(.setData, on: "me", value: ["raisehand": nil])]), ("/leave", [.leave]),
        ("/video on", [.receivePictures(true)]), ("/renegotiate", [.renegotiate]),
        ("/unmute", [.send(.microphone(true))]), ("/camera", [.send(.camera(true))]),
        ("/camera on", [.send(.camera(true))]), ("/camera off", [.send(.camera(false))]),
        ("/sharescreen", [.send(.shareScreen(display: nil))]),
        ("/sharescreen :1", [.send(.shareScreen(display: ":1"))]),
        ("/presentfile /tmp/a b.webm", [.send(.presentFile(path: "/tmp/a b.webm"))]),
        ("/sendfile bob /tmp/a b", [.sendFile(path: "/tmp/a b", to: "b1")]),
        ("/accept", [.acceptFile("f1")]), ("/accept 1", [.acceptFile("f1")]), ("/refuse", [.refuseFile("f1")]),
        ("/kick bob", [.userAction(.kick, on: "b1")]),
        ("/kick bob go away", [.userAction(.kick, on: "b1", value: "go away")]),
        ("/identify bob", [.userAction(.identify, on: "b1")]), ("/op bob", [.userAction(.op, on: "b1")]),
        ("/unop bob", [.userAction(.unop, on: "b1")]),
        ("/present bob", [.userAction(.present, on: "b1")]), ("/unpresent bob", [.userAction(.unpresent, on: "b1")]),
        ("/shutup bob", [.userAction(.shutUp, on: "b1")]), ("/unshutup bob", [.userAction(.unshutUp, on: "b1")]),
        ("/mute bob", [.userMessage(.mute, to: "b1")]), ("/muteall", [.userMessage(.mute, to: nil, noEcho: true)]),
        ("/warn bob be quiet", [.userMessage(.warning, to: "b1", value: "be quiet")]),
        ("/wall be quiet", [.userMessage(.warning, to: nil, value: "be quiet")]),
        ("/lock", [.groupAction(.lock)]), ("/lock come later", [.groupAction(.lock, value: "come later")]),
        ("/unlock", [.groupAction(.unlock)]),
        ("/clear", [.groupAction(.clearChat)]), ("/subgroups", [.groupAction(.subgroups)]),
        ("/record", [.groupAction(.record)]),
        ("/unrecord", [.groupAction(.unrecord)]), ("/listtokens", [.groupAction(.listTokens)]),
        (
            "/revoke https://h/group/demo/?token=abc",
            [.groupAction(.editToken, value: ["token": "abc", "expires": -1000])]
        ),
        ("/reinvite abc 2h", [.groupAction(.editToken, value: ["token": "abc", "expires": 7_200_000])]),
        (
            "/invite bob 2026-12-24",
            [
                .groupAction(
                    .makeToken,
                    value: [
                        "group": "demo", "username": "bob", "expires": "2026-12-24T00:00:00Z",
                        "permissions": ["present", "message"],
                    ])
            ]
        ),
    ])
    func `do what they say`(text: String, effects: [MeetingEffect]) {
        var model = model()
        #expect(model.submit(text) == .success(effects))
    }

    @Test(arguments: [
        ("/nope", "There is no command /nope. Type /help for those that there are."),
        ("/msg", "Say who is meant, for instance: /msg \"Lise Meitner\" Hello"),
        ("/msg bob", "There is no text in this command."),
        ("/msg nobody hi", "There is nobody named “nobody” here."), ("/me", "There is no text in this command."),
        ("/camera maybe", "Type /camera on or /camera off."), ("/presentfile", "Say which file: /presentfile PATH"),
        ("/mute", "Your microphone is off already."), ("/unsharescreen", "No screen is shared from here."),
        ("/unpresentfile", "No file is shown from here."), ("/mute nobody", "There is nobody named “nobody” here."),
        ("/accept 7", "Say which file: 1"), ("/video maybe", "Type /video on or /video off."),
        ("/sendfile bob", "Say which file: /sendfile USER PATH"),
        ("/invite bob soon", "Write the time as 30min, 12h, 2d, 1mon or 1yr, or as a date: 2026-12-24."),
        ("/invite bob 99999999999999999yr", "Write the time as 30min, 12h, 2d, 1mon or 1yr, or as a date: 2026-12-24."),
        ("/\u{1b}[2J", "There is no command /\u{241b}[2J. Type /help for those that there are."),
    ])
    func `say what is wrong with them`(text: String, failure: String) {
        var model = model()
        #expect(model.submit(text) == .failure(CommandFailure(failure)))
    }

    @Test func `nothing is sent to somebody by chance`() {
        var model = model()
        model.handle(.user(.add, Fixture.user("b2", "bob")))
        #expect(
            model.submit("/msg bob hi")
                == .failure(CommandFailure("2 people are called bob. Name one by its id: b1, b2")))
        #expect(model.submit("/msg b2 hi") == .success([.chat("hi", to: "b2")]))
    }

    @Test(arguments: [[], [Permission.message], [.present, .message], [.op, .message], [.op, .token], everything])
    func `are for those who may, and only they are told of them`(permissions: [Permission]) {
        var model = model(permissions)
        _ = model.submit("/help")
        let help = model.entries.last?.lines ?? []
        #expect(help.count == MeetingCommand.all.count(where: { $0.isAvailable(with: permissions) }))
        for command in MeetingCommand.all where !command.isAvailable(with: permissions) {
            // What is for oneself may have the name of what operators do to others.
            let isShared = MeetingCommand.all.count { $0.name == command.name } > 1
            let failure =
                command.needs == [.present]
                ? CommandFailure.mayNotPresent
                : CommandFailure("You are not allowed to use /\(command.name)\(isShared ? " USER" : "") here.")
            #expect(
                model.submit("/\(command.name)\(isShared && !command.takesUser ? "" : " bob text")")
                    == .failure(failure))
            #expect(!help.contains { $0.hasSuffix(command.help) })
        }
        if !permissions.contains(.message) {
            #expect(model.submit("hello") == .failure(CommandFailure("You may not write in this group.")))
        }
    }

    @Test func `all of spec 13.6 that make sense in a terminal are there`() {
        let names = [
            "help", "me", "msg", "leave", "clear", "lock", "unlock", "record", "unrecord", "subgroups", "invite",
            "reinvite",
            "revoke", "listtokens", "renegotiate", "sendfile", "kick", "identify", "op", "unop", "present", "unpresent",
            "shutup", "unshutup", "mute", "muteall", "warn", "wall", "raise", "unraise", "sharescreen",
            "unsharescreen", "presentfile",
        ]
        #expect(Set(names).isSubset(of: MeetingCommand.all.map(\.name)))
    }

    @Test(arguments: [
        ("/he", ["/help "]),
        (
            "/un",
            [
                "/unraise", "/unmute", "/unsharescreen", "/unpresentfile", "/unop", "/unpresent", "/unshutup",
                "/unlock",
                "/unrecord",
            ]
        ), ("/mu", ["/mute", "/muteall"]), ("/mute b", ["bob "]), ("/cam", ["/camera "]),
        ("/msg Li", [#""Lise Meitner" "#]),
        (#"/msg "lise m"#, [#""Lise Meitner" "#]), ("/kick ", ["bob", #""Lise Meitner""#]), ("hello bo", ["bob "]),
        ("hello x", []), ("hello ", []),
        ("/msg bob b", []), ("/me bo", []),
    ])
    func `are completed, and so are names`(text: String, candidates: [String]) {
        let found = model().completion(of: Array(text), at: text.count)
        #expect(found?.candidates ?? [] == candidates)
    }

    @Test func `what several share is completed`() {
        let found = model().completion(of: Array("/unp"), at: 4)
        #expect(found?.common == "/unpresent")
        #expect(Completion(range: 0..<1, candidates: ["/mute", "/muteall"]).common == "/mute")
    }
}
