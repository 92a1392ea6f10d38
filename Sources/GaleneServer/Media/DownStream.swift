// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import ICE
import MediaLoop
import RTP
import WebRTC

/// A stream that the client receives, as its session sees it: what it is to carry, what has been offered, and what is
/// missing in between.
struct DownStream: Sendable {
    enum Phase: Sendable, Equatable {
        /// The worker makes a transport; the first offer waits for it.
        case opening
        /// The client has an offer. Another one must wait for its answer.
        case offered
        case stable
    }

    /// A track of the stream: a section of the publisher's in one codec, and with it a section of our offers. Which of
    /// its encodings feed it changes without the receiver's knowledge.
    struct Track: Sendable {
        enum State: Sendable {
            /// No offer has named it yet.
            case selected
            /// It is in the offer that is outstanding.
            case offered
            case accepted
            /// The receiver does not take it. It keeps its section, and is never sent.
            case rejected
        }

        /// What the first selection of it said: identifiers and codec stay as they were offered.
        let origin: UpTrackInfo
        let codec: NegotiatedCodec
        let ssrc: UInt32
        var selection: SelectedTrack
        var mid = ""
        var state = State.selected

        init(_ selection: SelectedTrack, ssrc: UInt32) {
            origin = selection.best
            codec = selection.codec
            self.selection = selection
            self.ssrc = ssrc
        }

        func carries(_ other: SelectedTrack) -> Bool {
            origin.kind == other.best.kind && origin.mid == other.best.mid && codec == other.codec
        }
    }

    let source: String
    let username: String
    let label: String
    /// What the next offer takes the place of, if the client has it.
    var replaces: String?
    /// What the client wants of this stream in particular.
    var override: [RequestedTrack]?
    var phase = Phase.opening
    /// Its place on the worker; `nil` while opening.
    var media: StreamID?
    /// The first offer, until the worker is ready.
    var heldOffer: String?
    /// ICE has to start again with the next offer.
    var needsRestart = false
    /// Failures of the transport since it was last connected.
    var failures = 0

    private var negotiation = SenderNegotiation()
    private(set) var local: LocalTransport
    /// What the stream is to carry.
    private(set) var tracks: [Track] = []
    /// What the last offer said that it carries.
    private var offered: [UInt32] = []
    /// The answer to the first offer has been applied.
    private var isAnswered = false
    /// What the worker has been told, and is told anew only when it is no longer right.
    private(set) var carried: DownStreamUpdate

    init(_ stream: StreamSnapshot, local: LocalTransport) {
        source = stream.source
        username = stream.username
        label = stream.label
        self.local = local
        carried = DownStreamUpdate(local: local.credentials, tracks: [])
    }

    /// Sets what the stream is to carry. - Returns: whether the peer can still parse a description of it; if not, the
    /// stream has to begin anew.
    mutating func select(_ selection: [SelectedTrack], random: inout some RandomNumberGenerator) -> Bool {
        tracks = selection.map { selected in
            guard var track = tracks.first(where: { $0.carries(selected) }) else {
                return Track(selected, ssrc: newSSRC(using: &random))
            }
            track.selection = selected
            return track
        }
        return negotiation.hasRoom(for: tracks.count { $0.state == .selected })
    }

    /// Whether the receiver has to learn of something.
    var needsOffer: Bool { needsRestart || tracks.map(\.ssrc) != offered }

    /// Writes an offer of what the stream is to carry.
    mutating func offer(id: String, random: inout some RandomNumberGenerator) -> String {
        if needsRestart { local.credentials = .random(using: &random) }
        needsRestart = false
        let offer = negotiation.offer(
            tracks: tracks.map { track in
                // The publisher's identifiers, so that a receiver finds sound and picture of one stream together.
                let streamID = track.origin.streamID ?? (label.isEmpty ? "dummy" : label)
                return OfferedTrack(
                    kind: track.origin.kind, codec: track.codec, ssrc: track.ssrc, streamID: streamID,
                    trackID: track.origin.trackID ?? track.origin.rid ?? track.origin.kind.rawValue,
                    cname: track.origin.cname ?? streamID)
            },
            local: local)
        for (index, mid) in offer.mids.enumerated() {
            tracks[index].mid = mid
            if tracks[index].state == .selected { tracks[index].state = .offered }
        }
        offered = tracks.map(\.ssrc)
        if !isAnswered { carried.tracks = wanted }
        return offer.sdp
    }

    /// Applies the answer to the outstanding offer. - Returns: what the worker is to be told.
    mutating func apply(answer: String, media: StreamID) throws(NegotiationError) -> DownStreamAnswer {
        let applied = try negotiation.apply(answer: answer)
        for index in tracks.indices {
            if applied.rejectedMids.contains(tracks[index].mid) {
                tracks[index].state = .rejected
            } else if tracks[index].state == .offered {
                tracks[index].state = .accepted
            }
        }
        let isFirst = !isAnswered
        isAnswered = true
        phase = .stable
        carried = DownStreamUpdate(local: local.credentials, tracks: wanted)
        return DownStreamAnswer(
            media: media, update: isFirst ? nil : carried, remote: applied.remote, rejected: applied.rejectedMids)
    }

    /// What the worker is to be told without waiting for the receiver: other encodings of the same tracks, and tracks that
    /// are no longer wanted. `nil` when it knows. With the credentials that it has: those of an offer come with its answer.
    mutating func takeUpdate() -> DownStreamUpdate? {
        guard media != nil, carried.tracks != wanted else { return nil }
        carried.tracks = wanted
        return carried
    }

    /// The tracks that the worker should carry at this point. Those of the first offer do not wait for its answer: the
    /// transport does.
    private var wanted: [DownTrackParameters] {
        tracks.filter { $0.state == .accepted || $0.state == .offered && !isAnswered }.map { track in
            DownTrackParameters(
                sources: track.selection.sources.map(\.id), mid: track.mid, ssrc: track.ssrc,
                payloadType: track.codec.payloadType,
                // They are properties of the server: it offers all four, and a receiver that sends none loses nothing.
                feedback: track.origin.kind == .video ? [.remb, .nack, .pli, .fir] : [],
                isSpatiallyLimited: track.selection.isSpatiallyLimited)
        }
    }

    private func newSSRC(using random: inout some RandomNumberGenerator) -> UInt32 {
        while true {
            let ssrc = UInt32.random(in: 1...UInt32.max, using: &random)
            if !tracks.contains(where: { $0.ssrc == ssrc }) { return ssrc }
        }
    }
}
