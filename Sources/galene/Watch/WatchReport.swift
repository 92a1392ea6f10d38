// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneMedia
import GaleneProtocol

/// How a stream of `galene watch` went in the last second.
struct WatchReport {
    let username: String
    let label: String
    /// Since it began.
    let elapsed: Duration
    let before: StreamPlayer.Statistics
    let now: StreamPlayer.Statistics

    var json: [String: JSONValue] {
        var object: [String: JSONValue] = [
            "event": "watched", "username": .string(username), "label": .string(label),
            "seconds": .integer(elapsed.components.seconds), "pictures": .integer(Int64(now.shown)),
            "picturesPerSecond": .integer(Int64(now.shown - before.shown)), "dropped": .integer(Int64(now.dropped)),
            "skipped": .integer(Int64(now.skipped)), "broken": .integer(Int64(now.broken)),
        ]
        object["width"] = now.width.map { .integer(Int64($0)) }
        object["height"] = now.height.map { .integer(Int64($0)) }
        return object
    }

    /// All of them in one line, as in `2 streams  1:23  12 pictures left out`.
    static func text(_ reports: [WatchReport]) -> String {
        let lasted = reports.map(\.elapsed).max() ?? .zero
        let lost = reports.reduce(0) { $0 + $1.now.dropped + $1.now.skipped + $1.now.broken }
        var parts = ["\(reports.count) stream\(reports.count == 1 ? "" : "s")", ElapsedTime.text(lasted)]
        if lost > 0 { parts.append("\(lost) picture\(lost == 1 ? "" : "s") left out") }
        return parts.joined(separator: "  ")
    }
}
