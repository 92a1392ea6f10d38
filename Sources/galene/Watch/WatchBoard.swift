// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneMedia
import Synchronization

/// What `galene watch` tells of the streams in its window, once a second: as a line of progress, or as objects for a program.
final class WatchBoard: Sendable {
    private struct Entry {
        let username: String
        let label: String
        let player: StreamPlayer
        let began: ContinuousClock.Instant
        var before = StreamPlayer.Statistics()
    }

    private let console: Console
    private let progress: ProgressLine
    private let json: Bool
    private let notices: ConnectionNotices
    private let entries = Mutex<[ObjectIdentifier: Entry]>([:])

    static let interval = Duration.seconds(1)

    init(_ console: Console, _ progress: ProgressLine, _ notices: ConnectionNotices, json: Bool) {
        self.console = console
        self.progress = progress
        self.notices = notices
        self.json = json
    }

    func add(_ stream: GaleneClient.Stream, _ player: StreamPlayer) {
        let entry = Entry(
            username: stream.username ?? "", label: stream.label, player: player, began: ContinuousClock.now)
        entries.withLock { $0[ObjectIdentifier(stream)] = entry }
    }

    func remove(_ stream: GaleneClient.Stream) {
        entries.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(stream)) }
    }

    /// Tells it until the task is cancelled.
    ///
    /// - Throws: ``CommandError`` when nobody reads the output any more.
    func run() async throws {
        while true {
            try await Task.sleep(for: Self.interval)
            // Also while there is nothing to tell, so that a report is always of a second.
            let reports = reports(now: ContinuousClock.now)
            guard !notices.isLost else { continue }
            if json {
                for report in reports { try console.output.line(json: report.json) }
            } else if reports.isEmpty {
                progress.show("waiting for somebody to publish")
            } else {
                progress.update(WatchReport.text(reports))
            }
        }
    }

    /// The oldest first.
    private func reports(now: ContinuousClock.Instant) -> [WatchReport] {
        entries.withLock { entries in
            entries.sorted { $0.value.began < $1.value.began }.map { id, entry in
                let statistics = entry.player.statistics
                entries[id]?.before = statistics
                return WatchReport(
                    username: entry.username, label: entry.label, elapsed: now - entry.began, before: entry.before,
                    now: statistics)
            }
        }
    }
}
