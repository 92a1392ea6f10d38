// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import Testing

@testable import galene

@Suite("The question for a password", .timeLimit(.minutes(1)), .serialized)
struct PasswordPromptTests {
    /// Somebody is asked on a terminal of their own.
    private func asking(_ terminal: PseudoTerminal) async -> Task<String, any Error> {
        let task = Task.detached { try PasswordPrompt.ask("Password: ", on: terminal.path) }
        #expect(await terminal.shows("Password: "))
        #expect(!terminal.echoes)
        return task
    }

    @Test func `what is typed is taken, and not shown`() async throws {
        let terminal = try PseudoTerminal()
        #expect(terminal.echoes)
        let answer = await asking(terminal)
        terminal.type("wrong\u{15}höx\u{7f}rß!\u{8}e\r")
        #expect(try await answer.value == "hörße")
        #expect(terminal.echoes)
        #expect(terminal.read() == "\r\n")
    }

    @Test func `who is no longer waited for is asked no longer, and sees what is typed again`() async throws {
        let terminal = try PseudoTerminal()
        let answer = await asking(terminal)
        answer.cancel()
        // The line break after the question.
        let isOver = await terminal.shows("\n")
        // Whoever is still asked shall answer.
        if !isOver { terminal.type("\r") }
        #expect(isOver)
        let error = await #expect(throws: CommandError.self) { try await answer.value }
        #expect(error?.exitCode == 130)
        #expect(terminal.echoes)
    }

    @Test func `a process that ends at once can put the terminal right`() async throws {
        let terminal = try PseudoTerminal()
        let answer = await asking(terminal)
        PasswordPrompt.restore()
        #expect(terminal.echoes)
        answer.cancel()
        await #expect(throws: CommandError.self) { try await answer.value }
    }
}
