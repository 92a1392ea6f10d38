// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import Foundation
import GaleneClient
import GaleneProtocol

struct SayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "say", abstract: "Write in a group's chat, and leave.",
        discussion: """
            It ends when the server has passed the text on.

            To everybody:
              galene say https://example.org/group/demo/ The build is done
            To one member, by name or client id; nobody else sees it:
              galene say https://example.org/group/demo/ --to alice Come, please
            What another program prints, under a name of its own:
              uptime | galene say https://example.org/group/demo/ --username server -
            A text that begins with a dash:
              galene say https://example.org/group/demo/ -- -1 is a number

            \(CommandError.exitCodesOfWork)
            """)

    @OptionGroup var meeting: MeetingOptions
    @Argument(help: "What to say; its words are joined by blanks. A single - is for standard input.")
    var text: [String]
    @Option(help: ArgumentHelp("The only one who is to get it.", valueName: "user"))
    var to: String?
    @Flag(help: "As an action in the first person, as /me does it.")
    var me = false

    func run() async throws { try await run(on: .standard, Interruption()) }

    func run(on console: Console, _ interruption: Interruption) async throws {
        try await interruption.finish {
            let text = try await text(console)
            try await self.meeting.attend(console) { meeting in
                try await meeting.requireMessages()
                try await Patience.within(
                    Meeting.answerTime, "the server has not passed it on within \(Meeting.answerTime)"
                ) { try await say(text, in: meeting) }
            }
        }
    }

    private func say(_ text: String, in meeting: Meeting) async throws {
        let connection = meeting.connection
        let kind: Chat.Kind = me ? .me : .normal
        guard let to else {
            try await connection.chat(text, kind: kind)
            let own = connection.id
            return try await meeting.next { event in
                guard case .chat(let chat) = event, !chat.isHistory, chat.source == own else { return false }
                return chat.value == .string(text)
            }
        }
        try await meeting.settle()
        let user = try await meeting.requireMember(to)
        try await connection.chat(text, kind: kind, to: user.id)
        try await meeting.settle()
    }

    private func text(_ console: Console) async throws(CommandError) -> String {
        guard text == ["-"] else {
            let text = text.joined(separator: " ")
            guard !text.isEmpty else { throw CommandError(.usage, "there is nothing to say") }
            return text
        }
        var lines: [String] = []
        var length = 0
        for await line in console.input() {
            lines.append(line)
            length += line.utf8.count + 1
        }
        guard length <= StandardInputLines.maximumLength else {
            throw CommandError(.usage, "the text is too long: servers take a mebibyte at most")
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        guard !lines.isEmpty else { throw CommandError(.usage, "there is nothing to say: standard input is empty") }
        return lines.joined(separator: "\n")
    }
}
