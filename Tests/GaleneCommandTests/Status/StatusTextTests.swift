// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCTestKit
import ServerTestKit
import Testing

@testable import galene

@Suite("galene status", .row("G-11"), .timeLimit(.minutes(1)))
struct StatusTextTests {
    private static let page = try! GroupPage(argument: "https://h/group/demo/")

    @Test func `a group in words`() {
        let status = GroupStatus(
            name: "demo", endpoint: "wss://h/ws", displayName: "Demonstration", description: "Two\nlines", locked: true,
            clientCount: 3)
        #expect(
            StatusText.lines(status, page: Self.page) == [
                "Demonstration", "Two", "lines", "", "group     demo", "page      https://h/group/demo/",
                "endpoint  wss://h/ws", "members   3", "locked    yes: only operators get in",
            ])
    }

    @Test func `a group that has moved, or that others let into, says so`() {
        let moved = GroupStatus(name: "demo", redirect: "https://other/group/demo/")
        #expect(StatusText.lines(moved, page: Self.page).last == "moved     to https://other/group/demo/: use that URL")
        let guarded = GroupStatus(name: "demo", authServer: "https://a/", authPortal: "https://p/")
        let text = StatusText.lines(guarded, page: Self.page).joined(separator: "\n")
        #expect(text.contains("checked by https://a/") && text.contains("https://p/, which leads people in"))
        #expect(text.contains("not told to strangers"))
    }

    @Test(.attack(28)) func `nothing of what a server says acts on the terminal`() {
        let status = GroupStatus(
            name: "a\u{1b}[2J", location: "\u{202e}", displayName: "\u{9b}31m", description: "x\u{7}\ny\u{1b}c")
        for line in StatusText.lines(status, page: Self.page) { #expect(TerminalText.printable(line) == line) }
    }

    @Test func `a server is asked, and nobody joins`() async throws {
        let groups = [
            "demo":
                #"{"public": true, "displayName": "Demonstration", "wildcard-user": {"password": {"type": "wildcard"}}}"#
        ]
        try await RunningServer.run(groups: groups) { server in
            let console = TestConsole()
            try await parse("status", server.page("demo"), as: StatusCommand.self).run(on: console.console)
            #expect(console.lines.first == "Demonstration" && console.output.contains("members   0"))
            let json = TestConsole()
            try await parse("status", server.page("demo"), "--json", as: StatusCommand.self).run(on: json.console)
            let object = try #require(json.objects.first)
            #expect(object["name"] == "demo" && object["clientCount"] == 0 && object["locked"] == false)
            #expect(object["endpoint"] == .string(server.endpoint) && object["page"] == .string(server.page("demo")))
            let error = await #expect(throws: CommandError.self) {
                try await parse("status", server.page("nothing"), as: StatusCommand.self).run(on: console.console)
            }
            #expect(error?.exitCode == 2 && error?.description.contains("there is no group") == true)
        }
    }
}
