// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import Foundation
import RTCTestKit
import Testing

@testable import galene

@Suite("Where a password comes from", .row("G-14"))
struct PasswordOptionsTests {
    @Test func `the environment, unless a file is named`() throws {
        let none: PasswordOptions = try PasswordOptions.parse([])
        #expect(try none.password(environment: [:]) == nil)
        #expect(try none.password(environment: ["GALENE_PASSWORD": ""]) == nil)
        #expect(try none.password(environment: ["GALENE_PASSWORD": "secret"]) == "secret")
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("correct horse\nand more\n".utf8).write(to: URL(fileURLWithPath: path))
        let file = try PasswordOptions.parse(["--password-file", path])
        #expect(try file.password(environment: ["GALENE_PASSWORD": "secret"]) == "correct horse")
        // An empty first line is an empty password, not the second line.
        try Data("\nand more\n".utf8).write(to: URL(fileURLWithPath: path))
        #expect(try file.password(environment: [:]) == "")
    }

    @Test func `a file that is not there is a wrong option`() throws {
        let options = try PasswordOptions.parse(["--password-file", "/nowhere/password"])
        let error = #expect(throws: CommandError.self) { try options.password(environment: [:]) }
        #expect(error?.exitCode == 64 && error?.description.contains("/nowhere/password") == true)
    }

    @Test func `it is never an argument`() {
        for arguments in [
            ["--password", "secret"], ["--password=secret"], ["--password-file", "a", "--ask-password"],
        ] {
            #expect(throws: (any Error).self) {
                try GaleneCommand.parseAsRoot(["say", "https://h/group/x/"] + arguments + ["hello"])
            }
        }
    }
}
