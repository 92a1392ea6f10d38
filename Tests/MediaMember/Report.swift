// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ProgramKit

/// What has happened.
struct Report: OutputLine {
    /// `joined`, `left`, `reconnecting`, `reconnected`; `stream`, `status`, `negotiated`, `trackRemoved`, `closed` or `failed`
    /// of a down stream, `up` and `upStatus` of one's own; `track` for the counts of one, and `reported` after the last.
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
}
