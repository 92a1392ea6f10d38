// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// How long something has lasted, for people.
enum ElapsedTime {
    /// `0:07`, `12:34`, `1:02:03`: minutes and seconds, with hours where there are any.
    static func text(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let short = "\(seconds / 60 % 60):\(two(seconds % 60))"
        return seconds < 3600 ? short : "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }
}
