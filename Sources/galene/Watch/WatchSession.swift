// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneMedia
import GaleneProtocol
import MediaIO

/// From joining to leaving of `galene watch`.
struct WatchSession: Sendable {
    private let command: WatchCommand
    private let gallery = Gallery()
    private let console: Console
    private let progress: ProgressLine
    private let board: WatchBoard
    private let notices: ConnectionNotices
    private let followed = FollowedStreams()

    init(_ command: WatchCommand, _ console: Console) {
        self.command = command
        self.console = console
        progress = ProgressLine(console)
        notices = ConnectionNotices(
            console, progress, json: command.output.json, refusal: "this program only watches")
        board = WatchBoard(console, progress, notices, json: command.output.json)
    }

    func run() async throws {
        defer { try? progress.clear() }
        progress.show("connecting")
        try await command.meeting.attend(console, configure: { $0.reconnectPolicy = ReconnectPolicy() }) { meeting in
            try await watch(meeting)
        }
    }

    private func watch(_ meeting: Meeting) async throws {
        let (closed, end) = AsyncThrowingStream.makeStream(of: Never.self)
        let title = "galene: \(TerminalText.printable(meeting.status.displayName ?? meeting.status.name))"
        let window = GalleryWindow(gallery, title: title, width: command.size.width, height: command.size.height) {
            error in
            if let error { end.finish(throwing: CommandError(.failed, error.description)) } else { end.finish() }
        }
        let loudspeakers =
            command.mute
            ? nil
            : Loudspeakers(title: "galene watch") { [progress] reason in
                try? progress.say("galene: without sound: \(reason)")
            }
        defer {
            window.stop()
            loudspeakers?.stop()
        }
        try await meeting.connection.request(command.request)
        progress.show("waiting for somebody to publish")
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            defer { tasks.cancelAll() }
            tasks.addTask { for try await _ in closed {} }
            tasks.addTask { try await follow(meeting, loudspeakers) }
            tasks.addTask { try await board.run() }
            try await tasks.next()
        }
    }

    /// Returns when the meeting is over.
    private func follow(_ meeting: Meeting, _ loudspeakers: Loudspeakers?) async throws {
        try await withThrowingDiscardingTaskGroup { players in
            for try await event in meeting.events {
                switch event {
                case .downStream(let stream) where isWanted(stream):
                    guard followed.insert(stream) else { continue }
                    players.addTask { await play(stream, loudspeakers) }
                case .downStream(let stream): await stream.close()
                default: try await notices.tell(event)
                }
            }
            players.cancelAll()
        }
    }

    private func isWanted(_ stream: GaleneClient.Stream) -> Bool {
        command.isWanted(username: stream.username, id: stream.source, label: stream.label)
    }

    private func play(_ stream: GaleneClient.Stream, _ loudspeakers: Loudspeakers?) async {
        defer { followed.remove(stream) }
        let ticket = gallery.enter(stream.localID)
        try? progress.clear()
        let voice = ticket.name
        var hear: (@Sendable (AudioBlock) -> Void)?
        if let loudspeakers { hear = { block in loudspeakers.push(block, of: voice) } }
        let player = StreamPlayer(stream, picture: { [gallery] in gallery.show($0, ticket) }, sound: hear)
        board.add(stream, player)
        await player.run()
        board.remove(stream)
        gallery.leave(ticket)
        loudspeakers?.remove(voice)
    }
}
