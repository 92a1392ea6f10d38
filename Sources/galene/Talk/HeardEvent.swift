// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol
import RTP

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

    /// Everything that happens in a meeting, in one order, until it ends or the closure returns `false`. What waits while that is
    /// busy waits in the library, by whose limits a reader that is too slow is an error.
    static func follow(_ meeting: Meeting, _ hear: (HeardEvent) async throws -> Bool) async throws {
        let handover = Handover<HeardEvent>()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            defer { tasks.cancelAll() }
            tasks.addTask {
                do {
                    try await tell(meeting, handover)
                    handover.finish()
                } catch {
                    handover.finish(throwing: error)
                }
            }
            while let event = try await handover.next(), try await hear(event) {}
        }
    }

    private static func tell(_ meeting: Meeting, _ handover: Handover<HeardEvent>) async throws {
        let followed = FollowedStreams()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for try await event in meeting.events {
                try await handover.give(.server(event))
                // It is offered again when its tracks change.
                guard case .downStream(let stream) = event, followed.insert(stream) else { continue }
                tasks.addTask {
                    defer { followed.remove(stream) }
                    try await follow(stream, handover)
                }
            }
        }
    }

    private static func follow(_ stream: GaleneClient.Stream, _ handover: Handover<HeardEvent>) async throws {
        let events = stream.events
        var heard = HeardStream(
            id: stream.id, label: stream.label, source: stream.source, username: stream.username, tracks: [])
        func open() async throws {
            // Before it is negotiated nobody knows.
            guard heard.tracks.isEmpty, case let tracks = await stream.tracks, !tracks.isEmpty else { return }
            heard.tracks = tracks.map(\.kind.rawValue)
            try await handover.give(.stream(heard, isOpen: true))
        }
        try await open()
        for try await event in events {
            try await open()
            if case .closed = event { break }
        }
        if !heard.tracks.isEmpty { try await handover.give(.stream(heard, isOpen: false)) }
    }
}
