// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import ICE
import MediaLoop
import RTCBase
import WebRTC

/// Streams that the client sends: its offers, our answers, and when the others are told.
extension ClientSession {
    mutating func receive(_ offer: Offer, now: Instant) {
        guard let membership else { return refuseOffer(offer.id, "join a group first") }
        guard membership.permissions.contains(.present) else {
            if let replaced = offer.replace { endUpStream(replaced) }
            return refuseOffer(offer.id, "not authorised")
        }
        guard membership.downStreams[offer.id] == nil else {
            return refuseOffer(offer.id, "this id belongs to a stream that you receive")
        }
        if membership.upStreams[offer.id] == nil {
            let isReplacement = offer.replace.map { membership.upStreams[$0] != nil } ?? false
            open(offer, media: membership.media, count: membership.upStreams.count - (isReplacement ? 1 : 0))
        } else {
            if let replaced = offer.replace, replaced != offer.id { endUpStream(replaced) }
            renegotiate(offer)
        }
    }

    private mutating func open(_ offer: Offer, media: GroupMedia, count: Int) {
        guard offer.label.utf8.count <= limits.identifier else { return refuseOffer(offer.id, "the label is too long") }
        guard count < limits.upStreams else { return refuseOffer(offer.id, "too many streams") }
        let local = LocalTransport(
            credentials: .random(using: &random), fingerprint: media.fingerprint, isICELite: true)
        var stream = UpStream(label: offer.label, codecs: media.codecs, local: local)
        let answer: ReceiverNegotiation.Answer
        do {
            answer = try stream.answer(offer.sdp, random: &random)
        } catch {
            return refuseOffer(offer.id, "the offer was not understood: \(error)")
        }
        stream.heldAnswer = .init(sdp: answer.sdp, needsCandidates: true)
        let credentials = stream.local.credentials
        // The replaced stream vanishes without a word to its receivers: they get the new one in its place.
        let replaced = withMembership { membership -> (String, StreamID?)? in
            membership.upStreams[offer.id] = stream
            guard let id = offer.replace, let old = membership.upStreams.removeValue(forKey: id) else { return nil }
            return (id, old.media)
        }.flatMap { $0 }
        perform(
            .openUpStream(
                UpStreamOpening(
                    id: offer.id, label: offer.label, replaces: replaced?.0, local: credentials,
                    remote: answer.remote, tracks: answer.tracks)))
        if let media = replaced?.1 { perform(.closeMedia(media)) }
    }

    private mutating func renegotiate(_ offer: Offer) {
        var random = self.random
        let outcome = withMembership { membership -> Result<SessionOperation, NegotiationError>? in
            guard var stream = membership.upStreams[offer.id], let media = stream.media else { return nil }
            do throws(NegotiationError) {
                let answer = try stream.answer(offer.sdp, random: &random)
                stream.heldAnswer = .init(sdp: answer.sdp, needsCandidates: answer.iceRestarted)
                membership.upStreams[offer.id] = stream
                return .success(
                    .updateUpStream(
                        id: offer.id, media, local: stream.local.credentials, remote: answer.remote, answer.tracks))
            } catch {
                return .failure(error)
            }
        }.flatMap { $0 }
        self.random = random
        switch outcome {
        case .success(let operation): perform(operation)
        case .failure(let error): refuseOffer(offer.id, "the offer was not understood: \(error)")
        case nil: break
        }
    }

    /// The answer to an offer that leads to nothing: the client is to close that stream.
    private mutating func refuseOffer(_ id: String, _ reason: String) {
        send(.abort(id: id))
        userError(reason)
    }

    // MARK: Results

    mutating func upStreamOpened(_ id: String, _ media: StreamID, now: Instant) {
        let known = withMembership { membership -> Bool in
            guard membership.upStreams[id] != nil else { return false }
            membership.upStreams[id]?.media = media
            return true
        }
        // The client has left or closed the stream meanwhile.
        guard known == true else { return perform(.closeUpStream(id: id, media)) }
        sendHeldAnswer(id)
        schedulePush(id, now: now)
    }

    mutating func upStreamUpdated(_ id: String, now: Instant) {
        sendHeldAnswer(id)
        schedulePush(id, now: now)
    }

    mutating func upStreamFailed(_ id: String, _ reason: String) {
        guard membership?.upStreams[id] != nil else { return }
        endUpStream(id)
        refuseOffer(id, reason)
    }

    /// The answer comes before the candidates that belong to it.
    private mutating func sendHeldAnswer(_ id: String) {
        guard let membership, let answer = membership.upStreams[id]?.heldAnswer else { return }
        _ = withMembership { $0.upStreams[id]?.heldAnswer = nil }
        send(.answer(Answer(id: id, sdp: answer.sdp)))
        if answer.needsCandidates { sendCandidates(id, membership.media.candidates) }
    }

    mutating func sendCandidates(_ id: String, _ candidates: [ICECandidate]) {
        for candidate in candidates {
            send(
                .ice(
                    TrickledCandidate(
                        id: id,
                        candidate: CandidateDescription(
                            candidate: candidate.attributeText, sdpMid: "0", sdpMLineIndex: 0))))
        }
    }

    // MARK: Telling others

    /// Waits a little for further tracks, so that a stream reaches the others complete. A push that happens meanwhile
    /// serves every track that has started by then.
    mutating func schedulePush(_ id: String, now: Instant) {
        let delay = limits.pushDelay
        _ = withMembership { membership in
            guard let stream = membership.upStreams[id] else { return }
            membership.upStreams[id]?.pushAt = stream.pushAt ?? now + delay
        }
    }

    mutating func pushDueStreams(now: Instant) {
        guard let due = membership?.upStreams.filter({ $0.value.pushAt.map { $0 <= now } ?? false }).keys else {
            return
        }
        for id in due.sorted() {
            _ = withMembership { $0.upStreams[id]?.pushAt = nil }
            perform(.push(id: id))
        }
    }

    // MARK: Ends

    mutating func receiveClose(_ id: String) { endUpStream(id) }

    /// Ends one of the client's streams and tells its receivers; unknown ids are ignored.
    mutating func endUpStream(_ id: String) {
        guard let stream = withMembership({ $0.upStreams.removeValue(forKey: id) }).flatMap({ $0 }) else { return }
        // One whose opening is still under way is ended by the result of that.
        if let media = stream.media { perform(.closeUpStream(id: id, media)) }
    }

    /// The client may no longer present. The group has told the receivers; the client is to close its end.
    mutating func revokeUpStreams() {
        for id in (membership?.upStreams.keys).map({ $0.sorted() }) ?? [] {
            endUpStream(id)
            refuseOffer(id, "you may not present any more")
        }
    }

    /// The transport of a stream that the client sends.
    mutating func upStreamFailed(_ id: String) {
        let limit = limits.transportFailures
        let failures = withMembership { membership -> Int in
            membership.upStreams[id]?.failures += 1
            return membership.upStreams[id]?.failures ?? 0
        }
        guard let failures, failures <= limit else {
            endUpStream(id)
            return send(.abort(id: id))
        }
        send(.renegotiate(id: id))
    }
}
