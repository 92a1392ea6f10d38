// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation

/// A line of what has happened, as JSON.
struct Report: Encodable {
    /// `joined`, `left`, `reconnecting`, `reconnected`; `stream`, `status`, `negotiated`, `trackRemoved`, `closed` or `failed` of a down stream, `up` and
    /// `upStatus` of one's own; `track` for the counts of one, and `reported` after the last.
    var event: String
    var stream: String?
    var replaces: Bool?
    var label: String?
    var username: String?
    var status: String?
    var track: String?
    var codec: String?
    /// Where its frames are written.
    var file: String?
    var frames: Int?
    var lostPackets: Int?
    /// The longest time between two frames, in seconds, or since the last.
    var longestGap: Double?
    /// Seconds from the first frame to now.
    var seconds: Double?
    var error: String?

    func say() {
        guard let text = try? JSONEncoder().encode(self) else { return }
        FileHandle.standardOutput.write(text + Data("\n".utf8))
    }
}
