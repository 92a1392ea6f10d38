// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import ICE
public import MediaFlow
public import RTCBase
public import RTP

/// The publisher's end of one stream: frames in, packets out. It offers, and the peer answers.
///
///     var peer = SendingPeer(tracks: [camera], streamID: id, cname: name, configuration: …, random: …, now: now)
///     peer.gather(now: now)
///     signalling.send(peer.offer())
///     try peer.apply(answer: answer, now: now)
///     try peer.send(frame, track: 0, capturedAt: captured, now: now)
///
/// Sans-I/O; see ``PeerMachine`` for what its driver does.
public struct SendingPeer: ~Copyable, PeerMachine {
    /// A track as the application has it.
    public struct Track: Sendable, Hashable {
        public var codec: Codec
        /// The identifier in `a=msid`.
        public var id: String
        /// The simulcast encodings in decreasing order of throughput, by rid, each with the bits a second that it may take;
        /// one without a name for a track without simulcast.
        public var encodings: [Encoding]

        public struct Encoding: Sendable, Hashable {
            public var rid: String?
            /// In bits a second.
            public var maximumBitrate: Int

            public init(rid: String? = nil, maximumBitrate: Int = MediaSenderConfiguration.defaultBitrate) {
                self.rid = rid
                self.maximumBitrate = maximumBitrate
            }
        }

        public init(codec: Codec, id: String, encodings: [Encoding] = [Encoding()]) {
            self.codec = codec
            self.id = id
            self.encodings = encodings
        }
    }

    /// What a track tells its encoder.
    public struct EncoderEvent: Sendable, Hashable {
        /// The place of the track among those that the peer connection was made with.
        public var track: Int
        public var event: MediaSenderEvent
    }

    /// What a track is on the wire.
    private struct SentTrack {
        let track: Track
        let offered: OfferedTrack
        /// From the first answer that takes the track on, and kept when a later one refuses it: a new one could send
        /// other packets by the numbers of the old ones, with the same keys.
        var sender: MediaSender?
        /// By the last answer.
        var isRefused = false
    }

    private var link: PeerLink
    private var negotiation = SenderNegotiation()
    private var tracks: [SentTrack] = []
    private let cname: String
    private let wallClock: WallClock
    private var encoderEvents: [EncoderEvent] = []

    /// - Parameters:
    ///   - streamID: the identifier of the stream in `a=msid`.
    ///   - cname: the canonical name of its source (RFC 7022: random, and without meaning).
    ///   - random: cryptographic outside tests.
    public init(
        tracks: [Track], streamID: String, cname: String, configuration: PeerConfiguration,
        random: any RandomNumberGenerator & Sendable, now: Instant
    ) {
        link = PeerLink(
            role: .controlling, configuration: configuration, carriesData: false, random: random, now: now)
        self.cname = cname
        wallClock = configuration.wallClock
        for track in tracks {
            let offered = OfferedTrack(
                kind: track.codec.kind, codec: CodecTable.variants(of: track.codec)[0], ssrc: link.randomNumber(),
                streamID: streamID, trackID: track.id, cname: cname, rids: track.encodings.compactMap(\.rid))
            self.tracks.append(SentTrack(track: track, offered: offered))
        }
    }

    // MARK: Negotiation

    /// The description to send to the peer; again for each negotiation.
    public mutating func offer() -> String {
        negotiation.offer(tracks: tracks.map(\.offered), local: link.local).sdp
    }

    /// Whether an answer is awaited: no other offer may go out before.
    public var isPending: Bool { negotiation.isPending }

    /// Makes the next offer one that restarts ICE: new credentials, another look at all addresses.
    public mutating func restartICE(now: Instant) { link.renewCredentials(now: now) }

    /// Takes the peer's answer.
    ///
    /// - Throws: ``NegotiationError``; nothing has changed then.
    public mutating func apply(answer: String, now: Instant) throws(NegotiationError) {
        let applied = try negotiation.apply(answer: answer)
        for index in tracks.indices {
            let ssrc = tracks[index].offered.ssrc
            guard
                let accepted = applied.accepted.first(where: {
                    $0.trackID == tracks[index].track.id && ($0.ssrcs.isEmpty || $0.ssrcs == [ssrc])
                })
            else {
                tracks[index].isRefused = true
                continue
            }
            tracks[index].isRefused = false
            if tracks[index].sender == nil { tracks[index].sender = makeSender(tracks[index], accepted) }
        }
        link.setRemote(applied.remote, now: now)
    }

    private mutating func makeSender(_ track: SentTrack, _ accepted: NegotiatedTrack) -> MediaSender {
        var encodings: [MediaSenderConfiguration.Encoding] = []
        if accepted.rids.isEmpty {
            // Without simulcast the best encoding is the track.
            encodings = [
                .init(ssrc: track.offered.ssrc, maximumBitrate: track.track.encodings.first?.maximumBitrate ?? 0)
            ]
        } else {
            for encoding in track.track.encodings {
                guard let rid = encoding.rid, accepted.rids.contains(rid) else { continue }
                encodings.append(
                    .init(rid: rid, ssrc: link.randomNumber(), maximumBitrate: encoding.maximumBitrate))
            }
        }
        return link.makeSender(
            MediaSenderConfiguration(
                codec: track.track.codec, payloadType: accepted.codecs[0].payloadType, cname: cname,
                encodings: encodings,
                identification: .init(
                    mid: accepted.mid, midID: accepted.extensions.mid, ridID: accepted.extensions.rid),
                wallClock: wallClock))
    }

    /// Whether the peer takes a track; `nil` before its answer.
    public func isAccepted(track: Int) -> Bool? {
        guard tracks.indices.contains(track) else { return nil }
        if tracks[track].isRefused { return false }
        return tracks[track].sender != nil ? true : nil
    }

    /// A candidate of the peer's.
    public mutating func addRemote(candidate: String, now: Instant) { link.addRemote(candidate, now: now) }

    // MARK: Media

    /// Whether frames go out.
    public var isConnected: Bool { link.transport.isConnected }

    /// Sends a frame; see ``MediaSender/send(_:rid:capturedAt:now:)``.
    ///
    /// - Parameters:
    ///   - track: its place among those that the peer connection was made with.
    ///   - rid: of which encoding; where the peer takes no simulcast, frames of the first are sent and others are not.
    ///   - captured: when, on the driver's clock.
    /// - Returns: whether it will be sent: not before the connection is there, not of a track that the peer refuses.
    /// - Throws: ``ParseError`` for a frame that is none of its codec.
    @discardableResult
    public mutating func send(
        _ frame: EncodedFrame, track: Int, rid: String? = nil, capturedAt captured: Instant, now: Instant
    ) throws(ParseError) -> Bool {
        guard isConnected, tracks.indices.contains(track), tracks[track].sender != nil, !tracks[track].isRefused
        else { return false }
        var rid = rid
        if tracks[track].sender?.configuration.encodings.first?.rid == nil {
            guard rid == nil || rid == tracks[track].track.encodings.first?.rid else { return false }
            rid = nil
        }
        return try tracks[track].sender?.send(frame, rid: rid, capturedAt: captured, now: now) ?? false
    }

    /// What the encoders are to do.
    public mutating func pollEncoderEvent(now: Instant) -> EncoderEvent? {
        for index in tracks.indices {
            guard var event = tracks[index].sender?.pollEvent(now: now) else { continue }
            // Where simulcast was refused, the application still knows its encoding by name.
            if let first = tracks[index].track.encodings.first?.rid {
                switch event {
                case .keyFrameRequested(rid: nil): event = .keyFrameRequested(rid: first)
                case .targetBitrate(rid: nil, let bitrate): event = .targetBitrate(rid: first, bitrate)
                default: break
                }
            }
            return EncoderEvent(track: index, event: event)
        }
        return nil
    }

    /// What was counted, by track and encoding.
    public var statistics: [[MediaSenderStatistics]] { tracks.map { $0.sender?.statistics ?? [] } }

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
        guard case .rtcp(let length)? = link.receive(datagram, from: remote, to: local, now: now) else { return }
        receiveControl(length, now: now)
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

    private mutating func receiveControl(_ length: Int, now: Instant) {
        let bytes = UnsafeRawBufferPointer(start: link.clear, count: length)
        guard let messages = try? RTCPMessage.parse(RawSpan(_unsafeBytes: bytes)) else { return }
        for message in messages {
            for index in tracks.indices { tracks[index].sender?.receive(message, now: now) }
        }
    }

    public mutating func handleTimeout(now: Instant) { link.transport.handleTimeout(now: now) }

    public var deadline: Instant? {
        var deadline = link.transport.deadline
        guard isConnected else { return deadline }
        for track in tracks { deadline = Instant.earliest(deadline, track.sender?.deadline) }
        return deadline
    }

    public mutating func pollTransmit(now: Instant) -> ICETransmit? {
        while true {
            if let transmit = link.pollTransmit() { return transmit }
            guard isConnected, fill(now: now) else { return nil }
        }
    }

    /// - Returns: whether something was there to be sent.
    private mutating func fill(now: Instant) -> Bool {
        for index in tracks.indices {
            if let packet = tracks[index].sender?.poll(now: now) {
                link.send(rtp: packet.bytes, ssrc: packet.ssrc, index: packet.index)
                return true
            }
            if let messages = tracks[index].sender?.pollControl(now: now), !messages.isEmpty {
                link.send(rtcp: messages)
                return true
            }
        }
        return false
    }

    public mutating func pollEvent() -> PeerEvent? { link.pollEvent() }

    public mutating func close(now: Instant) { link.close(now: now) }
}
