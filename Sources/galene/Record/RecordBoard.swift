// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import GaleneClient
import GaleneMedia
import GaleneProtocol

/// What `galene record` shows: files on standard output, how it goes on standard error, where a terminal has a line that is
/// written over each second.
final class RecordBoard: Sendable {
    private let console: Console
    private let json: Bool
    private let progress: ProgressLine

    init(_ console: Console, json: Bool) {
        self.console = console
        progress = ProgressLine(console)
        self.json = json
    }

    // How it goes is for whoever looks: that nobody does changes no result.

    func begin(in directory: String) { try? progress.say("recording into \(directory); Ctrl-C ends it") }

    func show(_ progress: MeetingRecorder.Progress) { self.progress.update(Self.line(progress)) }

    /// `2 streams  1:23  12 MB  4 packets lost`
    static func line(_ progress: MeetingRecorder.Progress) -> String {
        var parts = [
            count(progress.streams, "stream"), ElapsedTime.text(progress.duration),
            ByteCount.text(Int64(progress.total.size)),
        ]
        if progress.total.lostPackets > 0 { parts.append(count(progress.total.lostPackets, "packet") + " lost") }
        if progress.total.overflows > 0 { parts.append("the disk was too slow") }
        return parts.joined(separator: "  ")
    }

    func tell(_ event: MeetingRecorder.Event) {
        switch event {
        case .began(let file, let username, let label):
            object("begin", file, username, label)
            say("\(Self.whose(username, label)): \(file.path)")
        case .ended(let file):
            object("end", file, nil, nil)
            guard !json else { return }
            let details = "\(ElapsedTime.text(file.duration)), \(ByteCount.text(Int64(file.size)))"
            let lost = file.lostPackets > 0 ? ", \(Self.count(file.lostPackets, "packet")) lost" : ""
            // Programs want the path alone.
            let text = console.output.isTerminal ? "\(file.path) (\(details)\(lost))" : file.path
            result { () throws(CommandError) in try console.output.line(TerminalText.printable(text)) }
        case .overflowed(let gap, let username, let label):
            say("\(Self.whose(username, label)): the disk was too slow, \(ElapsedTime.text(gap)) are missing")
        case .refused(let error, let username, let label):
            say("\(Self.whose(username, label)) is not recorded: \(error)")
        case .reconnecting(let attempt):
            say("the connection is lost (\(attempt.reason)); trying to come back")
        case .reconnected: say("connected again; new files begin")
        }
    }

    func end(_ progress: MeetingRecorder.Progress) {
        let files = progress.total.files
        say(
            files == 0
                ? "nothing was recorded" : "\(Self.count(files, "file")), \(ByteCount.text(Int64(progress.total.size)))"
        )
    }

    // MARK: Writing

    private func object(
        _ event: String, _ file: RecordedFile, _ username: String?, _ label: String?
    ) {
        guard json else { return }
        var members: [String: JSONValue] = ["event": .string(event), "file": .string(file.path)]
        if let label {
            members["label"] = .string(label)
            members["username"] = .string(username ?? "")
        } else {
            let (seconds, attoseconds) = file.duration.components
            members["seconds"] = .number(Double(seconds * 1000 + attoseconds / 1_000_000_000_000_000) / 1000)
            members["bytes"] = .integer(Int64(file.size))
            members["lost"] = .integer(Int64(file.lostPackets))
        }
        result { () throws(CommandError) in try console.output.line(json: members) }
    }

    private func say(_ text: String) { try? progress.say(text) }

    /// What goes to standard output. Nobody who reads it is no reason to end a recording.
    private func result(_ write: () throws(CommandError) -> Void) {
        try? progress.clear()
        try? write()
    }

    private static func whose(_ username: String?, _ label: String) -> String {
        guard let username, !username.isEmpty else { return label }
        return "\(username)'s \(label)"
    }

    private static func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }
}
