// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import Foundation
import GaleneClient
import GaleneMedia
import MediaIO

struct RecordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record", abstract: "Record a meeting into files.",
        discussion: """
            Each stream (a camera with its microphone, a screen) becomes a WebM file, as it was sent, or an .mkv file where \
            WebM does not have the codec. Beside them a timeline, a file of lines of JSON, tells who was there, what was \
            said in the chat and when each file began (docs/galene/record.md). It goes on until Ctrl-C, and comes back \
            when the connection was lost.

            Files can be played while they are being written, and whatever becomes of this program. No file that is there \
            is overwritten.

            Everything, into a directory that is made if it is not there:
              galene record https://example.org/group/lecture/ --directory lecture
            The shared screen of one member, for an hour at most:
              galene record https://example.org/group/lecture/ \\
                --label screenshare --from alice --for 3600
            For a slow connection:
              galene record https://example.org/group/lecture/ --low
            The path of each file, for a program:
              galene record https://example.org/group/lecture/ \\
                | while read -r f; do ffprobe "$f"; done

            Tell people that they are being recorded: nobody sees it by anything else than your name.

            \(CommandError.exitCodes)
            Ctrl-C is a normal end; a second one ends at once, and files lack their last second then.
            """)

    @OptionGroup var meeting: MeetingOptions
    @Option(name: .shortAndLong, help: "Where to write files; made if it is not there.", completion: .directory)
    var directory = "."
    @Option(help: "Record streams with this label only: camera, screenshare, video or another word.")
    var label: String?
    @Option(
        help: ArgumentHelp(
            "Record streams of this member only, by name or client id; may be repeated.", valueName: "user"))
    var from: [String] = []
    @OptionGroup var duration: DurationOptions
    @Flag(name: .customLong("no-chat"), help: "Leave the chat out of the timeline.")
    var leavesOutChat = false
    @Flag(help: "Take the smallest of several sizes of a picture.")
    var low = false
    @Flag(name: .customLong("no-reconnect"), help: "End when the connection is lost.")
    var endsWithConnection = false
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if directory.isEmpty { throw ValidationError("--directory wants the name of a directory.") }
    }

    func run() async throws { try await run(on: .standard, Interruption()) }

    func run(on console: Console, _ interruption: Interruption) async throws {
        do {
            // Who ends it with Ctrl-C believes that the files are whole.
            _ = try await interruption.race(counts: { $0 is MediaError }) {
                try await duration.limit { try await record(console) }
            }
        } catch let error as MediaError where error.kind == .noSpace {
            throw CommandError(.failed, "\(error.description); what was written before can be played")
        }
    }

    private func record(_ console: Console) async throws {
        let reconnects = !endsWithConnection
        try await meeting.attend(
            console, configure: { if reconnects { $0.reconnectPolicy = ReconnectPolicy() } }
        ) { meeting in
            let board = RecordBoard(console, json: output.json)
            var options = MeetingRecorder.Options(directory: directory)
            options.label = label
            options.members = from
            options.recordsChat = !leavesOutChat
            options.isLow = low
            let recorder = MeetingRecorder(meeting.connection, events: meeting.events, options: options) {
                board.tell($0)
            }
            let guardian = Task { await keepHouse(meeting.connection) }
            let clock = Task {
                while !Task.isCancelled {
                    board.show(await recorder.progress)
                    try? await Task.sleep(for: .seconds(1))
                }
            }
            defer { guardian.cancel() }
            board.begin(in: directory)
            do {
                try await recorder.run()
            } catch {
                clock.cancel()
                board.end(await recorder.progress)
                throw await reason(error, guardian)
            }
            clock.cancel()
            board.end(await recorder.progress)
        }
    }

    /// Refuses files, and listens for why the connection ends.
    private func keepHouse(_ connection: ServerConnection) async -> CommandError? {
        var end: CommandError?
        do {
            for try await event in connection.events {
                if case .fileTransfer(let file) = event, !file.isUp { await file.cancel("this program only records") }
                // It says why; the end of the connection says only that.
                end = Meeting.end(event).map { end ?? $0 } ?? end
            }
        } catch {}
        return end
    }

    private func reason(_ error: any Error, _ guardian: Task<CommandError?, Never>) async -> any Error {
        switch error {
        case is MediaError: return error
        case is ServerConnectionError:
            // What has been told until now, it hears to the end.
            guardian.cancel()
            return await guardian.value ?? CommandError(error)
        default: return CommandError(error)
        }
    }
}
