// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Dispatch
import Foundation

/// A meeting line by line, for screen readers, for terminals that can do nothing else, and for programs: everything that
/// happens is said in words, and nothing that was said changes.
struct PlainTranscript {
    private static let input = DispatchQueue(label: "galene.lines")

    /// - Returns: why the meeting is over.
    func run(_ session: JoinSession, to output: LineWriter) async -> MeetingEnd {
        let typing = Task {
            while let line = await Self.line() {
                if let failure = await session.submit(line) { try? output.line(failure) }
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
    static func greeting(_ model: MeetingModel) -> [String] {
        [
            "You are \(model.ownName) in \(model.title).",
            "Type a line to write to everybody, /help for commands, /leave to leave.",
        ]
    }

    /// What has happened since, to be said.
    static func say(_ model: inout MeetingModel, to output: LineWriter) {
        for text in model.takeAnnouncements() { try? output.line(text) }
    }

    private static func line() async -> String? {
        await withCheckedContinuation { continuation in
            input.async { continuation.resume(returning: readLine()) }
        }
    }
}
