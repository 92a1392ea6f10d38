// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import RTCTestKit
import Testing

@testable import galene

@Suite("Help", .row("G-13"))
struct HelpTests {
    /// As a shell would hand them over; what stands before and behind is for other programs.
    private static func examples(_ help: String) -> [[String]] {
        help.replacing(#/\x20\\\n\x20+/#, with: " ").split(separator: "\n").compactMap { line in
            guard line.hasPrefix("  "), let start = line.firstRange(of: "galene ") else { return nil }
            let end = line[start.upperBound...].firstRange(of: " | ")?.lowerBound ?? line.endIndex
            let words = line[start.upperBound..<end].replacing(/\$\([^)]*\)/, with: "1")
            return words.split(separator: " ").map(String.init)
        }
    }

    @Test func `every example is a command that there is`() throws {
        var count = 0
        for command in [GaleneCommand.self] + GaleneCommand.configuration.subcommands {
            let discussion = command.configuration.discussion
            let examples = Self.examples(discussion)
            #expect(!examples.isEmpty, "\(command) shows no example")
            for example in examples where example.first != "--generate-completion-script" {
                count += 1
                do {
                    _ = try GaleneCommand.parseAsRoot(example)
                } catch {
                    Issue.record("galene \(example.joined(separator: " ")): \(GaleneCommand.fullMessage(for: error))")
                }
            }
        }
        #expect(count > 15)
    }

    @Test func `examples can be copied from a window of 80 columns`() {
        for command in [GaleneCommand.self] + GaleneCommand.configuration.subcommands {
            let lines = command.helpMessage(columns: 80).split(separator: "\n").map(String.init)
            var isContinued = false
            for line in command.configuration.discussion.split(separator: "\n").map(String.init) {
                guard isContinued || line.hasPrefix("  ") else { continue }
                #expect(lines.contains(line) && line.count <= 80, "\(command): \(line)")
                #expect(!line.contains(/\S {2,}\S/) || !line.contains("galene "), "\(command): \(line)")
                isContinued = line.hasSuffix(" \\")
            }
            #expect(!isContinued)
        }
    }

    @Test func `each help names the exit codes`() {
        for command in [GaleneCommand.self] + GaleneCommand.configuration.subcommands {
            #expect(command.helpMessage().contains("Exit status: 0"), "\(command)")
        }
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func `there are completions`(shell: String) throws {
        let script = GaleneCommand.completionScript(for: try #require(CompletionShell(rawValue: shell)))
        for name in ["receive-files", "send-file", "maximum-size", "password-file"] { #expect(script.contains(name)) }
    }

    @Test func `exit codes are those that the pages promise`() {
        let codes: [(CommandError.Kind, Int32)] = [
            (.outputClosed, 0), (.failed, 1), (.unreachable, 2), (.refused, 2), (.usage, 64),
            (.interrupted(signal: 2), 130),
        ]
        for (kind, code) in codes { #expect(CommandError(kind, "").exitCode == code) }
    }
}
