// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import Foundation
import GaleneClient
import GaleneProtocol

struct ReceiveFilesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receive-files", abstract: "Store the files that members of a group offer.",
        discussion: """
            They come straight from the member, and not by way of the server; both learn each other's addresses.
            A file gets its name when it is whole, and never takes the place of another one. It goes on until Ctrl-C.

            Whatever comes, into a directory:
              galene receive-files https://example.org/group/demo/ --directory inbox
            Two files of one member, and no larger ones:
              galene receive-files https://example.org/group/demo/ \\
                --from alice --count 2 --maximum-size 100MB
            What somebody at the terminal says yes to:
              galene receive-files https://example.org/group/demo/ --ask
            The path of each file, for a program:
              galene receive-files https://example.org/group/demo/ --directory inbox \\
                | while read -r f; do file "$f"; done

            \(CommandError.exitCodes)
            Ctrl-C is a normal end, unless it breaks off a file, or comes before --count files (130).
            """)

    @OptionGroup var meeting: MeetingOptions
    @Option(name: .shortAndLong, help: "Where to store them.", completion: .directory)
    var directory = "."
    @Option(
        help: ArgumentHelp("Take files of this member only, by name or client id; may be repeated.", valueName: "user"))
    var from: [String] = []
    @Flag(help: "Ask about each file.")
    var ask = false
    @Option(help: ArgumentHelp("End after so many files.", valueName: "number"))
    var count: Int?
    @Option(
        help: ArgumentHelp("Refuse larger files, as in 500k, 20MB, 1.5G.", valueName: "bytes"), transform: size)
    var maximumSize: Int64?
    @OptionGroup var output: OutputOptions

    private static func size(_ text: String) throws -> Int64 {
        guard let bytes = ByteCount.parse(text) else { throw CommandError(.usage, "write it as in 500k, 20MB or 1.5G") }
        return bytes
    }

    func validate() throws {
        if let count, count < 1 { throw ValidationError("--count wants a number from 1 on.") }
    }

    func run() async throws { try await run(on: .standard, Interruption()) }

    func run(on console: Console, _ interruption: Interruption) async throws {
        try requireDirectory()
        guard !ask || console.canAsk else { throw CommandError(.usage, "--ask needs a terminal to ask on") }
        let board = TransferBoard(console, isUp: false, json: output.json)
        defer { try? board.summarise() }
        let acceptance = FileAcceptance(from: from, maximumSize: maximumSize, asks: ask, left: count)
        let isComplete = try await interruption.race {
            try await self.meeting.attend(console, configure: { $0.reconnectPolicy = ReconnectPolicy() }) { meeting in
                try await meeting.requireMessages()
                try board.say(
                    "waiting for files\(count.map { " (\($0))" } ?? ""), which are stored in \(directory); Ctrl-C ends it"
                )
                try await FileReception(
                    meeting: meeting, directory: directory, console: console,
                    printsPaths: !output.json && !console.output.isTerminal, board: board, acceptance: acceptance
                ).run()
            }
            return true
        }
        let totals = board.totals
        if isComplete == nil, count != nil || totals.interrupted > 0 {
            throw CommandError(.interrupted(signal: interruption.signal ?? SIGINT), "interrupted")
        }
        if count != nil, totals.failed > 0 {
            throw CommandError(
                .failed, totals.failed == 1 ? "one file was not stored" : "\(totals.failed) files were not stored")
        }
    }

    private func requireDirectory() throws(CommandError) {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory) else {
            throw CommandError(.usage, "there is no directory \(directory): make it first")
        }
        guard isDirectory.boolValue else { throw CommandError(.usage, "\(directory) is not a directory") }
        guard FileManager.default.isWritableFile(atPath: directory) else {
            throw CommandError(.usage, "nothing can be written in \(directory)")
        }
    }
}
