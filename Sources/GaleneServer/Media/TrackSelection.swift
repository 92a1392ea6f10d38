// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import MediaLoop
import RTP

/// Which tracks of a stream a receiver gets.
enum TrackSelection {
    /// What is wanted of a stream: the override if there is one, else the entry of its label, else that of the empty
    /// label. A label with an entry never falls back.
    static func wanted(
        label: String, selection: [String: [RequestedTrack]]?, override: [RequestedTrack]?
    ) -> [RequestedTrack] {
        override ?? selection?[label] ?? selection?[""] ?? []
    }

    /// At most one audio and one video track, audio first.
    ///
    /// - Parameter tracks: in the order of the SDP, the best simulcast encoding first, so that the first video track is
    ///   the best one and the last the smallest.
    static func select(_ wanted: [RequestedTrack], from tracks: [UpTrackInfo]) -> [UpTrackInfo] {
        var selected: [UpTrackInfo] = []
        if wanted.contains(.audio), let audio = tracks.first(where: { $0.kind == .audio }) { selected.append(audio) }
        if wanted.contains(.video) {
            if let video = tracks.first(where: { $0.kind == .video }) { selected.append(video) }
        } else if wanted.contains(.videoLow) {
            if let video = tracks.last(where: { $0.kind == .video }) { selected.append(video) }
        }
        return selected
    }
}
