// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCBase

/// Candidates for streams that nobody has heard of yet: some servers' gathering overtakes their offers (spec 6.16). Of too many
/// the first and the latest stay: a server that sends them without end may have sent a good one before, or send one at last.
struct EarlyCandidates {
    static let lifetime = Duration.seconds(5)
    static let maximum = 64

    private var waiting: [(stream: String, candidate: CandidateDescription, expiry: Instant)] = []

    mutating func keep(_ candidate: CandidateDescription, for stream: String, now: Instant) {
        waiting.removeAll { $0.expiry <= now }
        if waiting.count >= Self.maximum { waiting.remove(at: Self.maximum / 2) }
        waiting.append((stream, candidate, now + Self.lifetime))
    }

    mutating func take(for stream: String, now: Instant) -> [CandidateDescription] {
        defer { waiting.removeAll { $0.stream == stream || $0.expiry <= now } }
        return waiting.filter { $0.stream == stream && $0.expiry > now }.map(\.candidate)
    }
}
