// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import ICE
import LoadMedia
import MediaLoop
import RTCBase
import RTCCrypto
import RTP
import WebRTC

/// One client: a WebSocket, a stream that it publishes or not, and the streams that it is offered.
actor Member {
    private struct UpStream {
        let id: String
        let connection: ConnectionID
        var negotiation: SenderNegotiation
    }

    private struct DownStream {
        let connection: ConnectionID
        let credentials: ICECredentials
        var negotiation: ReceiverNegotiation
    }

    private let options: LoadOptions
    private let group: String
    /// When it began to connect.
    private let start: Instant
    private let channel: MemberChannel
    private let worker: LoadWorker
    private let rollCall: RollCall
    private let id: String
    private let username: String
    nonisolated let number: Int
    nonisolated let publishes: Bool
    nonisolated let receives: Bool
    nonisolated let asksForLow: Bool
    private var random = SecureRandom()
    /// The server has refused our stream; why, it says next.
    private var isAborted = false
    private var joining: CheckedContinuation<Void, any Error>?
    private var ended: (any Error)?
    private var isLeaving = false
    private var joinTime = Duration.zero
    private var requestedAt: Instant?
    private var hasMedia = false
    private var up: UpStream?
    private var downs: [String: DownStream] = [:]
    /// Candidates that came before their stream (spec 6.16); a few, since servers send the description first.
    private var early: [(stream: String, candidate: ICECandidate)] = []
    private static let maximumEarly = 64

    init(
        number: Int, options: LoadOptions, group: String, start: Instant, channel: MemberChannel,
        worker: LoadWorker, rollCall: RollCall
    ) {
        self.options = options
        self.group = group
        self.start = start
        self.channel = channel
        self.worker = worker
        self.rollCall = rollCall
        var random = SecureRandom()
        id = Self.identifier(using: &random)
        username = options.username
        self.number = number
        publishes = options.publishes(number)
        receives = options.receives(number)
        asksForLow = options.asksForLow(number)
    }

    private static func identifier(using random: inout SecureRandom) -> String {
        String(random.next() as UInt64, radix: 16) + String(random.next() as UInt64, radix: 16)
    }

    /// Reads messages until the connection ends.
    func run() async {
        do {
            for try await message in channel.messages { try await handle(message) }
            // Cancelled: messages end without an error.
            end(CancellationError())
        } catch {
            end(error)
            if !Task.isCancelled, !isLeaving { await rollCall.fail(error) }
        }
    }

    /// Nothing is heard any more: who waits for an answer, or comes to wait for one, gets this error.
    private func end(_ error: any Error) {
        ended = error
        joining?.resume(throwing: error)
        joining = nil
    }

    // MARK: What it does

    /// Greets and joins; ``run()`` must be under way.
    func join() async throws {
        channel.send(.handshake(Handshake(id: id)))
        if let ended { throw ended }
        try await withCheckedThrowingContinuation { continuation in
            joining = continuation
            channel.send(
                .join(Join(group: group, username: username, password: options.password, token: options.token)))
        }
        let time = MonotonicClock.now() - start
        joinTime = time
        await rollCall.note {
            $0.joined += 1
            if $0.isSettled { $0.returnJoinTimes.append(time) } else { $0.joinTimes.append(time) }
        }
    }

    /// Offers a stream; ``RollCall`` hears when it is connected.
    func publish() async throws {
        let ssrc = UInt32.random(in: 2...(.max), using: &random)
        var encodings = [
            PacketSourceConfiguration(
                rate: options.rate, burst: options.burst, packetSize: options.packetSize, ssrc: ssrc, cname: id)
        ]
        if options.simulcast {
            var low = encodings[0]
            low.rate /= LoadOptions.lowDivisor
            low.burst = max(1, low.burst / Int(LoadOptions.lowDivisor))
            low.ssrc = ssrc - 1
            low.rid = "l"
            encodings[0].rid = "h"
            encodings.append(low)
        }
        let opened = try await worker.openSender(encodings, from: channel.localAddress)
        let streamID = Self.identifier(using: &random)
        var negotiation = SenderNegotiation()
        let offer = negotiation.offer(
            tracks: [
                OfferedTrack(
                    kind: .video, codec: CodecTable.variants(of: .vp8)[0], ssrc: ssrc, streamID: streamID,
                    trackID: "video", cname: id, rids: encodings.compactMap(\.rid))
            ], local: local(opened.credentials))
        guard !isLeaving else { return await worker.close(opened.id) }
        up = UpStream(id: streamID, connection: opened.id, negotiation: negotiation)
        follow(opened.events) { [weak self] event in await self?.notePublished(event) }
        channel.send(
            .offer(Offer(id: streamID, label: "camera", sdp: offer.sdp, source: id, username: username)))
        trickle(opened.candidate, of: streamID)
    }

    /// Asks for everybody's streams.
    func request() {
        requestedAt = MonotonicClock.now()
        channel.send(.request(StreamSelection(["": [.audio, asksForLow ? .videoLow : .video]])))
    }

    /// Closes what it has open, and goes. Once.
    func leave() async {
        guard !isLeaving else { return }
        isLeaving = true
        channel.send(.join(Join(kind: .leave, group: group)))
        channel.close()
        if let up { await worker.close(up.connection) }
        for down in downs.values { await worker.close(down.connection) }
        up = nil
        downs = [:]
    }

    /// Packets that the streams have got that are there now.
    func received() async -> Int {
        var sum = 0
        for down in downs.values { sum += await worker.statistics(of: down.connection)?.received ?? 0 }
        return sum
    }

    // MARK: What it hears

    private func handle(_ message: ServerMessage) async throws {
        guard !isLeaving else { return }
        switch message {
        case .handshake(let handshake):
            guard handshake.versions.contains(Handshake.currentVersion) else {
                throw LoadError(.unsupported, "the server speaks version \(handshake.versions) of the protocol, not 2")
            }
        case .ping: channel.send(.pong)
        case .joined(let joined): try handle(joined)
        case .offer(let offer): try await handle(offer)
        case .answer(let answer): try await handle(answer)
        case .ice(let trickled): await handle(trickled)
        case .close(let stream):
            if let down = downs.removeValue(forKey: stream) { await worker.close(down.connection) }
        case .abort(let stream):
            guard stream == up?.id else { return }
            channel.send(.close(id: stream))
            aborted()
        case .userMessage(let message):
            if message.kind == .kicked { throw LoadError(.refused, "the server has kicked us out") }
            if message.kind == .error, isAborted, case .string(let text)? = message.value {
                throw LoadError(.refused, "the server refuses the stream: \(text)")
            }
        case .pong, .user, .renegotiate, .chat, .chatHistory, .unknown:
            break
        }
    }

    private func aborted() {
        isAborted = true
        Task { [rollCall] in
            try await Task.sleep(for: .seconds(1))
            await rollCall.fail(LoadError(.refused, "the server refuses the stream and does not say why"))
        }
    }

    private func handle(_ joined: Joined) throws {
        switch joined.kind {
        case .join:
            if publishes, !joined.permissions.contains(.present) {
                throw LoadError(.refused, "the user \"\(joined.username)\" may not present in this group")
            }
            joining?.resume()
            joining = nil
        case .fail:
            let reason = if case .string(let text)? = joined.value { text } else { "no reason given" }
            throw LoadError(.refused, "the server refuses to let \"\(username)\" in: \(reason)")
        case .redirect:
            let place = if case .string(let text)? = joined.value { text } else { "somewhere else" }
            throw LoadError(.refused, "the group has moved to \(place)")
        default:
            break
        }
    }

    private func handle(_ offer: Offer) async throws {
        if let replaced = offer.replace, let down = downs.removeValue(forKey: replaced) {
            await worker.close(down.connection)
        }
        guard var down = downs[offer.id] else {
            return try await takeNew(offer)
        }
        let answer = try down.negotiation.answer(offer: offer.sdp, local: local(down.credentials))
        downs[offer.id] = down
        await give(answer, for: offer, to: down)
    }

    /// Who controls is known with the offer; the credentials are needed for the answer to it.
    private func takeNew(_ offer: Offer) async throws {
        let credentials = ICECredentials.random(using: &random)
        var negotiation = ReceiverNegotiation(codecs: [.vp8, .vp9, .av1, .h264, .opus, .g722, .pcmu, .pcma])
        let answer = try negotiation.answer(offer: offer.sdp, local: local(credentials))
        let opened = try await worker.openReceiver(
            from: channel.localAddress, credentials: credentials, isRemoteLite: answer.remote.isICELite)
        guard !isLeaving else { return await worker.close(opened.id) }
        let down = DownStream(connection: opened.id, credentials: credentials, negotiation: negotiation)
        downs[offer.id] = down
        followDown(opened.events)
        await give(answer, for: offer, to: down)
        trickle(opened.candidate, of: offer.id)
    }

    private func give(_ answer: ReceiverNegotiation.Answer, for offer: Offer, to down: DownStream) async {
        channel.send(.answer(Answer(id: offer.id, sdp: answer.sdp)))
        await worker.setRemote(answer.remote, of: down.connection)
        await addEarly(to: down.connection, of: offer.id)
    }

    private func handle(_ answer: Answer) async throws {
        guard var stream = up, stream.id == answer.id else { return }
        let applied = try stream.negotiation.apply(answer: answer.sdp)
        up = stream
        guard !applied.accepted.isEmpty else {
            throw LoadError(.unsupported, "the server does not take VP8: its group has other codecs")
        }
        if options.simulcast, let track = applied.accepted.first {
            guard track.rids == ["h", "l"] else {
                throw LoadError(.unsupported, "the server does not take two encodings: leave --simulcast out")
            }
            await worker.identify(
                stream.connection, mid: track.mid, midID: track.extensions.mid, ridID: track.extensions.rid)
        }
        if applied.accepted.contains(where: { $0.feedback.contains(.nack) }) {
            await worker.repeatPackets(of: stream.connection)
        }
        await worker.setRemote(applied.remote, of: stream.connection)
        await addEarly(to: stream.connection, of: stream.id)
    }

    private func handle(_ trickled: TrickledCandidate) async {
        // Names, other transports and kinds that we do not know are nothing to connect to.
        guard let text = trickled.candidate?.candidate,
            case .candidate(let candidate)? = try? ICECandidateLine(parsing: text)
        else { return }
        if trickled.id == up?.id, let up {
            await worker.addRemote(candidate, to: up.connection)
        } else if let down = downs[trickled.id] {
            await worker.addRemote(candidate, to: down.connection)
        } else if early.count < Self.maximumEarly {
            early.append((trickled.id, candidate))
        }
    }

    // MARK: Tools

    private func local(_ credentials: ICECredentials) -> LocalTransport {
        LocalTransport(credentials: credentials, fingerprint: worker.fingerprint, isICELite: false)
    }

    private func trickle(_ candidate: ICECandidate, of stream: String) {
        let description = CandidateDescription(candidate: candidate.attributeText, sdpMid: "0", sdpMLineIndex: 0)
        channel.send(.ice(TrickledCandidate(id: stream, candidate: description)))
    }

    private func addEarly(to connection: ConnectionID, of stream: String) async {
        let waiting = early.filter { $0.stream == stream }
        early.removeAll { $0.stream == stream }
        for (_, candidate) in waiting { await worker.addRemote(candidate, to: connection) }
    }

    private func followDown(_ events: AsyncStream<ConnectionEvent>) {
        follow(events) { [weak self] event in await self?.noteDown(event) }
    }

    private func noteDown(_ event: ConnectionEvent) async {
        guard case .firstPacket(let instant) = event else { return }
        let wait = requestedAt.map { instant - $0 }
        let total = hasMedia ? nil : wait.map { joinTime + $0 }
        hasMedia = true
        await rollCall.note {
            $0.flowing += 1
            // Streams that begin later have not been waited for since the request.
            if let wait, !$0.isSettled { $0.firstPacketTimes.append(wait) }
            guard let total else { return }
            if $0.isSettled { $0.returnMediaTimes.append(total) } else { $0.firstMediaTimes.append(total) }
        }
    }

    private func notePublished(_ event: ConnectionEvent) async {
        if case .connected = event { await rollCall.note { $0.publishing += 1 } }
    }

    private func follow(
        _ events: AsyncStream<ConnectionEvent>, _ note: @escaping @Sendable (ConnectionEvent) async -> Void
    ) {
        Task { [weak self] in
            for await event in events {
                if case .failed(let reason) = event { await self?.fail("a connection failed: \(reason)") }
                await note(event)
            }
        }
    }

    private func fail(_ reason: String) async {
        if !isLeaving { await rollCall.fail(LoadError(.failed, reason)) }
    }
}
