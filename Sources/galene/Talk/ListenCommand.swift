// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import Foundation
import GaleneClient
import GaleneProtocol

struct ListenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "listen", abstract: "Print what happens in a group.",
        discussion: """
            It goes on until Ctrl-C, and comes back when the connection was lost.

            For people:
              galene listen https://example.org/group/demo/
            For a program, every event a line (docs/galene/listen.md has them all):
              galene listen https://example.org/group/demo/ --json
            What is said next:
              galene listen https://example.org/group/demo/ \\
                --only chat --no-history --count 1
            Who comes and goes within a minute:
              galene listen https://example.org/group/demo/ \\
                --only user-joined --only user-left --for 60

            Kinds of events: \(HeardEvent.kinds.joined(separator: ", ")).

            \(CommandError.exitCodes)
            Ctrl-C is a normal end.
            """)

    @OptionGroup var meeting: MeetingOptions
    @Option(
        help: ArgumentHelp("Print events of this kind only; may be repeated.", valueName: "kind"),
        completion: .list(HeardEvent.kinds))
    var only: [String] = []
    @Flag(name: .customLong("no-history"), help: "Leave out what was said before.")
    var hidesHistory = false
    @Flag(help: "Tell of streams too. Who is told of them receives them: it costs their bandwidth.")
    var streams = false
    @Option(help: ArgumentHelp("End after so many events.", valueName: "number"))
    var count: Int?
    @OptionGroup var duration: DurationOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let unknown = only.first(where: { !HeardEvent.kinds.contains($0) }) {
            throw ValidationError(
                "There are no events of kind \(unknown). There are: \(HeardEvent.kinds.joined(separator: ", ")).")
        }
        if let count, count < 1 { throw ValidationError("--count wants a number from 1 on.") }
    }

    func run() async throws { try await run(on: .standard, Interruption()) }

    func run(on console: Console, _ interruption: Interruption) async throws {
        _ = try await interruption.race { try await duration.limit { try await listen(console) } }
    }

    private func listen(_ console: Console) async throws {
        try await meeting.attend(console, configure: { $0.reconnectPolicy = ReconnectPolicy() }) { meeting in
            if streams { try await meeting.connection.request(["": [.audio, .videoLow]]) }
            var left = count
            var end: CommandError?
            var isComplete = false
            try await HeardEvent.follow(meeting) { event in
                if case .server(let event) = event {
                    // It says why; the end of the connection says only that.
                    end = Meeting.end(event).map { end ?? $0 } ?? end
                }
                guard try await tell(event, in: meeting, on: console), let number = left else { return true }
                left = number - 1
                isComplete = number == 1
                return !isComplete
            }
            if !isComplete, !Task.isCancelled { throw end ?? CommandError(.failed, "the connection has ended") }
        }
    }

    /// - Returns: whether it was printed.
    private func tell(_ event: HeardEvent, in meeting: Meeting, on console: Console) async throws -> Bool {
        if case .server(.fileTransfer(let file)) = event, !file.isUp {
            await file.cancel("this program only listens")
        }
        let own = meeting.connection.id
        guard let kind = event.kind, only.isEmpty || only.contains(kind), !(hidesHistory && event.isHistory) else {
            return false
        }
        let now = Timestamp(unixMilliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        if output.json {
            guard let object = event.json(own: own, username: await meeting.connection.username, now: now) else {
                return false
            }
            try console.output.line(json: object)
        } else {
            let text = HeardText(own: own, style: console.output.style)
            for line in text.lines(event, username: await meeting.connection.username, now: now) {
                try console.output.line(line)
            }
        }
        return true
    }
}
