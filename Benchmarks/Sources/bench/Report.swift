// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation

/// The medians of a suite's rounds.
struct Report: Codable {
    struct Row: Codable {
        var suite: String
        var name: String
        var unit: String
        var median: Double
        var samples: [Double]
        var limit: Double?
        var isWithinLimit: Bool { limit.map { median <= $0 } ?? true }
    }

    var rows: [Row] = []

    mutating func add(_ suite: String, _ rounds: [Round]) {
        guard let first = rounds.first else { return }
        for (index, value) in first.values.enumerated() {
            let samples = rounds.map { $0.values[index].value }
            let median = samples.sorted()[samples.count / 2]
            // A limit that is measured too (a multiple of a reference) is as noisy as the value: its median counts.
            let limits = rounds.compactMap { $0.values[index].limit }.sorted()
            let limit = limits.isEmpty ? nil : limits[limits.count / 2]
            rows.append(
                Row(suite: suite, name: value.name, unit: value.unit, median: median, samples: samples, limit: limit))
        }
    }

    var isWithinLimits: Bool { rows.allSatisfy(\.isWithinLimit) }

    var table: String {
        let width = rows.map { $0.suite.count + $0.name.count + 2 }.max() ?? 0
        return rows.map { row in
            let title = "\(row.suite): \(row.name)".padding(toLength: width, withPad: " ", startingAt: 0)
            let spread = "(\(Self.text(row.samples.min() ?? 0))–\(Self.text(row.samples.max() ?? 0)))"
            let verdict = row.limit.map { "  \(row.isWithinLimit ? "within" : "OVER") \(Self.text($0))" } ?? ""
            return "\(title)  \(Self.text(row.median)) \(row.unit) \(spread)\(verdict)"
        }.joined(separator: "\n")
    }

    private static func text(_ value: Double) -> String { String(format: value >= 1000 ? "%.0f" : "%.3f", value) }

    func writeJSON(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(self).write(to: URL(fileURLWithPath: path))
    }
}
