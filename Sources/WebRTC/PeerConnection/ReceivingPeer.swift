// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import ICE
public import MediaFlow
public import RTCBase
public import RTP

/// The viewer's end of one stream: packets in, frames out. The peer offers, and this end answers.
///
///     var peer = try ReceivingPeer(answering: offer, codecs: codecs, configuration: …, random: …, now: now)
///     peer.gather(now: now)
///     signalling.send(peer.answer)
///     while let (track, frame) = peer.pollFrame(now: now) { decode(frame) }
///
/// Sans-I/O; see ``PeerMachine`` for what its driver does.
public struct ReceivingPeer: ~Copyable, PeerMachine {
    /// A track that the peer sends.
    public struct Track: Sendable, Hashable {
        /// The section's identifier (`a=mid`), by which ``pollFrame(now:)`` names the track.
        public var mid: String
        public var kind: MediaKind
        /// What it may come in; usually one.
        public var codecs: [Codec]
        /// The identifiers in `a=msid`.
        public var streamID: String?
        public var trackID: String?
    }

    private var link: PeerLink
    private var negotiation: ReceiverNegotiation
    private var receivers: [TrackReceiver] = []
    private var clock = PlayoutClock()
    /// The answer to the last offer.
    public private(set) var answer: String
    /// What the peer sends, by the last offer.
    public private(set) var tracks: [Track] = []
    /// Packets that belong to no track.
    public private(set) var strayPackets = 0

    /// Answers the first offer of a stream.
    ///
    /// - Parameters:
    ///   - codecs: what the application can make something of; sections with nothing of it are rejected.
    ///   - random: cryptographic outside tests.
    /// - Throws: ``NegotiationError``.
    public init(
        answering offer: String, codecs: [Codec] = Codec.allCases, configuration: PeerConfiguration,
        random: any RandomNumberGenerator & Sendable, now: Instant
    ) throws(NegotiationError) {
        // Who controls is known with the offer; the credentials are needed for the answer to it.
        var random = random
        let credentials = ICECredentials.random(using: &random)
        // Who plays a track wants one of its encodings; several would come out as one mixture.
        negotiation = ReceiverNegotiation(codecs: codecs, acceptsSimulcast: false)
        let answer = try negotiation.answer(
            offer: offer,
            local: LocalTransport(
                credentials: credentials, fingerprint: configuration.fingerprint, isICELite: false))
        link = PeerLink(
            credentials: credentials, role: answer.remote.isICELite ? .controlling : .controlled,
            configuration: configuration, carriesData: false, random: random, now: now)
        self.answer = answer.sdp
        adopt(answer, now: now)
    }

    /// Answers a later offer of the stream: other tracks, or new credentials.
    ///
    /// - Throws: ``NegotiationError``; nothing has changed then.
    public mutating func answer(_ offer: String, now: Instant) throws(NegotiationError) {
        var renewed: ICECredentials?
        let current = link.local
        let candidate = ICECredentials.random(using: &link.random)
        let answer = try negotiation.answer(offer: offer) { iceRestarted in
            guard iceRestarted else { return current }
            renewed = candidate
            var local = current
            local.credentials = candidate
            return local
        }
        if let renewed { link.restart(with: renewed, now: now) }
        self.answer = answer.sdp
        adopt(answer, now: now)
    }

    private mutating func adopt(_ answer: ReceiverNegotiation.Answer, now: Instant) {
        link.setRemote(answer.remote, now: now)
        tracks = answer.tracks.map {
            Track(
                mid: $0.mid, kind: $0.kind, codecs: $0.codecs.map(\.codec), streamID: $0.streamID,
                trackID: $0.trackID)
        }
        receivers.removeAll { receiver in !answer.tracks.contains { $0.mid == receiver.mid } }
        for track in answer.tracks {
            if let receiver = receivers.first(where: { $0.mid == track.mid }) {
                receiver.track = track
            } else {
                receivers.append(TrackReceiver(track, reporterSSRC: link.randomNumber()))
            }
        }
    }

    /// A candidate of the peer's.
    public mutating func addRemote(candidate: String, now: Instant) { link.addRemote(candidate, now: now) }

    // MARK: Media

    public var isConnected: Bool { link.transport.isConnected }

    /// The next frame that is due, and the mid of its track.
    public mutating func pollFrame(now: Instant) -> (mid: String, frame: ReceivedFrame)? {
        for receiver in receivers {
            if let frame = receiver.poll(&clock, now: now) { return (receiver.mid, frame) }
        }
        return nil
    }

    /// Asks for a key frame of a track, until one comes; for who began to listen in the middle, or has lost something.
    public mutating func needKeyFrame(mid: String) {
        for receiver in receivers where receiver.mid == mid { receiver.needKeyFrame() }
    }

    /// What was counted, by mid; of tracks of which something has come.
    public var statistics: [String: MediaReceiverStatistics] {
        var result: [String: MediaReceiverStatistics] = [:]
        for receiver in receivers { result[receiver.mid] = receiver.statistics }
        return result
    }

    // MARK: The driver's side

    public mutating func gather(now: Instant) { link.transport.gather(now: now) }

    public mutating func addLocal(_ address: TransportAddress, isTold: Bool, now: Instant) {
        link.addLocal(address, isTold: isTold, now: now)
    }

    public mutating func removeLocal(_ address: IPAddress, now: Instant) {
        link.removeLocal(address, now: now)
    }

    public mutating func receive(
        _ datagram: UnsafeRawBufferPointer, from remote: TransportAddress, to local: IPAddress, now: Instant
    ) {
        switch link.receive(datagram, from: remote, to: local, now: now) {
        case .rtp(let length): receiveMedia(length, now: now)
        case .rtcp(let length): receiveControl(length, now: now)
        case nil: break
        }
    }

    public mutating func receive(_ bytes: RawSpan, fromServer index: UInt8, now: Instant) {
        link.transport.receive(bytes, fromServer: index, now: now)
        while let received = link.transport.pollReceived() {
            received.bytes.withUnsafeBytes {
                receive($0, from: received.path.remote, to: received.path.local, now: now)
            }
        }
    }

    public mutating func disconnect(server index: UInt8, now: Instant) {
        link.transport.disconnect(server: index, now: now)
    }

    public mutating func allocate(server index: UInt8, now: Instant) {
        link.transport.allocate(server: index, now: now)
    }

    private mutating func receiveMedia(_ length: Int, now: Instant) {
        let packet = UnsafeRawBufferPointer(start: link.clear, count: length)
        guard let header = try? RTPHeader(parsing: packet), let receiver = receiver(of: header, in: packet) else {
            strayPackets &+= 1
            return
        }
        receiver.receive(
            header, payload: UnsafeRawBufferPointer(rebasing: packet[header.payloadRange]), now: now)
    }

    /// Whose packet it is: by its SSRC as declared, by the section that it names, or because only one track has its
    /// payload type (RFC 8843 section 9.2).
    private func receiver(of header: RTPHeader, in packet: UnsafeRawBufferPointer) -> TrackReceiver? {
        if let known = receivers.first(where: { $0.has(ssrc: header.ssrc) }) { return known }
        for receiver in receivers {
            guard let id = receiver.track.extensions.mid, let mid = header.extensionText(id, in: packet) else {
                continue
            }
            return receivers.first { $0.mid == mid }
        }
        let fitting = receivers.filter { $0.codec(of: header.payloadType) != nil }
        return fitting.count == 1 ? fitting.first : nil
    }

    private mutating func receiveControl(_ length: Int, now: Instant) {
        let bytes = UnsafeRawBufferPointer(start: link.clear, count: length)
        guard let messages = try? RTCPMessage.parse(RawSpan(_unsafeBytes: bytes)) else { return }
        for case .senderReport(let report) in messages {
            for receiver in receivers { receiver.receive(report, clock: &clock, now: now) }
        }
    }

    public mutating func handleTimeout(now: Instant) { link.transport.handleTimeout(now: now) }

    public var deadline: Instant? {
        var deadline = link.transport.deadline
        for receiver in receivers { deadline = Instant.earliest(deadline, receiver.deadline) }
        return deadline
    }

    public mutating func pollTransmit(now: Instant) -> ICETransmit? {
        if let transmit = link.pollTransmit() { return transmit }
        // Without a connection too: what the tracks want to say is lost then, but it must not stay due.
        var messages: [RTCPMessage] = []
        for receiver in receivers { messages += receiver.pollControl(now: now) }
        guard isConnected else { return nil }
        link.send(rtcp: messages)
        return link.pollTransmit()
    }

    public mutating func pollEvent() -> PeerEvent? { link.pollEvent() }

    public mutating func close(now: Instant) { link.close(now: now) }
}
