// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneMedia
import MediaIO
import RTP
import Synchronization

/// The newest picture of each stream, between the threads that decode and whoever draws: what is not fetched in time is
/// replaced.
final class PictureBox: Sendable {
    private struct Contents {
        var newest: [String: VideoPicture] = [:]
        /// Somebody has been told, and has not fetched them yet.
        var isAnnounced = false
    }

    private let contents = Mutex(Contents())
    private let announce: @Sendable () -> Void

    /// - Parameter announce: called when there is something to fetch.
    init(announce: @escaping @Sendable () -> Void) { self.announce = announce }

    func put(_ picture: VideoPicture, of id: String) {
        let isFirst = contents.withLock { contents in
            contents.newest[id] = picture
            defer { contents.isAnnounced = true }
            return !contents.isAnnounced
        }
        if isFirst { announce() }
    }

    func take() -> [String: VideoPicture] {
        contents.withLock { contents in
            defer { contents = Contents() }
            return contents.newest
        }
    }
}

extension JoinSession {
    /// So many pictures a second are drawn of each stream: enough to see who speaks, and what a terminal over a network of
    /// some Mbit/s can take.
    static let picturesPerSecond = 10.0

    /// A stream is offered, for the first time or again.
    func show(_ stream: GaleneClient.Stream) {
        guard wantsPictures || wantsSound, players[stream.id] == nil else { return }
        let (id, voice) = (stream.localID, stream.id)
        let (pictures, loudspeakers) = (pictures, loudspeakers)
        let picture: @Sendable (VideoPicture) -> Void = { pictures?.put($0, of: id) }
        let sound: @Sendable (AudioBlock) -> Void = { loudspeakers?.push($0, of: voice) }
        let player = StreamPlayer(
            stream, maximumPictures: Self.picturesPerSecond, picture: wantsPictures ? picture : nil,
            sound: wantsSound ? sound : nil)
        players[stream.id] = player
        shown[id] = stream.id
        Task {
            async let playing: Void = player.run()
            var hasPicture = false
            do {
                for try await event in stream.events { follow(event, of: stream, hasPicture: &hasPicture) }
            } catch {}
            if shown[id] == stream.id { shown[id] = nil }
            await playing
            loudspeakers?.remove(voice)
            players[voice] = nil
        }
    }

    /// A stream that takes another's place gets its tile, until it is known what is in it.
    private func follow(_ event: StreamEvent, of stream: GaleneClient.Stream, hasPicture: inout Bool) {
        let id = stream.localID
        switch event {
        case .track(let track) where track.kind == .video:
            hasPicture = true
            guard shown[id] == stream.id else { return }
            let name = Person.shown(stream.username)
            let label = stream.label == "screenshare" ? "\(name) (screen)" : name
            if let index = tiles.firstIndex(where: { $0.id == id }) {
                tiles[index].label = label
            } else {
                tiles.append(Tile(id: id, label: label))
            }
        case .trackRemoved(let track) where track.kind == .video:
            hasPicture = false
            removeTile(of: stream)
        case .negotiated where !hasPicture: removeTile(of: stream)
        case .closed(isReplaced: false): removeTile(of: stream)
        default: return
        }
        tellChange()
    }

    /// Unless another stream has its place.
    private func removeTile(of stream: GaleneClient.Stream) {
        guard shown[stream.localID] == stream.id else { return }
        tiles.removeAll { $0.id == stream.localID }
    }

    func fetchPictures() {
        guard let newest = pictures?.take() else { return }
        for index in tiles.indices { tiles[index].picture = newest[tiles[index].id] ?? tiles[index].picture }
        tellPictures()
    }
}
