// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import MediaLoop
import WebRTC

/// The streams that members publish, and what the worker says about all of them.
extension Group {
    /// Takes up a stream that the worker has opened. - Returns: why not, if not.
    func addStream(_ opening: UpStreamOpening, owner: String, media: StreamID) -> String? {
        guard let member = members[owner] else { return "you are not in this group" }
        // It may have been revoked while the worker was opening the stream.
        guard member.permissions.contains(.present) else { return "not authorised" }
        guard streams[opening.id] == nil else { return "another stream has this id" }
        var replaces: [String] = []
        if let id = opening.replaces, let old = streams[id], old.owner == owner {
            streams[id] = nil
            mediaOwners[old.media] = nil
            replaces = [id] + old.replaces
            if replaces.count > limits.replacedStreams {
                broadcast(.streamsClosed(Array(replaces[limits.replacedStreams...])), except: owner)
                replaces.removeLast(replaces.count - limits.replacedStreams)
            }
        }
        streams[opening.id] = GroupStream(
            id: opening.id, owner: owner, label: opening.label, media: media, replaces: replaces,
            sections: opening.tracks)
        mediaOwners[media] = owner
        return nil
    }

    func updateStream(_ id: String, owner: String, sections: [NegotiatedTrack], tracks: [UpTrackInfo]) {
        guard streams[id]?.owner == owner else { return }
        streams[id]?.update(sections: sections, known: tracks)
    }

    /// Ends a stream of a member's and tells the others.
    func removeStream(_ id: String, owner: String) {
        guard let stream = streams[id], stream.owner == owner else { return }
        streams[id] = nil
        mediaOwners[stream.media] = nil
        broadcast(.streamsClosed([id] + stream.replaces), except: owner)
    }

    /// Ends all streams of a member's and tells the others.
    func endStreams(of owner: String) {
        let ended = streams.values.filter { $0.owner == owner }.sorted { $0.id < $1.id }
        guard !ended.isEmpty else { return }
        for stream in ended {
            streams[stream.id] = nil
            mediaOwners[stream.media] = nil
        }
        broadcast(.streamsClosed(ended.flatMap { [$0.id] + $0.replaces }), except: owner)
    }

    /// Offers a stream to all others as it is now.
    func push(_ id: String, owner: String) {
        guard let stream = streams[id], stream.owner == owner else { return }
        broadcast(.stream(snapshot(stream)), except: owner)
        // Every receiver has now been told what this one replaces, unless it could not yet see anything to replace it by.
        if !stream.tracks.isEmpty { streams[id]?.replaces = [] }
    }

    /// Shows a member the streams of the others, or one of them, as they are now.
    func refresh(_ id: String?, for receiver: String) {
        guard let member = members[receiver] else { return }
        let shown = id.map { id in streams[id].map { [$0] } ?? [] } ?? streams.values.sorted { $0.id < $1.id }
        for stream in shown where stream.owner != receiver { member.mailbox.post(.stream(snapshot(stream))) }
    }

    /// The owner of a down stream on the worker, and the id under which it receives it.
    func bind(_ media: StreamID, to member: String, as id: String) {
        guard members[member] != nil else { return }
        mediaOwners[media] = member
        downStreams[media] = id
    }

    func unbind(_ media: StreamID) {
        mediaOwners[media] = nil
        downStreams[media] = nil
    }

    private func snapshot(_ stream: GroupStream) -> StreamSnapshot {
        StreamSnapshot(
            id: stream.id, source: stream.owner, username: members[stream.owner]?.username ?? "",
            label: stream.label, replaces: stream.replaces, tracks: stream.tracks,
            simulcastSections: stream.simulcastSections)
    }

    // MARK: Events of the worker

    /// Passes on what happens on the worker, until the group is forgotten.
    func followMedia() async {
        for await event in media.events(owner: owner) { handle(event) }
    }

    func handle(_ event: MediaEvent) {
        let stream: StreamID
        switch event {
        case .upTrackStarted(let id, _), .connected(let id), .failed(let id, _), .closed(let id): stream = id
        }
        guard let owner = mediaOwners[stream], let member = members[owner] else { return }
        if case .upTrackStarted(_, let track) = event {
            guard let id = streams.values.first(where: { $0.media == stream })?.id else { return }
            streams[id]?.add(track)
            member.mailbox.post(.trackStarted(id))
        } else {
            member.mailbox.post(.media(event))
        }
    }
}
