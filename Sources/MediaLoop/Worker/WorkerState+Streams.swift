// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import RTCBase
import RTCCrypto
import RTP
import SFU
import WebRTC

/// What the control plane asks for. Called between two turns of the loop, never during one.
extension WorkerState {
    mutating func openUpStream(
        owner: UInt64, local: ICECredentials, certificate: CertificateFingerprint?, remote: RemoteTransport,
        tracks: [NegotiatedTrack], now: Instant
    ) throws(MediaError) -> StreamID {
        let handle = try open(owner: owner, local: local, certificate: certificate, now: now) { state, handle in
            .up(publisher: state.router.addPublisher(stream: handle, reporterSSRC: state.random.next()))
        }
        streams.pointer(handle)?.pointee.binder = SourceBinder(tracks: tracks)
        setRemote(remote, of: handle, now: now)
        return StreamID(handle)
    }

    mutating func updateUpStream(
        _ id: StreamID, local: ICECredentials, remote: RemoteTransport, tracks: [NegotiatedTrack], now: Instant
    ) throws(MediaError) {
        guard let stream = streams.pointer(id.handle), stream.pointee.isUp else { throw .noSuchStream }
        stream.pointee.binder.update(tracks: tracks)
        try restart(id.handle, local: local, now: now)
        setRemote(remote, of: id.handle, now: now)
    }

    func startedTracks(of id: StreamID) throws(MediaError) -> [UpTrackInfo] {
        guard let stream = streams.pointer(id.handle), stream.pointee.isUp else { throw .noSuchStream }
        let binder = stream.pointee.binder
        // Section by section as in the SDP, and within one the encodings as its simulcast line orders them.
        func rank(_ info: UpTrackInfo) -> (Int, Int) {
            let section = binder.tracks.firstIndex { $0.mid == info.mid } ?? Int.max
            let rids = binder.tracks.first { $0.mid == info.mid }?.rids ?? []
            return (section, info.rid.flatMap { rids.firstIndex(of: $0) } ?? 0)
        }
        return stream.pointee.started.sorted { rank($0) < rank($1) }
    }

    mutating func openDownStream(
        owner: UInt64, local: ICECredentials, certificate: CertificateFingerprint?, tracks: [DownTrackParameters],
        now: Instant
    ) throws(MediaError) -> StreamID {
        let handle = try open(owner: owner, local: local, certificate: certificate, now: now) { state, handle in
            .down(subscriber: state.router.addSubscriber(stream: handle))
        }
        do {
            try setTracks(tracks, of: handle, now: now)
        } catch {
            close(StreamID(handle), now: now)
            throw error
        }
        return StreamID(handle)
    }

    mutating func connectDownStream(
        _ id: StreamID, remote: RemoteTransport, rejected: Set<String>, now: Instant
    ) throws(MediaError) {
        guard let stream = streams.pointer(id.handle), !stream.pointee.isUp else { throw .noSuchStream }
        if !rejected.isEmpty {
            let accepted = stream.pointee.tracks.map(\.parameters).filter { !rejected.contains($0.mid) }
            try setTracks(accepted, of: id.handle, now: now)
        }
        setRemote(remote, of: id.handle, now: now)
    }

    mutating func updateDownStream(
        _ id: StreamID, local: ICECredentials, tracks: [DownTrackParameters], now: Instant
    ) throws(MediaError) {
        guard let stream = streams.pointer(id.handle), !stream.pointee.isUp else { throw .noSuchStream }
        try restart(id.handle, local: local, now: now)
        try setTracks(tracks, of: id.handle, now: now)
    }

    mutating func close(_ id: StreamID, now: Instant) {
        guard let stream = streams.pointer(id.handle) else { return }
        stream.pointee.transport.close(now: now)
        drain(id.handle, now: now)
        guard let stream = streams.remove(id.handle) else { return }
        for address in stream.addresses { addresses.remove(address, of: id.handle) }
        for ufrag in stream.ufrags { ufrags[ufrag] = nil }
        switch stream.direction {
        case .up(let publisher): router.removePublisher(publisher)
        case .down(let subscriber): router.removeSubscriber(subscriber)
        }
    }

    // MARK: Parts

    private mutating func open(
        owner: UInt64, local: ICECredentials, certificate: CertificateFingerprint?, now: Instant,
        direction: (inout WorkerState, Handle) -> MediaStream.Direction
    ) throws(MediaError) -> Handle {
        guard streams.count < limits.streams else { throw .tooManyStreams }
        // Random fragments collide about never; a caller who repeats one would take over another's checks.
        guard ufrags[local.ufrag] == nil else { throw .credentialsInUse }
        let agent = ICELiteAgent(local: local, using: &random, now: now)
        let handle = streams.insert(
            MediaStream(
                owner: owner,
                transport: TransportSession(lite: agent, context: self.certificate(announcedAs: certificate)),
                direction: .down(subscriber: .none), ufrag: local.ufrag))
        let made = direction(&self, handle)
        streams.pointer(handle)?.pointee.direction = made
        ufrags[local.ufrag] = handle
        reschedule(handle, now: now)
        return handle
    }

    private mutating func setRemote(_ remote: RemoteTransport, of handle: Handle, now: Instant) {
        streams.pointer(handle)?.pointee.transport.setRemote(remote, now: now)
        drain(handle, now: now)
    }

    private mutating func restart(_ handle: Handle, local: ICECredentials, now: Instant) throws(MediaError) {
        guard let stream = streams.pointer(handle), stream.pointee.ufrags.last != local.ufrag else { return }
        guard ufrags[local.ufrag] == nil else { throw .credentialsInUse }
        // Checks with the credentials before this restart may still be under way, and their path in use.
        if stream.pointee.ufrags.count > 1 { ufrags[stream.pointee.ufrags.removeFirst()] = nil }
        stream.pointee.ufrags.append(local.ufrag)
        ufrags[local.ufrag] = handle
        stream.pointee.transport.restart(local: local, now: now)
        drain(handle, now: now)
    }

    /// Adds and removes down tracks until the stream carries exactly `wanted`. One that stays keeps its numbering, even when
    /// something else feeds it.
    private mutating func setTracks(
        _ wanted: [DownTrackParameters], of handle: Handle, now: Instant
    ) throws(MediaError) {
        guard let stream = streams.pointer(handle), case .down(let subscriber) = stream.pointee.direction else {
            return
        }
        var kept: [(parameters: DownTrackParameters, track: Handle)] = []
        for (parameters, track) in stream.pointee.tracks {
            guard let renewed = wanted.first(where: { $0.isSameTrack(as: parameters) }) else {
                router.removeDownTrack(track)
                continue
            }
            if renewed != parameters {
                router.setSources(
                    renewed.handles, isSpatiallyLimited: renewed.isSpatiallyLimited, of: track, now: now)
            }
            kept.append((renewed, track))
        }
        for parameters in wanted where !kept.contains(where: { $0.parameters.isSameTrack(as: parameters) }) {
            // One key protects the whole stream: an SSRC whose numbering began anew would repeat nonces.
            guard !stream.pointee.usedSSRCs.contains(parameters.ssrc) else { throw .ssrcUsedBefore }
            guard stream.pointee.usedSSRCs.count < limits.tracksInAStreamsLife else { throw .tooManyStreams }
            stream.pointee.usedSSRCs.append(parameters.ssrc)
            let configuration = DownTrackConfiguration(
                sources: parameters.handles, ssrc: parameters.ssrc, payloadType: parameters.payloadType,
                firstSequenceNumber: UInt16(truncatingIfNeeded: random.next() as UInt64),
                isSpatiallyLimited: parameters.isSpatiallyLimited)
            // A source that has ended meanwhile is no error: its removal is on its way to the control plane.
            guard let track = router.addDownTrack(configuration, subscriber: subscriber) else { continue }
            kept.append((parameters, track))
        }
        stream.pointee.tracks = kept
    }
}

extension DownTrackParameters {
    /// The router's handles of the sources, at most ``maximumSources``.
    fileprivate var handles: [Handle] { sources.prefix(Self.maximumSources).map(\.handle) }
}
