// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol
import Synchronization

/// Takes the files that are offered in a meeting.
final class FileReception: Sendable {
    private struct State {
        var acceptance: FileAcceptance
        /// Accepted files that are over.
        var finished = 0
        /// As many as were wanted have come.
        var isComplete = false
        var failure: (any Error)?
    }

    private let meeting: Meeting
    private let directory: String
    private let console: Console
    private let printsPaths: Bool
    private let board: TransferBoard
    /// How many are wanted; `nil` for all that come.
    private let count: Int?
    private let state: Mutex<State>

    /// - Parameter printsPaths: of what was stored, on standard output, for a program.
    init(
        meeting: Meeting, directory: String, console: Console, printsPaths: Bool, board: TransferBoard,
        acceptance: FileAcceptance
    ) {
        self.meeting = meeting
        self.directory = directory
        self.console = console
        self.printsPaths = printsPaths
        self.board = board
        count = acceptance.left
        state = Mutex(State(acceptance: acceptance))
    }

    /// Until as many have come as are wanted, or the connection ends.
    func run() async throws {
        let (questions, ask) = AsyncStream.makeStream(of: TransferredFile.self)
        try await withThrowingDiscardingTaskGroup { tasks in
            defer { tasks.cancelAll() }
            tasks.addTask { [board] in await board.run() }
            tasks.addTask { [self] in await stopping { try await self.askInTurn(questions) } }
            var end: CommandError?
            for try await event in meeting.events {
                if let error = Meeting.end(event) { end = end ?? error }
                guard case .fileTransfer(let file) = event, !file.isUp else { continue }
                switch state.withLock({ $0.acceptance.judge(file) }) {
                case .accept: tasks.addTask { [self] in await stopping { try await self.take(file) } }
                case .ask: ask.yield(file)
                case .refuse(let reason): try await refuse(file, reason)
                }
            }
            let (isComplete, failure) = state.withLock { ($0.isComplete, $0.failure) }
            if let failure { throw failure }
            try Task.checkCancellation()
            guard isComplete else {
                throw end ?? CommandError(.failed, "the connection has ended")
            }
        }
    }

    /// What fails here fails for all; the events end with the connection.
    private func stopping(_ body: () async throws -> Void) async {
        do {
            try await body()
        } catch {
            state.withLock { $0.failure = $0.failure ?? error }
            await meeting.connection.close()
        }
    }

    private func refuse(_ file: TransferredFile, _ reason: String) async throws {
        await file.cancel(reason)
        try board.decline(Transfer(file), reason)
    }

    private func take(_ file: TransferredFile) async throws {
        let index = board.add(Transfer(file))
        do {
            try await file.receive(into: directory)
        } catch let error as ServerConnectionError {
            await file.cancel(error.description)
        }
        if let path = try await file.follow(on: board, index), printsPaths { try console.output.line(path) }
        let isComplete = state.withLock { state in
            state.finished += 1
            state.isComplete = state.finished == count
            return state.isComplete
        }
        if isComplete { await meeting.connection.close() }
    }

    // MARK: Asking

    /// One question at a time; what was accepted moves meanwhile.
    private func askInTurn(_ questions: AsyncStream<TransferredFile>) async throws {
        guard state.withLock(\.acceptance.asks) else { return }
        var answers = console.input().makeAsyncIterator()
        try await withThrowingDiscardingTaskGroup { tasks in
            for await file in questions {
                // It may have been withdrawn while another one was asked about.
                guard await file.state == .inviting else { continue }
                let user = TerminalText.printable(file.username ?? file.userID)
                try board.pause(true)
                try console.errors.raw(
                    "\(user) offers \(TerminalText.printable(file.name)) (\(ByteCount.text(file.size))). Store it? [y/N] "
                )
                let answer = await answers.next()
                if answer == nil { try console.errors.raw("\n") }
                try board.pause(false)
                guard !Task.isCancelled else { return await file.cancel("interrupted") }
                guard await file.state == .inviting else {
                    try board.say("\(TerminalText.printable(file.name)): withdrawn meanwhile")
                    continue
                }
                let isWanted = ["y", "yes"].contains((answer ?? "").lowercased().filter { !$0.isWhitespace })
                let verdict: FileAcceptance.Verdict =
                    isWanted ? state.withLock { $0.acceptance.approve() } : .refuse("the file is not wanted")
                if case .refuse(let reason) = verdict {
                    try await refuse(file, reason)
                } else {
                    tasks.addTask { [self] in try await take(file) }
                }
            }
        }
    }
}

extension FileAcceptance {
    mutating func judge(_ file: TransferredFile) -> Verdict {
        judge(user: file.username ?? "", id: file.userID, size: file.size)
    }
}
