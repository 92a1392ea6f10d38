// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import MediaLoop
import RTP
import WebRTC

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
    /// Of a simulcast section `video` is all encodings: the receiver's path decides which of them it gets. `video-low` is
    /// the smallest alone.
    static func select(_ wanted: [RequestedTrack], from stream: StreamSnapshot) -> [SelectedTrack] {
        var selected: [SelectedTrack] = []
        if wanted.contains(.audio), let audio = stream.tracks.first(where: { $0.kind == .audio }) {
            selected.append(SelectedTrack(sources: [audio]))
        }
        let video = stream.tracks.filter { $0.kind == .video }
        if wanted.contains(.video) {
            if let best = video.first {
                let encodings = stream.simulcastSections.contains(best.mid) ? encodings(like: best, in: video) : [best]
                selected.append(SelectedTrack(sources: encodings))
            }
        } else if wanted.contains(.videoLow), let last = video.last {
            // A publisher with two pictures of its own making has put the small one last. Only of a single picture the
            // layers are all that there is to choose from.
            let isSingle = video.allSatisfy { $0.mid == last.mid } && !stream.simulcastSections.contains(last.mid)
            selected.append(SelectedTrack(sources: [last], isSpatiallyLimited: isSingle))
        }
        return selected
    }

    /// The encodings of one section that a receiver of `best` takes for the same track.
    private static func encodings(like best: UpTrackInfo, in tracks: [UpTrackInfo]) -> [UpTrackInfo] {
        let codec = CodecTable.offered(best.codec)
        let encodings = tracks.filter { $0.mid == best.mid && CodecTable.offered($0.codec) == codec }
        let surplus = encodings.count - DownTrackParameters.maximumSources
        guard surplus > 0 else { return encodings }
        // The smallest is what a slow path gets: those before it go.
        return Array(encodings.dropLast(surplus + 1)) + encodings.suffix(1)
    }
}
