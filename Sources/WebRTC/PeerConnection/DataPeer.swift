// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
public import ICE
public import RTCBase
public import SCTP

/// Either end of a connection that carries data channels and nothing else: what a file travels by.
///
///     var peer = DataPeer(offering: [DataChannelOptions(label: "file")], configuration: …, random: …, now: now)
///     peer.gather(now: now)
///     signalling.send(peer.description)
///     try peer.apply(answer: answer, now: now)
///     while let event = peer.pollChannelEvent() { … }
///
/// Sans-I/O; see ``PeerMachine`` for what its driver does.
public struct DataPeer: ~Copyable, PeerMachine {
    private var link: PeerLink
    private var negotiation: DataNegotiation
    /// There once both descriptions are.
    private var channels: DataChannelTransport?
    /// Its deadline as of the last call: reading it through the optional would consume it.
    private var channelsDeadline: Instant?
    /// To be opened then.
    private var wanted: [DataChannelOptions]
    private var events: [PeerEvent] = []
    /// Our last offer or answer.
    public private(set) var description: String

    /// The end that offers.
    ///
    /// - Parameters:
    ///   - options: the channels that are opened, in this order, as soon as the peer is there.
    ///   - random: cryptographic outside tests.
    public init(
        offering options: [DataChannelOptions], configuration: PeerConfiguration,
        random: any RandomNumberGenerator & Sendable, now: Instant
    ) {
        link = PeerLink(role: .controlling, configuration: configuration, carriesData: true, random: random, now: now)
        negotiation = DataNegotiation()
        wanted = options
        description = negotiation.offer(local: link.local)
    }

    /// The end that answers; channels are what the peer opens.
    ///
    /// - Throws: ``NegotiationError``.
    public init(
        answering offer: String, configuration: PeerConfiguration, random: any RandomNumberGenerator & Sendable,
        now: Instant
    ) throws(NegotiationError) {
        var random = random
        let credentials = ICECredentials.random(using: &random)
        negotiation = DataNegotiation()
        let (sdp, agreement) = try negotiation.answer(offer: offer) { _ in
            LocalTransport(credentials: credentials, fingerprint: configuration.fingerprint, isICELite: false)
        }
        link = PeerLink(
            credentials: credentials, role: agreement.remote.isICELite ? .controlling : .controlled,
            configuration: configuration, carriesData: true, random: random, now: now)
        wanted = []
        description = sdp
        adopt(agreement, now: now)
    }

    /// Takes the peer's answer.
    ///
    /// - Throws: ``NegotiationError``; nothing has changed then.
    public mutating func apply(answer: String, now: Instant) throws(NegotiationError) {
        adopt(try negotiation.apply(answer: answer), now: now)
    }

    private mutating func adopt(_ agreement: DataNegotiation.Agreement, now: Instant) {
        if channels == nil {
            var configuration = SCTPConfiguration()
            configuration.localPort = DataNegotiation.localPort
            configuration.remotePort = agreement.remotePort
            configuration.maximumPacketLength = TransportSession.maximumDataLength
            configuration.maximumIncomingMessage = DataNegotiation.maximumMessageSize
            configuration.maximumOutgoingMessage = agreement.maximumMessageSize
            let role: DataChannelTransport.Role = agreement.remote.localRole == .client ? .client : .server
            channels = link.makeChannels(role: role, configuration: configuration)
            // A label that is too long is the caller's mistake, and the channel is simply not there.
            for options in wanted { _ = try? channels?.open(options, now: now) }
            wanted = []
        }
        link.setRemote(agreement.remote, now: now)
        settle(now: now)
    }

    /// A candidate of the peer's.
    public mutating func addRemote(candidate: String, now: Instant) {
        link.addRemote(candidate, now: now)
        settle(now: now)
    }

    // MARK: Channels

    /// Sends a message on a channel; see ``DataChannelTransport/send(_:on:now:)``.
    ///
    /// - Throws: ``DataChannelError``; ``DataChannelError/noSuchChannel`` before the peer is there.
    public mutating func send(
        _ message: DataChannelMessage, on id: DataChannelID, now: Instant
    ) throws(DataChannelError) {
        guard channels != nil else { throw .noSuchChannel }
        try channels?.send(message, on: id, now: now)
        channelsDeadline = channels?.deadline ?? nil
    }

    /// Bytes of a channel that have not been sent yet.
    public mutating func bufferedAmount(of id: DataChannelID) -> Int { channels?.bufferedAmount(of: id) ?? 0 }

    public mutating func setBufferedAmountLowThreshold(_ threshold: Int, of id: DataChannelID) {
        channels?.setBufferedAmountLowThreshold(threshold, of: id)
    }

    /// Closes a channel after what waits on it.
    public mutating func close(_ id: DataChannelID, now: Instant) {
        channels?.close(id, now: now)
        channelsDeadline = channels?.deadline ?? nil
    }

    /// The next thing that happened to a channel. Messages that are left here are not acknowledged as taken: the peer waits.
    public mutating func pollChannelEvent() -> DataChannelEvent? {
        let event = channels?.pollEvent() ?? nil
        // What it tells may have started a timer: an answer to the reset of a stream.
        channelsDeadline = channels?.deadline ?? nil
        return event
    }

    /// What has been sent and received so far; `nil` before the peer is there.
    public mutating func statistics() -> DataChannelStatistics? { channels?.statistics }

    public var isConnected: Bool { link.transport.isConnected }

    // MARK: The driver's side

    public mutating func gather(now: Instant) {
        link.transport.gather(now: now)
        settle(now: now)
    }

    public mutating func addLocal(_ address: TransportAddress, isTold: Bool, now: Instant) {
        link.addLocal(address, isTold: isTold, now: now)
        settle(now: now)
    }

    public mutating func removeLocal(_ address: IPAddress, now: Instant) {
        link.removeLocal(address, now: now)
        settle(now: now)
    }

    public mutating func receive(
        _ datagram: UnsafeRawBufferPointer, from remote: TransportAddress, to local: IPAddress, now: Instant
    ) {
        _ = link.receive(datagram, from: remote, to: local, now: now)
        settle(now: now)
    }

    public mutating func receive(_ bytes: RawSpan, fromServer index: UInt8, now: Instant) {
        link.transport.receive(bytes, fromServer: index, now: now)
        while let received = link.transport.pollReceived() {
            received.bytes.withUnsafeBytes {
                _ = link.receive($0, from: received.path.remote, to: received.path.local, now: now)
            }
        }
        settle(now: now)
    }

    public mutating func disconnect(server index: UInt8, now: Instant) {
        link.transport.disconnect(server: index, now: now)
        settle(now: now)
    }

    public mutating func allocate(server index: UInt8, now: Instant) {
        link.transport.allocate(server: index, now: now)
        settle(now: now)
    }

    public mutating func handleTimeout(now: Instant) {
        link.transport.handleTimeout(now: now)
        if let due = channelsDeadline, due <= now { channels?.handleTimeout(now: now) }
        settle(now: now)
    }

    public var deadline: Instant? {
        Instant.earliest(link.transport.deadline, isConnected ? channelsDeadline : nil)
    }

    public mutating func pollTransmit(now: Instant) -> ICETransmit? {
        while true {
            if let transmit = link.pollTransmit() { return transmit }
            // One at a time: the DTLS association keeps few.
            guard isConnected, let packet = channels?.pollPacket() ?? nil else { return nil }
            channelsDeadline = channels?.deadline ?? nil
            link.transport.sendData(packet.span.bytes, now: now)
        }
    }

    public mutating func pollEvent() -> PeerEvent? {
        guard !events.isEmpty else { return nil }
        return events.removeFirst()
    }

    /// Ends the association of the channels at once; to let what waits go first, close the channels and wait.
    public mutating func close(now: Instant) {
        channels?.abort(now: now)
        while let packet = channels?.pollPacket() ?? nil { link.transport.sendData(packet.span.bytes, now: now) }
        link.close(now: now)
    }

    private mutating func settle(now: Instant) {
        while let event = link.pollEvent() {
            if event == .connected { channels?.start(now: now) }
            events.append(event)
        }
        while let packet = link.transport.pollData() { channels?.receive(packet.span.bytes, now: now) }
        channelsDeadline = channels?.deadline ?? nil
    }
}
