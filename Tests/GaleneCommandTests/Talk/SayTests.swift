// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import ClientTestKit
import GaleneClient
import GaleneProtocol
import RTCTestKit
import ServerTestKit
import Testing

@testable import galene

@Suite("galene say", .timeLimit(.minutes(1)))
struct SayTests {
    static let groups = [
        "demo": RunningServer.everybodyPresents,
        "closed": #"{"users": {"ann": {"password": "correct horse", "permissions": "present"}}}"#,
        "quiet": #"{"wildcard-user": {"password": {"type": "wildcard"}, "permissions": "observe"}}"#,
        "moved": #"{"redirect": "https://example.org/group/moved/"}"#,
        "portal":
            #"{"authPortal": "https://p.example.org/", "users": {"ann": {"password": "x", "permissions": "op"}}}"#,
        "small":
            #"{"max-clients": 1, "wildcard-user": {"password": {"type": "wildcard"}, "permissions": "present"}}"#,
    ]

    private func say(_ arguments: String..., on console: TestConsole = TestConsole()) async throws {
        guard let command = try GaleneCommand.parseAsRoot(["say"] + arguments) as? SayCommand else { return }
        try await command.run(on: console.console, .none())
    }

    @Test(.row("C-16", "G-10")) func `everybody hears it, and then it has left`() async throws {
        try await RunningServer.run(groups: Self.groups) { server in
            var bob = try await TestMember(server, "bob")
            try await say(server.page("demo"), "--username", "ann", "good", "day")
            let chat = try await bob.chat()
            #expect(chat.text == "good day" && chat.username == "ann" && chat.kind == .normal && chat.dest == nil)
            try await bob.user(.delete, "ann")
            try await say(server.page("demo"), "--username", "ann", "--me", "waves")
            #expect(try await bob.chat().kind == .me)
            try await say(server.page("demo"), "--", "-1 is a number")
            #expect(try await bob.chat().text == "-1 is a number")
            // Nobody is left behind.
            let status = try await bob.connection.status(of: server.page("demo"))
            #expect(status.clientCount == nil)
            #expect(await bob.connection.users.count == 1)
            await bob.leave()
        }
    }

    @Test(.row("C-16")) func `one member alone hears it`() async throws {
        try await RunningServer.run(groups: Self.groups) { server in
            var bob = try await TestMember(server, "bob")
            var eve = try await TestMember(server, "eve")
            try await say(server.page("demo"), "--to", "bob", "between us")
            let chat = try await bob.chat()
            #expect(chat.text == "between us" && chat.dest == bob.connection.id)
            try await say(server.page("demo"), "--to", bob.connection.id, "again")
            #expect(try await bob.chat().text == "again")
            try await say(server.page("demo"), "to all")
            #expect(try await eve.chat().text == "to all")
            let nobody = await #expect(throws: CommandError.self) {
                try await say(server.page("demo"), "--to", "carol", "hello")
            }
            #expect(nobody?.exitCode == 1 && nobody?.description.contains("there are bob, eve in the group") == true)
            // Two of one name: neither gets it by chance.
            let twin = try await TestMember(server, "bob")
            let both = await #expect(throws: CommandError.self) {
                try await say(server.page("demo"), "--to", "bob", "hello")
            }
            #expect(both?.description.contains(twin.connection.id) == true)
            await twin.leave()
            await eve.leave()
            await bob.leave()
        }
    }

    @Test func `what another program prints is one text`() async throws {
        try await RunningServer.run(groups: Self.groups) { server in
            var bob = try await TestMember(server, "bob")
            try await say(server.page("demo"), "-", on: TestConsole(typed: ["a", "", "b", ""]))
            #expect(try await bob.chat().text == "a\n\nb")
            let long = String(repeating: "日本語 ", count: 10_000)
            try await say(server.page("demo"), "-", on: TestConsole(typed: [long]))
            #expect(try await bob.chat().text == long)
            let empty = await #expect(throws: CommandError.self) {
                try await say(server.page("demo"), "-", on: TestConsole(typed: []))
            }
            #expect(empty?.exitCode == 64)
            await bob.leave()
        }
    }

    @Test func `a refusal tells what to do`() async throws {
        try await RunningServer.run(groups: Self.groups) { server in
            let bob = try await TestMember(server, "bob", group: "small")
            let cases: [(group: String, environment: [String: String], words: [String])] = [
                ("closed", [:], ["asks ann for a password", "GALENE_PASSWORD", "--password-file", "--ask-password"]),
                ("closed", ["GALENE_PASSWORD": "wrong"], ["does not know ann with this password", "--username"]),
                ("closed", ["GALENE_TOKEN": "wrong"], ["the token lets nobody in"]),
                ("quiet", [:], ["does not let ann write"]),
                ("moved", [:], ["has moved", "https://example.org/group/moved/"]),
                ("portal", [:], ["https://p.example.org/", "?token="]),
                ("small", [:], ["too many users"]),
                ("nothing", [:], ["there is no group"]),
            ]
            for (group, environment, words) in cases {
                let error = await #expect(throws: CommandError.self) {
                    try await say(
                        server.page(group), "-u", "ann", "hello", on: TestConsole(environment: environment))
                }
                #expect(error?.exitCode == 2, "\(group): \(String(describing: error))")
                for word in words { #expect(error?.description.contains(word) == true, "\(String(describing: error))") }
            }
            try await say(
                server.page("closed"), "-u", "ann", "hello",
                on: TestConsole(environment: ["GALENE_PASSWORD": "correct horse"]))
            await bob.leave()
        }
    }

    @Test func `a server that is not there, or that nobody vouches for`() async throws {
        let nobody = await #expect(throws: CommandError.self) { try await say("http://127.0.0.1:1/group/x/", "hello") }
        #expect(nobody?.exitCode == 2 && nobody?.description.contains("Connection refused") == true)
        try await RunningServer.run(secure: true, groups: Self.groups) { server in
            let error = await #expect(throws: CommandError.self) { try await say(server.page("demo"), "hello") }
            #expect(error?.exitCode == 2 && error?.description.contains("--certificate-authority") == true)
            try await say(server.page("demo"), "--insecure", "hello")
        }
    }
}
