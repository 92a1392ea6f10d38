// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import Foundation
import GaleneClient
import GaleneProtocol

struct SendFileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send-file", abstract: "Send files to a member of a group.",
        discussion: """
            They travel straight to the member, who has to accept them, and not by way of the server; both learn each \
            other's addresses.

            To a member by name, or by client id:
              galene send-file https://example.org/group/demo/ alice holiday.jpg
            Several, to somebody who may not be there yet:
              galene send-file https://example.org/group/demo/ alice --wait *.jpg
            Under a name by which one is known, with the password asked for:
              galene send-file https://example.org/group/demo/ \\
                --username bob --ask-password alice report.pdf

            \(CommandError.exitCodesOfWork)
            """)

    @OptionGroup var meeting: MeetingOptions
    @Argument(help: "Who is to get them: a member's name or client id.")
    var user: String
    @Argument(help: ArgumentHelp("What to send.", valueName: "file"), completion: .file())
    var files: [String]
    @Flag(help: "Wait for the member to come.")
    var wait = false
    @Option(help: ArgumentHelp("Files at a time, up to 8.", valueName: "number"))
    var parallel = 4
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...8).contains(parallel) else { throw ValidationError("--parallel wants a number from 1 to 8.") }
    }

    func run() async throws { try await run(on: .standard, Interruption()) }

    func run(on console: Console, _ interruption: Interruption) async throws {
        // Before anybody is bothered.
        let files = try files.map { path in try LocalFile(path) }
        let board = TransferBoard(console, isUp: true, json: output.json)
        defer { try? board.summarise() }
        try await interruption.finish {
            try await self.meeting.attend(console) { meeting in
                try await meeting.requireMessages()
                try await Patience.within(Meeting.answerTime, "the server does not answer") {
                    try await meeting.settle()
                }
                let user = try await member(in: meeting, board)
                try await Self.send(files, to: user, in: meeting, board, parallel)
            }
        }
        let failed = board.totals.failed
        guard failed == 0 else {
            throw CommandError(.failed, failed == 1 ? "one file was not sent" : "\(failed) files were not sent")
        }
    }

    private func member(in meeting: Meeting, _ board: TransferBoard) async throws -> User {
        guard wait else {
            return try await meeting.requireMember(user, hint: "; --wait waits for one to come")
        }
        if let user = try await meeting.member(user) { return user }
        try board.say("waiting for \(TerminalText.printable(user))")
        var found: User?
        try await meeting.next { event in
            guard case .user(.add, let member) = event, member.username == user || member.id == user else {
                return false
            }
            found = member
            return true
        }
        guard let found else { throw CommandError(.failed, "the connection has ended") }
        return found
    }

    private static func send(
        _ files: [LocalFile], to user: User, in meeting: Meeting, _ board: TransferBoard, _ parallel: Int
    ) async throws {
        let queue = files.map { file in
            let transfer = Transfer(
                isUp: true, user: user.username, userID: user.id, name: file.name, size: file.size)
            return (file, board.add(transfer))
        }
        try await withThrowingTaskGroup(of: Bool.self) { tasks in
            tasks.addTask {
                await board.run()
                return false
            }
            // The connection's end ends the transfers, and is a better reason than theirs.
            tasks.addTask {
                try await meeting.next { _ in false }
                return false
            }
            var waiting = queue[...]
            var running = 0
            defer { tasks.cancelAll() }
            while running > 0 || !waiting.isEmpty {
                while running < parallel, let (file, index) = waiting.popFirst() {
                    running += 1
                    tasks.addTask {
                        try await send(file, index, to: user, in: meeting, board)
                        return true
                    }
                }
                if try await tasks.next() == true { running -= 1 }
            }
        }
    }

    private static func send(
        _ file: LocalFile, _ index: Int, to user: User, in meeting: Meeting, _ board: TransferBoard
    ) async throws {
        do {
            let transfer = try await meeting.connection.sendFile(file.path, to: user.id, name: file.name)
            board.identify(index, as: transfer.id)
            _ = try await transfer.follow(on: board, index)
        } catch let error as ServerConnectionError {
            // Gone meanwhile, or no longer to be read: the others may still go.
            try board.enter(.cancelled(error.description), index)
        }
    }
}
