// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCBase
import RTP

extension ServerSession {
    // MARK: The server's messages

    mutating func receive(_ offer: Offer, now: Instant) {
        guard group != nil, !offer.id.isEmpty, up[offer.id] == nil else { return send(.abort(id: offer.id)) }
        if let source = offer.source, formerIDs.contains(source) { return send(.abort(id: offer.id)) }
        let known = down[offer.id] != nil
        var localID: String?
        if let replaced = offer.replace, replaced != offer.id, let old = down[replaced] {
            localID = old.localID
            endStream(replaced, isReplaced: true)
        }
        guard known || down.count < Self.maximumDownStreams else { return send(.abort(id: offer.id)) }
        var record =
            down[offer.id]
            ?? StreamRecord(
                id: offer.id, localID: localID ?? resumableStreams[offer.id] ?? LocalID.next(), isUp: false,
                label: offer.label)
        resumableStreams[offer.id] = nil
        record.source = offer.source ?? record.source
        record.username = offer.username ?? record.username
        // Until the new description is applied, candidates may be meant for it.
        record.isRemoteDescribed = false
        for candidate in early.take(for: offer.id, now: now) { record.keepRemote(candidate) }
        down[offer.id] = record
        perform(
            .offered(
                StreamOffer(
                    id: offer.id, localID: record.localID, label: record.label, source: record.source,
                    username: record.username, sdp: offer.sdp, isRenegotiation: known)))
    }

    mutating func receive(_ answer: Answer) {
        guard up[answer.id]?.isLocalDescribed == true else { return }
        perform(.answered(stream: answer.id, sdp: answer.sdp))
    }

    mutating func receive(_ trickled: TrickledCandidate, now: Instant) {
        guard let candidate = trickled.candidate, candidate.isPlausible else { return }
        let isUp = up[trickled.id] != nil
        guard var record = isUp ? up[trickled.id] : down[trickled.id] else {
            return early.keep(candidate, for: trickled.id, now: now)
        }
        if record.isRemoteDescribed { return perform(.candidate(stream: trickled.id, candidate)) }
        record.keepRemote(candidate)
        store(record)
    }

    // MARK: What becomes of a stream

    /// The down stream's description has been applied, and this is the answer to it.
    mutating func answer(_ stream: String, sdp: String) {
        guard var record = down[stream] else { return }
        for candidate in record.takeRemoteCandidates() { perform(.candidate(stream: stream, candidate)) }
        record.isRemoteDescribed = true
        send(.answer(Answer(id: stream, sdp: sdp)))
        flushLocal(&record)
        store(record)
    }

    /// The stream is of no use here; it ends when the server says `close`.
    mutating func abort(_ stream: String) {
        guard phase == .open else { return }
        send(.abort(id: stream))
    }

    /// An offer that cannot be meant: as if it had not come.
    mutating func refuse(_ stream: String) {
        down[stream] = nil
        send(.abort(id: stream))
    }

    /// A description of an up stream, which the server has ``answerTimeout`` to answer.
    mutating func offer(_ stream: String, sdp: String, now: Instant) {
        guard var record = up[stream], phase == .open else { return }
        send(
            .offer(
                Offer(
                    id: stream, label: record.label, sdp: sdp, replace: record.replace, source: id,
                    username: username, kind: record.isLocalDescribed ? "renegotiate" : nil)))
        record.replace = nil
        record.answerExpiry = now + Self.answerTimeout
        record.isRemoteDescribed = false
        flushLocal(&record)
        store(record)
    }

    /// The answer to it has been applied.
    mutating func answerApplied(_ stream: String) {
        guard var record = up[stream] else { return }
        record.answerExpiry = nil
        for candidate in record.takeRemoteCandidates() { perform(.candidate(stream: stream, candidate)) }
        record.isRemoteDescribed = true
        store(record)
    }

    /// A candidate of ours.
    mutating func trickle(_ candidate: CandidateDescription, of stream: String) {
        guard var record = up[stream] ?? down[stream] else { return }
        if record.isLocalDescribed { return send(.ice(TrickledCandidate(id: stream, candidate: candidate))) }
        record.keepLocal(candidate)
        store(record)
    }

    /// The media of a down stream has failed: the server is asked for another offer, with other credentials.
    mutating func renegotiate(_ stream: String) {
        guard down[stream] != nil, phase == .open else { return }
        send(.renegotiate(id: stream))
    }

    mutating func connected(_ stream: String) {
        guard var record = up[stream] ?? down[stream] else { return }
        record.isConnected = true
        if case .some(let tracks) = record.pendingRequest {
            record.pendingRequest = nil
            send(.requestStream(StreamOverride(id: stream, tracks: tracks)))
        }
        store(record)
    }

    mutating func setKinds(_ kinds: Set<MediaKind>, of stream: String) {
        guard var record = up[stream] ?? down[stream], record.kinds != kinds else { return }
        record.kinds = kinds
        store(record)
        summarizeStreams(of: record.isUp ? nil : record.source)
    }

    // MARK: The application's wishes

    /// - Parameter replaced: the local id of an up stream that this one takes the place of.
    /// - Returns: the stream's local id.
    mutating func openUp(_ stream: String, label: String, replacing replaced: String?) -> String {
        let old = up.values.first { $0.localID == replaced }
        var record = StreamRecord(id: stream, localID: old?.localID ?? LocalID.next(), isUp: true, label: label)
        if let old {
            // A server that has never heard of the old one need not hear of it now, but of the one before it.
            record.replace = old.isLocalDescribed ? old.id : old.replace
            endStream(old.id, isReplaced: true)
        }
        up[stream] = record
        return record.localID
    }

    /// An up stream of the connection before this one, under another id.
    mutating func reopenUp(_ stream: String, label: String, localID: String) {
        up[stream] = StreamRecord(id: stream, localID: localID, isUp: true, label: label)
    }

    /// What is wanted of one down stream; `nil` to go back to what is wanted in general.
    mutating func request(_ tracks: [RequestedTrack]?, of stream: String) throws(ServerConnectionError) {
        try requireGroup()
        guard var record = down[stream] else {
            throw ServerConnectionError(.invalidArgument, "there is no such stream any more")
        }
        guard record.isConnected else {
            record.pendingRequest = .some(tracks)
            return store(record)
        }
        send(.requestStream(StreamOverride(id: stream, tracks: tracks)))
    }

    /// Ends a stream. The server is told of the end of an up stream that it knows and that no other replaces.
    ///
    /// - Parameter isAborted: the server has said that it does not want it.
    mutating func endStream(_ stream: String, isReplaced: Bool, isAborted: Bool = false) {
        guard let record = up.removeValue(forKey: stream) ?? down.removeValue(forKey: stream) else { return }
        if record.isUp, record.isLocalDescribed, !isReplaced, phase == .open { send(.close(id: stream)) }
        perform(.endStream(stream, isReplaced: isReplaced, isAborted: isAborted))
        summarizeStreams(of: record.isUp ? nil : record.source)
    }

    /// Up streams whose offers nobody has answered are over: there would be no other offer before that answer.
    mutating func endUnansweredStreams(now: Instant) {
        for stream in up.values.filter({ $0.answerExpiry.map { $0 <= now } ?? false }).map(\.id).sorted() {
            perform(
                .failStream(stream, ServerConnectionError(.timedOut, "the server did not answer the stream's offer")))
            endStream(stream, isReplaced: false)
        }
    }

    mutating func endAllStreams() {
        for stream in up.keys.sorted() + down.keys.sorted() {
            // The server knows: the group or the connection is gone.
            up[stream]?.isLocalDescribed = false
            endStream(stream, isReplaced: false)
        }
    }

    // MARK: Tools

    private mutating func store(_ record: StreamRecord) {
        if record.isUp { up[record.id] = record } else { down[record.id] = record }
    }

    private mutating func flushLocal(_ record: inout StreamRecord) {
        record.isLocalDescribed = true
        for candidate in record.takeLocalCandidates() {
            send(.ice(TrickledCandidate(id: record.id, candidate: candidate)))
        }
    }
}
