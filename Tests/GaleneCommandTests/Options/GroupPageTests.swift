// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import Testing

@testable import galene

@Suite("The URL of a group's page")
struct GroupPageTests {
    @Test(
        arguments: [
            ("https://h/group/demo/", "https://h/group/demo/", "demo", nil),
            ("https://h/group/demo", "https://h/group/demo/", "demo", nil),
            ("HTTP://h:8443/group/a/b/", "http://h:8443/group/a/b/", "a/b", nil),
            ("https://[::1]:8443/group/demo/#x", "https://[::1]:8443/group/demo/", "demo", nil),
            ("https://h/group/d%C3%A9/?token=a.b-c", "https://h/group/d%C3%A9/", "dé", "a.b-c"),
            ("https://h/group/demo?x=1&token=a%2Bb&y", "https://h/group/demo/", "demo", "a+b"),
        ] as [(String, String, String, String?)])
    func `what browsers show is understood`(text: String, url: String, group: String, token: String?) throws {
        let page = try GroupPage(argument: text)
        #expect(page.description == url && page.group == group && page.token == token)
    }

    @Test(arguments: [
        ("galene.example.org/group/x", "https://galene.example.org/group/x"),
        ("galene.example.org", "https://galene.example.org/group/NAME/"),
        ("demo room", "https://HOST/group/NAME/"), ("", "https://HOST/group/NAME/"),
        ("/group/demo/", "https://HOST/group/NAME/"), ("ftp://h/group/x/", "https:// or http://"),
        ("ws://h/group/x/", "https:// or http://"), ("https://h:8443/", "https://h:8443/group/NAME/"),
        ("https://h/group/", "https://h/group/NAME/"), ("https://ann:secret@h/group/x/", "GALENE_PASSWORD"),
        ("https://h:99999/group/x/", "not a URL"), ("https://h/group/x/?token=%zz", "copy the link again"),
        ("https://h/group/x/?token=", "copy the link again"), ("https://h/group/\u{1b}[2J/", "not a URL"),
    ])
    func `what is none says what to write`(text: String, words: String) {
        let error = #expect(throws: CommandError.self) { try GroupPage(argument: text) }
        #expect(error?.description.contains(words) == true && error?.exitCode == 64)
    }

    @Test(arguments: ["status", "say", "listen", "send-file", "receive-files", "load"])
    func `each command tells it as a wrong option`(command: String) {
        let error = #expect(throws: (any Error).self) {
            try GaleneCommand.parseAsRoot([command, "h/group/x", "a", "b"])
        }
        guard let error else { return }
        #expect(GaleneCommand.exitCode(for: error).rawValue == 64)
        #expect(GaleneCommand.fullMessage(for: error).contains("write https://h/group/x"))
    }
}
