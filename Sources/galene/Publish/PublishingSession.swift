// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import GaleneClient
import GaleneMedia
import GaleneProtocol
import MediaIO

/// From joining to leaving of `galene publish`.
struct PublishingSession: Sendable {
    private let command: PublishCommand
    private let console: Console
    private let progress: ProgressLine
    private let notices: ConnectionNotices

    init(_ command: PublishCommand, _ console: Console) {
        self.command = command
        self.console = console
        progress = ProgressLine(console)
        notices = ConnectionNotices(
            console, progress, json: command.output.json, refusal: "this program only publishes")
    }

    func run() async throws {
        defer { try? progress.clear() }
        // Before anybody sees one come and go.
        for source in command.sources { try source.requireFile() }
        progress.show("connecting")
        try await command.meeting.attend(console, configure: { $0.reconnectPolicy = ReconnectPolicy() }) { meeting in
            try await publish(in: meeting)
        }
    }

    private func publish(in meeting: Meeting) async throws {
        guard meeting.joined.permissions.contains(.present) else {
            throw CommandError(.refused, "the group does not let you publish: an operator can allow it with /present")
        }
        let publications = Publication.all(of: command.sources)
        try await withThrowingTaskGroup(of: Bool.self) { tasks in
            defer { tasks.cancelAll() }
            var publishers: [(publication: Publication, publisher: StreamPublisher)] = []
            for publication in publications {
                let publisher = try await publication.publish(
                    on: meeting.connection, label: command.label, options: command.publishing, loops: command.loop)
                publishers.append((publication, publisher))
                tasks.addTask {
                    try await publisher.waitUntilEnd()
                    return true
                }
            }
            tasks.addTask {
                try await watch(meeting.events)
                return false
            }
            let all = publishers
            tasks.addTask {
                try await report(all)
                return false
            }
            var remaining = publishers.count
            while remaining > 0, let isPublisher = try await tasks.next() {
                guard isPublisher else { break }
                remaining -= 1
            }
        }
    }

    /// Returns when the meeting is over.
    private func watch(_ events: Events<ServerEvent>) async throws {
        for try await event in events { try await notices.tell(event) }
    }

    private func report(_ publishers: [(publication: Publication, publisher: StreamPublisher)]) async throws {
        let begun = ContinuousClock.now
        var before = publishers.map { $0.publisher.statistics }
        while true {
            try await Task.sleep(for: .seconds(1))
            let now = publishers.map { $0.publisher.statistics }
            let reports = publishers.indices.map {
                PublicationReport(
                    name: publishers[$0].publication.name, elapsed: ContinuousClock.now - begun, before: before[$0],
                    now: now[$0])
            }
            before = now
            guard !notices.isLost else { continue }
            if command.output.json {
                for report in reports { try console.output.line(json: report.json()) }
            } else {
                progress.show("publishing", reports.map(\.description).joined(separator: " | "))
            }
        }
    }
}
