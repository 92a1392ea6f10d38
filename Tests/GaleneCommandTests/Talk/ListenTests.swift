// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import ClientTestKit
import Foundation
import GaleneClient
import GaleneProtocol
import RTCTestKit
import ServerTestKit
import Testing

@testable import galene

@Suite("galene listen", .timeLimit(.minutes(1)))
struct ListenTests {
    private static let groups = [
        "demo": #"{"wildcard-user": {"password": {"type": "wildcard"}, "permissions": "op"}}"#
    ]

    private func listen(
        _ server: RunningServer, _ arguments: String..., on console: TestConsole,
        _ interruption: Interruption = .none()
    ) async throws {
        guard
            let command = try GaleneCommand.parseAsRoot(["listen", server.page("demo"), "-u", "ann"] + arguments)
                as? ListenCommand
        else { return }
        try await command.run(on: console.console, interruption)
    }

    @Test(.row("C-04", "C-07", "C-08", "G-10")) func `every event is a line of JSON`() async throws {
        try await RunningServer.run(groups: Self.groups) { server in
            var bob = try await TestMember(server, "bob")
            try await bob.connection.chat("before")
            _ = try await bob.chat()
            let console = TestConsole()
            // joined, history, three users, a chat, a private one, a warning, a change, an end.
            async let listening: Void = listen(server, "--json", "--count", "10", on: console)
            let ann = try await bob.user(.add, "ann")
            let eve = try await TestMember(server, "eve")
            try await bob.user(.add, "eve")
            try await bob.connection.chat("hello\nyou", kind: .me)
            try await bob.connection.chat("psst", to: ann.id)
            try await bob.connection.userMessage(.warning, to: ann.id, value: ["a": 1])
            try await bob.connection.userAction(.setData, on: bob.connection.id, value: ["raisehand": true])
            await eve.leave()
            try await listening
            let objects = try console.objects
            func all(_ event: String) -> [[String: JSONValue]] { objects.filter { $0["event"] == .string(event) } }
            #expect(objects.count == 10 && objects.allSatisfy { $0["time"]?.stringValue?.hasSuffix("Z") == true })
            let joined = try #require(all("joined").first)
            #expect(joined["group"] == "demo" && joined["username"] == "ann" && joined["id"] == .string(ann.id))
            #expect(joined["permissions"]?.arrayValue?.contains("op") == true && joined["locked"] == false)
            let chats = all("chat")
            #expect(chats.map { $0["value"] } == ["before", "hello\nyou", "psst"])
            #expect(chats.map { $0["history"] } == [true, false, false])
            #expect(chats.map { $0["private"] } == [false, false, true])
            #expect(chats.map { $0["kind"] } == ["", "me", ""] && chats.allSatisfy { $0["username"] == "bob" })
            #expect(chats[1]["operator"] == true && chats[2]["to"] == .string(ann.id))
            #expect(Set(all("user-joined").compactMap { $0["username"]?.stringValue }) == ["ann", "bob", "eve"])
            #expect(all("user-joined").filter { $0["own"] == true }.map { $0["username"] } == ["ann"])
            #expect(all("user-changed").first?["data"] == ["raisehand": true])
            let warning = try #require(all("message").first)
            #expect(warning["kind"] == "warning" && warning["value"] == ["a": 1] && warning["operator"] == true)
            #expect(all("user-left").map { $0["username"] } == ["eve"] && all("user-changed").count == 1)
            // Nobody stays behind.
            try await bob.user(.delete, "ann")
            await bob.leave()
        }
    }

    @Test(.attack(28)) func `nothing that others write or are called acts on the terminal`() async throws {
        try await RunningServer.run(groups: Self.groups) { server in
            let evil = "\u{1b}[2J\u{1b}]0;x\u{7}\u{202e}\u{9b}31m\r\n\u{2028}"
            var eve = try await TestMember(server, "eve\u{202e}\u{9b}31m")
            for isJSON in [false, true] {
                let console = TestConsole()
                async let listening: Void = listen(
                    server, isJSON ? "--json" : "--no-history", "--only", "chat", "--only", "message", "--only", "file",
                    "--no-history", "--count", "4", on: console)
                let ann = try await eve.user(.add, "ann")
                try await eve.connection.chat(evil)
                try await eve.connection.chat(value: .object([evil: [.string(evil)]]))
                try await eve.connection.userMessage(.init(rawValue: "k" + evil), to: ann.id, value: .string(evil))
                let path = server.folder.appendingPathComponent("file").path
                try Data("x".utf8).write(to: URL(fileURLWithPath: path))
                try await eve.connection.sendFile(path, to: ann.id, name: evil)
                try await listening
                // Lines of several are told from others by their indentation.
                for line in console.lines { #expect(TerminalText.printable(line) == line, "\(line.debugDescription)") }
                #expect(console.output.contains(isJSON ? #"\u009b31m"# : "␛[2J␛]0;x␇"))
                try await eve.user(.delete, "ann")
            }
            await eve.leave()
        }
    }

    @Test func `people read times, names and words`() async throws {
        try await RunningServer.run(groups: Self.groups) { server in
            var bob = try await TestMember(server, "bob")
            try await bob.connection.chat("earlier")
            _ = try await bob.chat()
            let console = TestConsole()
            async let listening: Void = listen(server, "--count", "8", on: console)
            let ann = try await bob.user(.add, "ann")
            try await bob.connection.chat("hello\nyou")
            try await bob.connection.chat("waves", kind: .me)
            try await bob.connection.chat("psst", to: ann.id)
            try await bob.connection.groupAction(.lock, value: "later")
            try await listening
            // What precedes is the time.
            let lines = console.lines.map { $0.drop { !$0.isLetter && $0 != "*" } }
            #expect(console.lines.allSatisfy { $0.firstRange(of: /^([-0-9]{10} )?[0-9:]{8}  |^ {10}/) != nil })
            for line in [
                "you are in demo as ann, and may op, present, message, caption, token", "bob: earlier", "bob is here",
                "ann (you) is here", "bob: hello", "you", "* bob waves", "bob (to you alone): psst",
            ] { #expect(lines.contains { $0 == line }, "\(line) in \(console.output)") }
            await bob.leave()
        }
    }

    @Test func `Ctrl-C is a normal end, and leaves the group`() async throws {
        try await RunningServer.run(groups: Self.groups) { server in
            var bob = try await TestMember(server, "bob")
            let interruption = Interruption.none()
            async let listening: Void = listen(server, on: TestConsole(), interruption)
            try await bob.user(.add, "ann")
            interruption.happen(SIGINT)
            try await listening
            try await bob.user(.delete, "ann")
            await bob.leave()
        }
    }

    @Test(arguments: ["0.1", "0.01", "0.001", "0.000001"])
    func `it ends by the clock, also while it connects`(seconds: String) async throws {
        try await RunningServer.run(groups: Self.groups) { server in
            try await listen(server, "--for", seconds, on: TestConsole())
        }
    }

    @Test func `a reader that has seen enough is a quiet end`() async throws {
        try await RunningServer.run(groups: Self.groups) { server in
            let console = TestConsole(readLines: 1)
            let error = await #expect(throws: CommandError.self) { try await listen(server, on: console) }
            #expect(error?.exitCode == 0 && console.lines.count == 1)
        }
    }

    @Test func `who is sent away is told by whom, and why`() async throws {
        try await RunningServer.run(groups: Self.groups) { server in
            var bob = try await TestMember(server, "bob")
            let console = TestConsole()
            let listening = Task { try await listen(server, on: console) }
            let ann = try await bob.user(.add, "ann")
            try await bob.connection.userAction(.kick, on: ann.id, value: "enough\u{1b}")
            let error = await #expect(throws: CommandError.self) { try await listening.value }
            #expect(error?.exitCode == 1 && error?.description == "you were sent away by bob: enough␛")
            await bob.leave()
        }
    }

    @Test(arguments: [["--only", "nonsense"], ["--count", "0"], ["--for", "-1"], ["--for", "nan"]])
    func `options that make no sense`(arguments: [String]) {
        #expect(throws: (any Error).self) {
            try GaleneCommand.parseAsRoot(["listen", "https://h/group/x/"] + arguments)
        }
    }
}
