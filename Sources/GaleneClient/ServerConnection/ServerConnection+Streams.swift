// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import ICE
import RTCBase
import WebRTC
import WebRTCIO

extension ServerConnection {
    /// The streams that are published from here, by id.
    public var upStreams: [String: Stream] { streams.filter { $0.value.isUp } }
    /// Those of others that are received, by id.
    public var downStreams: [String: Stream] { streams.filter { !$0.value.isUp } }

    /// Publishes a stream: it is offered to the server at once, and frames may be sent when it is connected. Spec 11.1.10.
    ///
    /// - Parameters:
    ///   - label: `camera`, `screenshare`, `video` or a word of the application's; by it others choose.
    ///   - replacing: the local id of an up stream of which this one takes the place, without anybody seeing it go.
    /// - Throws: ``ServerConnectionError`` when one is in no group. A server that does not allow it says so by
    ///   ``StreamEvent/aborted``.
    public func newUpStream(
        label: String, tracks: [PublishedTrack], replacing replaced: String? = nil
    ) async throws -> Stream {
        try session.requireGroup()
        guard !tracks.isEmpty, Set(tracks.map(\.id)).count == tracks.count,
            tracks.allSatisfy({ !$0.encodings.isEmpty })
        else {
            throw ServerConnectionError(
                .invalidArgument, "a stream has at least one track, and tracks have encodings and ids of their own")
        }
        let (peers, servers) = await peerConfiguration()
        // One may have left meanwhile.
        try session.requireGroup()
        let streamID = RandomID.next()
        let localID = session.openUp(streamID, label: label, replacing: replaced)
        let stream = Stream(
            id: streamID, localID: localID, isUp: true, label: label, source: nil, username: nil, published: tracks,
            connection: self, limits: configuration.eventLimits)
        streams[streamID] = stream
        drain()
        await stream.publish(peers, servers)
        return stream
    }

    /// The up stream with a local id, which replacements keep; `nil` when there is none. Spec 11.1.7.
    public func findByLocalID(_ localID: String) -> Stream? {
        streams.values.first { $0.isUp && $0.localID == localID }
    }

    /// The addresses of this host from which media may come and go, as of now.
    var addresses: [IPAddress] { configuration.addresses ?? configuration.hostAddresses() }

    // MARK: What the session wants

    func take(_ offer: StreamOffer, weight: Int) {
        // The id of what is published from here, and not known to this connection yet.
        guard streams[offer.id]?.isUp != true else { return session.refuse(offer.id) }
        let stream =
            streams[offer.id]
            ?? Stream(
                id: offer.id, localID: offer.localID, isUp: false, label: offer.label, source: offer.source,
                username: offer.username, published: [], connection: self, limits: configuration.eventLimits)
        streams[offer.id] = stream
        report(.downStream(stream), weight: weight)
        stream.assumeIsolated { $0.receive(offer: offer.sdp) }
    }

    func end(_ stream: String, isReplaced: Bool, isAborted: Bool) {
        session.resumableStreams[stream] = nil
        streams.removeValue(forKey: stream)?.assumeIsolated {
            if isAborted { $0.report(.aborted) }
            $0.end(isReplaced: isReplaced)
        }
    }

    func add(_ candidate: CandidateDescription, to stream: String) {
        streams[stream]?.assumeIsolated { $0.add(candidate.candidate) }
    }

    // MARK: Peer connections

    /// What the next peer connection is made with; looks up names of servers when they are new.
    func peerConfiguration() async -> (PeerConfiguration, ICEServers) {
        var wanted = configuration.rtcConfiguration ?? session.rtcConfiguration
        if let ask = configuration.onPeerConnection { wanted = await ask(wanted) ?? wanted }
        let used = wanted ?? RTCConfiguration()
        let resolved: ICEServers
        // Names that could not be looked up in time are looked up again for the next stream.
        if let servers, servers.configuration == used, servers.resolved.isComplete {
            resolved = servers.resolved
        } else {
            resolved = await ICEServers.resolve(
                used.iceServers.map {
                    .init(urls: $0.urls, username: $0.username, credential: $0.credential?.stringValue ?? "")
                }, tls: dialler.tls)
            servers = (used, resolved)
        }
        var peers = peers
        resolved.apply(to: &peers.ice)
        peers.ice.isRelayOnly = used.iceTransportPolicy == "relay"
        return (peers, resolved)
    }
}

extension Stream {
    func add(_ candidate: String) {
        sending?.with { peer, now in peer.addRemote(candidate: candidate, now: now) }
        receiving?.with { peer, now in peer.addRemote(candidate: candidate, now: now) }
        drain()
    }
}
