// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol
import RTP
import Synchronization

/// What `galene listen` hears: the events of the connection, and the end of streams.
enum HeardEvent: Sendable {
    case server(ServerEvent)
    case stream(HeardStream, isOpen: Bool)

    /// What can be said of a stream after it has ended, too.
    struct HeardStream: Sendable, Hashable {
        var id: String
        var label: String
        var source: String?
        var username: String?
        var tracks: [String]
    }

    /// By which `--only` names them, and `event` in JSON.
    static let kinds = [
        "joined", "changed", "left", "user-joined", "user-changed", "user-left", "chat", "message", "file", "stream",
        "stream-closed", "reconnecting", "reconnected", "closed",
    ]

    /// `nil` for what is not told.
    var kind: String? {
        switch self {
        case .stream(_, let isOpen): isOpen ? "stream" : "stream-closed"
        case .server(let event):
            switch event {
            case .joined(let change):
                switch change.kind {
                case .join: "joined"
                case .change: "changed"
                case .leave: "left"
                default: nil
                }
            case .user(.add, _): "user-joined"
            case .user(.delete, _): "user-left"
            case .user: "user-changed"
            case .chat: "chat"
            case .userMessage: "message"
            case .fileTransfer: "file"
            case .reconnecting: "reconnecting"
            case .reconnected: "reconnected"
            case .closed: "closed"
            case .connected, .downStream, .failed: nil
            }
        }
    }

    var isHistory: Bool { if case .server(.chat(let chat)) = self { chat.isHistory } else { false } }

    /// What may wait for whoever reads the output: as much as the library keeps.
    private static let maximumWaiting = EventLimits().count

    /// Everything that happens in a meeting, in one order.
    static func all(in meeting: Meeting) -> AsyncThrowingStream<HeardEvent, any Error> {
        let (stream, input) = AsyncThrowingStream.makeStream(
            of: HeardEvent.self, throwing: (any Error).self, bufferingPolicy: .bufferingOldest(maximumWaiting))
        let followed = Followed()
        let pump = Task {
            do {
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    for try await event in meeting.events {
                        try say(.server(event), to: input)
                        // It is offered again when its tracks change.
                        guard case .downStream(let stream) = event, followed.insert(stream) else { continue }
                        tasks.addTask {
                            defer { followed.remove(stream) }
                            try await follow(stream, input)
                        }
                    }
                }
                input.finish()
            } catch {
                input.finish(throwing: error)
            }
        }
        input.onTermination = { _ in pump.cancel() }
        return stream
    }

    private static func follow(
        _ stream: GaleneClient.Stream, _ input: AsyncThrowingStream<HeardEvent, any Error>.Continuation
    ) async throws {
        let events = stream.events
        var heard = HeardStream(
            id: stream.id, label: stream.label, source: stream.source, username: stream.username, tracks: [])
        func open() async throws {
            // Before it is negotiated nobody knows.
            guard heard.tracks.isEmpty, case let tracks = await stream.tracks, !tracks.isEmpty else { return }
            heard.tracks = tracks.map(\.kind.rawValue)
            try say(.stream(heard, isOpen: true), to: input)
        }
        try await open()
        for try await event in events {
            try await open()
            if case .closed = event { break }
        }
        if !heard.tracks.isEmpty { try say(.stream(heard, isOpen: false), to: input) }
    }

    /// The streams that are followed now.
    private final class Followed: Sendable {
        private let streams = Mutex<Set<ObjectIdentifier>>([])

        func insert(_ stream: GaleneClient.Stream) -> Bool {
            streams.withLock { $0.insert(ObjectIdentifier(stream)).inserted }
        }

        func remove(_ stream: GaleneClient.Stream) { _ = streams.withLock { $0.remove(ObjectIdentifier(stream)) } }
    }

    private static func say(
        _ event: HeardEvent, to input: AsyncThrowingStream<HeardEvent, any Error>.Continuation
    ) throws {
        guard case .dropped = input.yield(event) else { return }
        throw CommandError(.failed, "nobody has read the output for so long that events would be lost")
    }
}
