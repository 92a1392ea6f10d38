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

    /// A track of the stream, with what stays the same over all its offers.
    struct Track: Sendable {
        let source: UpTrackInfo
        let ssrc: UInt32
        var mid = ""

        /// The number on the wire towards receivers, with the parameters that the publisher negotiated.
        var codec: NegotiatedCodec { CodecTable.offered(source.codec) }
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
    /// Something has changed since the last offer.
    var needsOffer = false
    /// ICE has to start again with the next offer.
    var needsRestart = false
    /// Failures of the transport since it was last connected.
    var failures = 0
    /// The answer to the first offer has been given to the worker.
    var isConnected = false

    private(set) var negotiation = SenderNegotiation()
    private(set) var local: LocalTransport
    /// What the stream is to carry.
    private(set) var tracks: [Track] = []
    /// What the last offer said that it carries, as the worker needs it.
    private(set) var offeredParameters: [DownTrackParameters] = []

    init(_ stream: StreamSnapshot, local: LocalTransport) {
        source = stream.source
        username = stream.username
        label = stream.label
        self.local = local
    }

    /// Whether the peer would not parse a description with another section.
    var isExhausted: Bool { negotiation.isExhausted }

    /// Sets what the stream is to carry. - Returns: whether that differs from before.
    mutating func select(_ selection: [UpTrackInfo], random: inout some RandomNumberGenerator) -> Bool {
        guard selection.map(\.id) != tracks.map(\.source.id) else { return false }
        tracks = selection.map { source in
            tracks.first { $0.source.id == source.id } ?? Track(source: source, ssrc: newSSRC(using: &random))
        }
        return true
    }

    /// Writes an offer of what the stream is to carry.
    mutating func offer(id: String, random: inout some RandomNumberGenerator) -> String {
        if needsRestart { local.credentials = .random(using: &random) }
        needsRestart = false
        needsOffer = false
        let offer = negotiation.offer(
            tracks: tracks.map { track in
                // The publisher's identifiers, so that a receiver finds sound and picture of one stream together.
                let streamID = track.source.streamID ?? (label.isEmpty ? "dummy" : label)
                return OfferedTrack(
                    kind: track.source.kind, codec: track.codec, ssrc: track.ssrc, streamID: streamID,
                    trackID: track.source.trackID ?? track.source.rid ?? track.source.kind.rawValue,
                    cname: track.source.cname ?? streamID)
            },
            local: local)
        for (index, mid) in offer.mids.enumerated() { tracks[index].mid = mid }
        offeredParameters = parameters
        return offer.sdp
    }

    mutating func apply(answer: String) throws(NegotiationError) -> SenderNegotiation.AppliedAnswer {
        try negotiation.apply(answer: answer)
    }

    /// The tracks as the worker needs them.
    private var parameters: [DownTrackParameters] {
        tracks.map { track in
            DownTrackParameters(
                sources: [track.source.id], mid: track.mid, ssrc: track.ssrc, payloadType: track.codec.payloadType,
                // They are properties of the server: it offers all four, and a receiver that sends none loses nothing.
                feedback: track.source.kind == .video ? [.remb, .nack, .pli, .fir] : [])
        }
    }

    private func newSSRC(using random: inout some RandomNumberGenerator) -> UInt32 {
        while true {
            let ssrc = UInt32.random(in: 1...UInt32.max, using: &random)
            if !tracks.contains(where: { $0.ssrc == ssrc }) { return ssrc }
        }
    }
}
