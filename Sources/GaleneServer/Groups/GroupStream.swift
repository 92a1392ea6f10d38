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
    /// Everything that has ever started, in that order. The worker bounds it.
    private var started: [UpTrackInfo] = []
    /// What there is to receive, in the order of the SDP and not in that of the first packets' arrival: a receiver that
    /// wants the best encoding takes the first.
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

    /// The sections, by mid, that were negotiated with several encodings.
    var simulcastSections: Set<String> { Set(sections.filter { $0.rids.count > 1 }.map(\.mid)) }

    mutating func add(_ track: UpTrackInfo) {
        note(track)
        tracks = current()
    }

    /// After a renegotiation.
    ///
    /// - Parameter known: the tracks that the worker has said to have started. Those that have since are here already,
    ///   and the others' announcements are on their way.
    mutating func update(sections: [NegotiatedTrack], known: [UpTrackInfo]) {
        self.sections = sections
        for track in known { note(track) }
        tracks = current()
    }

    private mutating func note(_ track: UpTrackInfo) {
        if !started.contains(where: { $0.id == track.id }) { started.append(track) }
    }

    private func current() -> [UpTrackInfo] {
        var placed: [(section: Int, encoding: Int, track: UpTrackInfo)] = []
        for track in started {
            guard let section = sections.firstIndex(where: { $0.mid == track.mid }) else { continue }
            let rids = sections[section].rids
            // An encoding that the section no longer has is not sent any more.
            guard let encoding = rids.isEmpty ? 0 : track.rid.flatMap({ rids.firstIndex(of: $0) }) else { continue }
            // One that has come before under another SSRC has left that.
            placed.removeAll { $0.track.mid == track.mid && $0.track.rid == track.rid }
            placed.append((section, encoding, track))
        }
        return placed.sorted { ($0.section, $0.encoding) < ($1.section, $1.encoding) }.map(\.track)
    }
}
