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

@Suite("galene send-file and galene receive-files", .row("F-01", "F-03", "F-11", "G-09"), .timeLimit(.minutes(2)))
struct FileCommandTests {
    private static let groups = ["demo": RunningServer.everybodyPresents]

    /// A server, a folder to send from and one to receive in.
    private func run(_ body: (RunningServer, _ out: URL, _ into: URL) async throws -> Void) async throws {
        try await RunningServer.run(groups: Self.groups) { server in
            let (out, into) = (server.folder.appending(path: "out"), server.folder.appending(path: "in"))
            for folder in [out, into] {
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            }
            try await body(server, out, into)
            // Half a file is never there.
            #expect(try FileManager.default.contentsOfDirectory(atPath: into.path).allSatisfy { !$0.hasPrefix(".") })
        }
    }

    private func file(_ name: String, _ size: Int, in folder: URL) throws -> String {
        let url = folder.appending(path: name)
        var random = SeededRandom(seed: UInt64(size))
        try Data((0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }).write(to: url)
        return url.path
    }

    private func send(
        _ server: RunningServer, _ arguments: String..., on console: TestConsole = TestConsole(),
        _ interruption: Interruption = .none()
    ) async throws {
        guard
            let command = try GaleneCommand.parseAsRoot(["send-file", server.page("demo"), "-u", "ann"] + arguments)
                as? SendFileCommand
        else { return }
        try await command.run(on: console.console, interruption)
    }

    private func receive(
        _ server: RunningServer, _ arguments: String..., into: URL, on console: TestConsole = TestConsole(),
        _ interruption: Interruption = .none()
    ) async throws {
        guard
            let command = try GaleneCommand.parseAsRoot(
                ["receive-files", server.page("demo"), "-u", "bob", "-d", into.path] + arguments)
                as? ReceiveFilesCommand
        else { return }
        try await command.run(on: console.console, interruption)
    }

    @Test func `several files at once, and none takes another's place`() async throws {
        try await run { server, out, into in
            let paths = [
                try file("empty", 0, in: out), try file("one", 1, in: out), try file("large.bin", 1 << 20 + 1, in: out),
            ]
            try Data("mine".utf8).write(to: into.appending(path: "one"))
            let (sender, receiver) = (TestConsole(), TestConsole())
            async let receiving: Void = receive(server, "--count", "3", into: into, on: receiver)
            try await send(server, "--wait", "bob", paths[0], paths[1], paths[2], on: sender)
            try await receiving
            for (path, name) in zip(paths, ["empty", "one (1)", "large.bin"]) {
                #expect(
                    try Data(contentsOf: into.appending(path: name)) == Data(contentsOf: URL(fileURLWithPath: path)))
            }
            #expect(try String(contentsOf: into.appending(path: "one"), encoding: .utf8) == "mine")
            // Standard output is for programs, and has the paths alone.
            #expect(Set(receiver.lines) == Set(["empty", "one (1)", "large.bin"].map { into.path + "/" + $0 }))
            #expect(sender.output.isEmpty)
            for words in ["empty: 0 B, offered to bob", "large.bin: sent to bob", "3 files sent"] {
                #expect(sender.errors.contains(words), "\(words) in \(sender.errors)")
            }
            for words in ["waiting for files (3)", "one: stored as \(into.path)/one (1), from ann", "3 files stored"] {
                #expect(receiver.errors.contains(words), "\(words) in \(receiver.errors)")
            }
        }
    }

    @Test func `events are lines of JSON`() async throws {
        try await run { server, out, into in
            let path = try file("a.bin", 100_000, in: out)
            let (sender, receiver) = (TestConsole(), TestConsole())
            async let receiving: Void = receive(server, "--count", "1", "--json", into: into, on: receiver)
            try await send(server, "--wait", "--json", "bob", path, on: sender)
            try await receiving
            for console in [sender, receiver] {
                let objects = try console.objects.filter { $0["event"] != "progress" }
                #expect(
                    objects.compactMap { $0["event"]?.stringValue } == [
                        "offered", "connecting", "moving", "done", "summary",
                    ])
                let files = objects.dropLast()
                #expect(files.allSatisfy { $0["name"] == "a.bin" && $0["size"] == 100_000 })
                #expect(Set(files.map { $0["file"] }).count == 1 && files.first?["file"]?.stringValue?.isEmpty == false)
                let end = try #require(objects.last)
                #expect(end["files"] == 1 && end["failed"] == 0 && end["bytes"] == 100_000)
                #expect(console.errors.isEmpty)
            }
            #expect(try receiver.objects.contains { $0["path"] == .string(into.path + "/a.bin") })
        }
    }

    @Test(.row("F-03")) func `who refuses is told of, with the reason`() async throws {
        try await run { server, out, into in
            let (small, large) = (try file("small", 10, in: out), try file("large", 2000, in: out))
            let receiver = TestConsole()
            async let receiving: Void = receive(
                server, "--count", "1", "--maximum-size", "1k", "--from", "ann", into: into, on: receiver)
            let sender = TestConsole()
            // One after the other: the first is over before the second is offered.
            let error = await #expect(throws: CommandError.self) {
                try await send(server, "--wait", "--parallel", "1", "bob", large, small, on: sender)
            }
            #expect(error?.exitCode == 1 && error?.description == "one file was not sent")
            #expect(sender.errors.contains("large: refused by bob: the file is too large: at most 1.0 kB are taken"))
            try await receiving
            #expect(receiver.errors.contains("large: refused: the file is too large"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: into.path) == ["small"])
        }
    }

    @Test(.attack(28), .attack(19)) func `names of files do nothing to the terminal or the directory`() async throws {
        try await run { server, out, into in
            let path = try file("x", 3, in: out)
            for isTerminal in [false, true] {
                let receiver = TestConsole(isTerminal: isTerminal)
                async let receiving: Void = receive(server, "--count", "1", into: into, on: receiver)
                var eve = try await TestMember(server, "eve\u{202e}")
                let bob = try await eve.user(.add, "bob")
                let sent = try await eve.connection.sendFile(
                    path, to: bob.id, name: "../../\u{1b}[2J\u{202e}\u{9b}31m/../evil\u{7}\n.txt")
                for try await _ in sent.events {}
                try await receiving
                #expect(receiver.errors.contains("evil"))
                // What is drawn on a terminal are our own sequences: up, and clear what is below.
                let shown = receiver.errors.replacing(/\e\[[0-9]+A\r\e\[J/, with: "")
                for line in shown.split(separator: "\n") { #expect(TerminalText.printable(String(line)) == line) }
                await eve.leave()
            }
            #expect(
                try Set(FileManager.default.contentsOfDirectory(atPath: into.path)) == ["evil.txt", "evil (1).txt"])
        }
    }

    @Test func `somebody at the terminal says yes or no`() async throws {
        try await run { server, out, into in
            let paths = [try file("a", 1, in: out), try file("b", 2, in: out), try file("c", 3, in: out)]
            let receiver = TestConsole(typed: ["n", "", " Yes "], isTerminal: true)
            async let receiving: Void = receive(server, "--ask", "--count", "1", into: into, on: receiver)
            let error = await #expect(throws: CommandError.self) {
                try await send(server, "--wait", "--parallel", "1", "bob", paths[0], paths[1], paths[2])
            }
            #expect(error?.description == "2 files were not sent")
            try await receiving
            #expect(try FileManager.default.contentsOfDirectory(atPath: into.path) == ["c"])
            #expect(receiver.errors.contains("ann offers a (1 B). Store it? [y/N] "))
        }
    }

    @Test func `Ctrl-C of the sender is told to the other side, and leaves nothing`() async throws {
        try await run { server, out, into in
            let path = try file("a", 1000, in: out)
            var bob = try await TestMember(server, "bob")
            let interruption = Interruption.none()
            let console = TestConsole()
            let sending = Task { try await send(server, "bob", path, on: console, interruption) }
            let offered = try await bob.file()
            interruption.happen(SIGINT)
            let error = await #expect(throws: CommandError.self) { try await sending.value }
            #expect(error?.exitCode == 130)
            var reasons: [String?] = []
            for try await event in offered.events { if case .cancelled(let reason) = event { reasons.append(reason) } }
            #expect(reasons == ["interrupted"] && console.errors.contains("a: interrupted"))
            try await bob.user(.delete, "ann")
            await bob.leave()
        }
    }

    @Test func `Ctrl-C of a receiver that waits is a normal end, and of one with work left not`() async throws {
        try await run { server, _, into in
            for (arguments, code) in [([], 0), (["--count", "1"], 130)] as [([String], Int32)] {
                var eve = try await TestMember(server, "eve")
                let interruption = Interruption.none()
                guard
                    let command = try GaleneCommand.parseAsRoot(
                        ["receive-files", server.page("demo"), "-u", "bob", "-d", into.path] + arguments)
                        as? ReceiveFilesCommand
                else { return }
                async let receiving: Void = command.run(on: TestConsole().console, interruption)
                try await eve.user(.add, "bob")
                interruption.happen(SIGINT)
                do {
                    try await receiving
                    #expect(code == 0)
                } catch let error as CommandError {
                    #expect(error.exitCode == code)
                }
                try await eve.user(.delete, "bob")
                await eve.leave()
            }
        }
    }

    @Test(.row("F-08")) func `a member who goes away is said in words`() async throws {
        try await run { server, out, _ in
            let path = try file("a", 1000, in: out)
            var bob = try await TestMember(server, "bob")
            let console = TestConsole()
            let sending = Task { try await send(server, "bob", path, on: console) }
            _ = try await bob.file()
            await bob.leave()
            let error = await #expect(throws: CommandError.self) { try await sending.value }
            #expect(error?.exitCode == 1 && console.errors.contains("a: refused by bob: the other side has gone away"))
        }
    }

    @Test func `what cannot be sent or stored is said before anybody is bothered`() async throws {
        let page = "http://127.0.0.1:1/group/demo/"
        for (path, words) in [
            ("/nowhere/a", "there is no file /nowhere/a"), ("/tmp", "/tmp is a directory"),
            ("/dev/zero", "cannot be read"),
        ] {
            let command = try parse("send-file", page, "bob", path, as: SendFileCommand.self)
            let error = await #expect(throws: CommandError.self) {
                try await command.run(on: TestConsole().console, .none())
            }
            #expect(error?.exitCode == 64 && error?.description.contains(words) == true)
        }
        for (path, words) in [("/nowhere", "there is no directory"), ("/etc/passwd", "is not a directory")] {
            let command = try parse("receive-files", page, "-d", path, as: ReceiveFilesCommand.self)
            let error = await #expect(throws: CommandError.self) {
                try await command.run(on: TestConsole().console, .none())
            }
            #expect(error?.exitCode == 64 && error?.description.contains(words) == true)
        }
        let ask = try parse("receive-files", page, "--ask", as: ReceiveFilesCommand.self)
        let error = await #expect(throws: CommandError.self) { try await ask.run(on: TestConsole().console, .none()) }
        #expect(error?.description.contains("needs a terminal") == true)
    }

    @Test func `where a file cannot be stored is no business of who sends it`() async throws {
        try await run { server, out, into in
            let path = try file("a", 1, in: out)
            var eve = try await TestMember(server, "eve")
            let (sender, receiver, interruption) = (TestConsole(), TestConsole(), Interruption.none())
            async let receiving: Void = receive(server, into: into, on: receiver, interruption)
            try await eve.user(.add, "bob")
            try FileManager.default.removeItem(at: into)
            await #expect(throws: CommandError.self) { try await send(server, "bob", path, on: sender) }
            #expect(sender.errors.contains("a: refused by bob: no file can be made: No such file or directory"))
            #expect(!sender.errors.contains(into.path))
            interruption.happen(SIGINT)
            try await receiving
            try FileManager.default.createDirectory(at: into, withIntermediateDirectories: true)
            await eve.leave()
        }
    }

    @Test func `nobody of that name`() async throws {
        try await run { server, out, _ in
            let path = try file("a", 1, in: out)
            let error = await #expect(throws: CommandError.self) { try await send(server, "bob", path) }
            #expect(error?.exitCode == 1 && error?.description.contains("no member called bob") == true)
            #expect(error?.description.contains("--wait") == true)
        }
    }
}
