// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Dispatch
import Foundation

/// A meeting line by line, for screen readers, for terminals that can do nothing else, and for programs: everything that
/// happens is said in words, and nothing that was said changes. When nobody reads it any more it leaves the meeting.
struct PlainTranscript {
    private static let input = DispatchQueue(label: "galene.lines")

    private let output: LineWriter
    private let line: @Sendable () async -> String?

    /// - Parameter line: what is typed next; `nil` when nothing will be.
    init(to output: LineWriter, line: @escaping @Sendable () async -> String? = Self.typed) {
        self.output = output
        self.line = line
    }

    /// A session of which everything is said here.
    func join(_ meeting: Meeting, _ options: JoinSession.Options) async throws(CommandError) -> JoinSession {
        let session = await JoinSession(meeting, options) { [output] session, _ in
            do throws(CommandError) {
                try session.withModel { model throws(CommandError) in try Self.say(&model, to: output) }
            } catch {
                session.leave(because: error)
            }
        }
        for line in Self.greeting(await session.model) { try output.line(line) }
        return session
    }

    /// - Returns: why the meeting is over.
    func run(_ session: JoinSession) async -> MeetingEnd {
        let typing = Task {
            while let line = await line() {
                guard let failure = await session.submit(line) else { continue }
                do throws(CommandError) { try output.line(failure) } catch {
                    return await session.leave(because: error)
                }
            }
            // Whoever has closed the input has said everything.
            await session.settle()
            await session.leave()
        }
        let end = await session.run()
        typing.cancel()
        return end
    }

    /// What the first lines say.
    private static func greeting(_ model: MeetingModel) -> [String] {
        [
            "You are \(model.ownName) in \(model.title).",
            "Type a line to write to everybody, /help for commands, /leave to leave.",
        ]
    }

    /// What has happened since, to be said.
    private static func say(_ model: inout MeetingModel, to output: LineWriter) throws(CommandError) {
        for text in model.takeAnnouncements() { try output.line(text) }
    }

    @Sendable private static func typed() async -> String? {
        await withCheckedContinuation { continuation in
            input.async { continuation.resume(returning: readLine()) }
        }
    }
}
