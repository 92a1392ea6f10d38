// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import ICE
import MediaLoop
import RTCBase
import WebRTC

/// Streams that the client receives: what it wants of them, our offers, its answers.
extension ClientSession {
    // MARK: Wishes

    mutating func receive(_ selection: StreamSelection) {
        guard membership != nil else { return close(.unexpected) }
        guard selection.tracks.count <= limits.requestedLabels,
            selection.tracks.keys.allSatisfy({ $0.utf8.count <= limits.identifier })
        else { return userError("too many labels in a request") }
        // What is not known is not wanted, and not kept.
        let tracks = selection.tracks.mapValues { wanted in
            [RequestedTrack.audio, .video, .videoLow].filter(wanted.contains)
        }
        _ = withMembership { $0.selection = tracks }
        perform(.refresh(id: nil))
    }

    mutating func receive(_ request: StreamOverride) {
        // The server may just have closed or replaced the stream: that is no fault of the client's.
        guard membership?.downStreams[request.id] != nil else { return }
        let tracks = request.tracks.map { wanted in
            [RequestedTrack.audio, .video, .videoLow].filter(wanted.contains)
        }
        _ = withMembership { $0.downStreams[request.id]?.override = tracks }
        perform(.refresh(id: request.id))
    }

    // MARK: Streams of others

    /// Compares a stream of another member with what the client wants and has.
    mutating func considerStream(_ stream: StreamSnapshot) {
        guard let membership, stream.source != clientID else { return }
        let known = membership.downStreams[stream.id]
        let replaced = stream.replaces.filter { membership.downStreams[$0] != nil }
        // An override holds for the first offer of the successor, then the client has to say anew.
        let override = known?.override ?? replaced.first.flatMap { membership.downStreams[$0]?.override }
        let wanted = TrackSelection.wanted(
            label: known?.label ?? stream.label, selection: membership.selection, override: override)
        let selection = TrackSelection.select(wanted, from: stream)
        guard !selection.isEmpty else {
            closeDownStream(stream.id)
            // One that only waits for its first packets still comes in the other's place.
            if !stream.tracks.isEmpty || wanted.isEmpty { for id in replaced { closeDownStream(id) } }
            return
        }
        guard let known else { return openDownStream(stream, selection, replaced: replaced) }
        let fits = withDownStream(stream.id) { $0.select(selection, random: &$1) }
        guard fits == true else {
            // Its description has become too long. What the client said of the stream still holds.
            closeDownStream(stream.id)
            openDownStream(stream, selection, replaced: [])
            withDownStream(stream.id) { down, _ in down.override = known.override }
            return
        }
        updateMedia(stream.id)
        negotiate(stream.id)
    }

    private mutating func openDownStream(_ stream: StreamSnapshot, _ selection: [SelectedTrack], replaced: [String]) {
        guard let membership, membership.downStreams.count - replaced.count < limits.downStreams,
            membership.upStreams[stream.id] == nil
        else {
            for id in replaced { closeDownStream(id) }
            return
        }
        // The latest that the client has is replaced; what it should not have kept is closed.
        for id in replaced.dropFirst() { closeDownStream(id) }
        let local = LocalTransport(
            credentials: .random(using: &random), fingerprint: membership.media.fingerprint, isICELite: true)
        var down = DownStream(stream, local: local)
        if let id = replaced.first, let old = removeDownStream(id) {
            // An unanswered opening has not reached the client: what it was to replace is what this one replaces.
            down.replaces = old.heldOffer == nil ? id : old.replaces
            if let media = old.media { perform(.closeMedia(media)) }
        }
        _ = withMembership { $0.downStreams[stream.id] = down }
        withDownStream(stream.id) { down, random in
            _ = down.select(selection, random: &random)
            down.heldOffer = down.offer(id: stream.id, random: &random)
        }
        guard let opening = self.membership?.downStreams[stream.id] else { return }
        perform(.openDownStream(id: stream.id, local: opening.carried.local, opening.carried.tracks))
    }

    mutating func downStreamOpened(_ id: String, _ media: StreamID) {
        // The id may have been closed meanwhile, or even taken by another stream that waits for its own opening.
        guard !takeAbandonedOpening(id), let sdp = membership?.downStreams[id]?.heldOffer else {
            return perform(.closeMedia(media))
        }
        withDownStream(id) { down, _ in
            down.media = media
            down.heldOffer = nil
        }
        sendOffer(id, sdp, withCandidates: true)
        updateMedia(id)
    }

    mutating func downStreamRefused(_ id: String) {
        if !takeAbandonedOpening(id) { closeDownStream(id) }
    }

    mutating func downStreamFailed(_ id: String, _ media: StreamID) {
        if membership?.downStreams[id]?.media == media { closeDownStream(id) }
    }

    /// Tells the worker what it need not wait for the client to know.
    private mutating func updateMedia(_ id: String) {
        guard let media = membership?.downStreams[id]?.media,
            let update = withDownStream(id, { down, _ in down.takeUpdate() }) ?? nil
        else { return }
        perform(.updateDownStream(id: id, media, update))
    }

    // MARK: Offers and answers

    /// Offers the stream as it is to be, if that is not how it was offered last: now, or after the answer that is
    /// outstanding.
    private mutating func negotiate(_ id: String) {
        let offer =
            withDownStream(id) { down, random -> (sdp: String, restarts: Bool)? in
                guard down.phase == .stable, down.needsOffer else { return nil }
                let restarts = down.needsRestart
                return (down.offer(id: id, random: &random), restarts)
            } ?? nil
        if let offer { sendOffer(id, offer.sdp, withCandidates: offer.restarts) }
    }

    /// The offer comes before the candidates that belong to it.
    private mutating func sendOffer(_ id: String, _ sdp: String, withCandidates: Bool) {
        guard let membership, let down = membership.downStreams[id] else { return }
        send(
            .offer(
                Offer(
                    id: id, label: down.label, sdp: sdp, replace: down.replaces, source: down.source,
                    username: down.username)))
        if withCandidates { sendCandidates(id, membership.media.candidates) }
        withDownStream(id) { down, _ in
            down.phase = .offered
            down.replaces = nil
        }
    }

    mutating func receive(_ answer: Answer) {
        guard let down = membership?.downStreams[answer.id] else { return send(.close(id: answer.id)) }
        guard down.phase == .offered, let media = down.media else {
            return userError("there is no offer to answer")
        }
        var answered = down
        do {
            let connection = try answered.apply(answer: answer.sdp, media: media)
            _ = withMembership { $0.downStreams[answer.id] = answered }
            perform(.connectDownStream(id: answer.id, connection))
            negotiate(answer.id)
        } catch {
            closeDownStream(answer.id)
            userError("the answer was not understood: \(error)")
        }
    }

    mutating func receiveRenegotiate(_ id: String) {
        guard membership?.downStreams[id] != nil else { return }
        restart(id)
    }

    private mutating func restart(_ id: String) {
        withDownStream(id) { down, _ in down.needsRestart = true }
        negotiate(id)
    }

    // MARK: Ends

    mutating func receiveAbort(_ id: String) {
        guard membership?.downStreams[id] != nil else { return send(.close(id: id)) }
        closeDownStream(id)
    }

    /// Ends a stream that the client receives and tells it so; unknown ids are ignored.
    mutating func closeDownStream(_ id: String) {
        guard let down = removeDownStream(id) else { return }
        // An offer that never went out leaves only what it was to replace.
        if down.heldOffer == nil { send(.close(id: id)) }
        if let replaced = down.replaces { send(.close(id: replaced)) }
        if let media = down.media { perform(.closeMedia(media)) }
    }

    private mutating func removeDownStream(_ id: String) -> DownStream? {
        withMembership { membership in
            let down = membership.downStreams.removeValue(forKey: id)
            if down?.phase == .opening { membership.abandonedOpenings[id, default: 0] += 1 }
            return down
        } ?? nil
    }

    /// Whether the opening that has just ended was that of a stream given up since. Operations end in the order in which
    /// they began, so that such results come before the one that is waited for.
    private mutating func takeAbandonedOpening(_ id: String) -> Bool {
        withMembership { membership in
            guard let count = membership.abandonedOpenings[id] else { return false }
            membership.abandonedOpenings[id] = count > 1 ? count - 1 : nil
            return true
        } ?? false
    }

    // MARK: The worker

    mutating func mediaEvent(_ event: MediaEvent, now: Instant) {
        guard let membership else { return }
        switch event {
        case .connected(let media):
            if let id = membership.upStreams.first(where: { $0.value.media == media })?.key {
                _ = withMembership { $0.upStreams[id]?.failures = 0 }
            } else if let id = membership.downStreams.first(where: { $0.value.media == media })?.key {
                _ = withMembership { $0.downStreams[id]?.failures = 0 }
            }
        case .failed(let media, _):
            if let id = membership.upStreams.first(where: { $0.value.media == media })?.key {
                upStreamFailed(id)
            } else if let id = membership.downStreams.first(where: { $0.value.media == media })?.key {
                downTransportFailed(id)
            }
        // A browser that closes its connection says so over DTLS just before it says so here; and one that only lost it
        // is noticed by its silence. Tracks come as `trackStarted`.
        case .closed, .upTrackStarted: break
        }
    }

    private mutating func downTransportFailed(_ id: String) {
        let limit = limits.transportFailures
        let failures = withDownStream(id) { down, _ -> Int in
            down.failures += 1
            return down.failures
        }
        guard let failures, failures <= limit else { return closeDownStream(id) }
        restart(id)
    }

    // MARK: Tools

    @discardableResult
    private mutating func withDownStream<Result>(
        _ id: String, _ body: (inout DownStream, inout any RandomNumberGenerator & Sendable) -> Result
    ) -> Result? {
        guard case .member(var membership) = place, var down = membership.downStreams[id] else { return nil }
        place = .outside
        let result = body(&down, &random)
        membership.downStreams[id] = down
        place = .member(membership)
        return result
    }
}
