// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaLoop
import WebRTC

/// An up stream as its group keeps it: whose it is, and which of its tracks carry packets.
struct GroupStream: Sendable {
    let id: String
    /// The publisher's client id.
    let owner: String
    let label: String
    let media: StreamID
    /// Streams that it takes the place of and that receivers may still hold, the latest first.
    var replaces: [String]
    /// The sections as negotiated: what orders the tracks.
    private var sections: [NegotiatedTrack]
    private(set) var tracks: [UpTrackInfo] = []

    init(
        id: String, owner: String, label: String, media: StreamID, replaces: [String], sections: [NegotiatedTrack]
    ) {
        self.id = id
        self.owner = owner
        self.label = label
        self.media = media
        self.replaces = replaces
        self.sections = sections
    }

    mutating func add(_ track: UpTrackInfo) {
        guard !tracks.contains(where: { $0.id == track.id }) else { return }
        tracks.append(track)
        sort()
    }

    /// After a renegotiation.
    mutating func update(sections: [NegotiatedTrack], tracks: [UpTrackInfo]) {
        self.sections = sections
        self.tracks = tracks.filter { track in sections.contains { $0.mid == track.mid } }
        sort()
    }

    /// The order of the SDP, not that of the first packets' arrival: a receiver that wants the best encoding takes the
    /// first.
    private mutating func sort() {
        func place(_ track: UpTrackInfo) -> (Int, Int) {
            guard let section = sections.firstIndex(where: { $0.mid == track.mid }) else { return (.max, 0) }
            return (section, track.rid.flatMap { sections[section].rids.firstIndex(of: $0) } ?? 0)
        }
        tracks.sort { place($0) < place($1) }
    }
}
