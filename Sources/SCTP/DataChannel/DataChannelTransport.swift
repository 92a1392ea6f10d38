// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// The data channels of one connection: an SCTP association, and the protocol that opens and closes channels on it.
/// [RFC 8831](https://www.rfc-editor.org/rfc/rfc8831), [RFC 8832](https://www.rfc-editor.org/rfc/rfc8832).
///
/// Driven like ``SCTPAssociation``: after each call take what ``pollEvent()`` and then ``pollPacket()`` hold, and call
/// ``handleTimeout(now:)`` at ``deadline``.
///
///     var channels = DataChannelTransport(role: .client, configuration: configuration, using: &random)
///     channels.start(now: now)
///     let file = try channels.open(DataChannelOptions(label: "file"), now: now)
///     try channels.send(.binary(chunk), on: file, now: now)
///
/// What is sent before the association is there waits for it.
public struct DataChannelTransport: ~Copyable, Sendable {
    /// Which side of DTLS we are: RFC 8832 section 6 gives the client the even identifiers.
    public enum Role: Sendable, Hashable { case client, server }

    /// Bytes of labels and protocols that a peer's open channels may have, all together: each may have 128 KiB, and there
    /// may be a thousand.
    public static let maximumLabelBytes = 262_144

    private struct Channel: Sendable {
        let options: DataChannelOptions
        /// Whether the peer has shown that it has the channel: until then everything is sent in order (RFC 8832
        /// section 6).
        var isReady: Bool
        let isRemote: Bool
        var isClosing = false
        var isIncomingReset = false
        var isOutgoingReset = false

        var labelBytes: Int { options.label.utf8.count + options.subprotocol.utf8.count }
    }

    private var association: SCTPAssociation
    private let role: Role
    private var channels: [DataChannelID: Channel] = [:]
    private var remoteLabelBytes = 0
    private var events = RingQueue<DataChannelEvent>()
    private var isConnected = false
    private var now = Instant.zero
    /// Messages for channels that do not exist, and control messages that were refused.
    public private(set) var dropped = 0

    /// - Parameter random: cryptographic outside tests.
    public init(
        role: Role, configuration: SCTPConfiguration = .init(), using random: inout some RandomNumberGenerator
    ) {
        self.role = role
        association = SCTPAssociation(configuration: configuration, using: &random)
    }

    public var state: SCTPState { association.state }
    public var deadline: Instant? { association.deadline }
    public var roundTrip: Duration? { association.roundTrip }
    public var statistics: DataChannelStatistics {
        DataChannelStatistics(
            packetsSent: association.dataPackets, retransmittedChunks: association.retransmittedChunks,
            roundTrip: association.roundTrip)
    }
    /// Bytes that wait on all channels.
    public var bufferedAmount: Int { association.bufferedAmount }

    public mutating func start(now: Instant) {
        self.now = now
        association.start(now: now)
    }

    public mutating func receive(_ packet: RawSpan, now: Instant) {
        self.now = now
        association.receive(packet, now: now)
    }

    public mutating func handleTimeout(now: Instant) {
        self.now = now
        association.handleTimeout(now: now)
    }

    public mutating func pollPacket() -> [UInt8]? { association.pollPacket() }

    /// Ends all channels and the association, after everything that waits has arrived.
    public mutating func shutdown(now: Instant) {
        self.now = now
        association.shutdown(now: now)
    }

    /// Ends at once, and reports nothing.
    public mutating func abort(now: Instant) {
        self.now = now
        association.abort(now: now)
    }

    package var verificationTag: UInt32 { association.verificationTag }
    package var heldBytes: Int { association.heldBytes }

    // MARK: Channels

    /// Opens a channel; what is sent on it may follow at once.
    ///
    /// - Throws: ``DataChannelError``.
    public mutating func open(_ options: DataChannelOptions, now: Instant) throws(DataChannelError) -> DataChannelID {
        self.now = now
        guard options.label.utf8.count <= 65_535, options.subprotocol.utf8.count <= 65_535 else {
            throw .labelTooLong
        }
        let id: DataChannelID
        if let negotiated = options.negotiated {
            guard Int(negotiated.rawValue) < SCTPLimits.streams, channels[negotiated] == nil else {
                throw .identifierInUse
            }
            id = negotiated
            if isConnected { events.append(.ready(id)) }
        } else {
            guard let free = freeIdentifier else { throw .noFreeIdentifier }
            id = free
            try send(.open(options), on: id)
        }
        let isReady = options.negotiated != nil && isConnected
        channels[id] = Channel(options: options, isReady: isReady, isRemote: false)
        return id
    }

    private var freeIdentifier: DataChannelID? {
        var number: UInt16 = role == .client ? 0 : 1
        while Int(number) < SCTPLimits.streams {
            if channels[DataChannelID(number)] == nil { return DataChannelID(number) }
            number += 2
        }
        return nil
    }

    /// - Throws: ``DataChannelError``; with ``SCTPError/bufferFull`` wait for ``DataChannelEvent/bufferedAmountLow(_:)``.
    public mutating func send(
        _ message: DataChannelMessage, on id: DataChannelID, now: Instant
    ) throws(DataChannelError) {
        self.now = now
        guard let channel = channels[id], !channel.isClosing else { throw .noSuchChannel }
        let isText = message.kind == .text
        let payloadProtocol: UInt32
        // RFC 8831 section 6.6: SCTP has no empty messages, so one byte stands for none.
        if message.bytes.isEmpty {
            payloadProtocol = isText ? PayloadProtocol.emptyText : PayloadProtocol.emptyBinary
        } else {
            payloadProtocol = isText ? PayloadProtocol.text : PayloadProtocol.binary
        }
        let isOrdered = channel.options.isOrdered || !channel.isReady && channel.options.negotiated == nil
        try send(
            SCTPMessage(
                stream: id.rawValue, payloadProtocol: payloadProtocol,
                bytes: message.bytes.isEmpty ? [0] : message.bytes, isOrdered: isOrdered,
                reliability: channel.options.reliability))
    }

    private mutating func send(_ control: DataChannelControl, on id: DataChannelID) throws(DataChannelError) {
        try send(
            SCTPMessage(stream: id.rawValue, payloadProtocol: PayloadProtocol.control, bytes: control.bytes))
    }

    private mutating func send(_ message: SCTPMessage) throws(DataChannelError) {
        do throws(SCTPError) {
            try association.send(message, now: now)
        } catch {
            throw .transport(error)
        }
    }

    /// Closes a channel: what waits is sent first, then both halves end (RFC 8831 section 6.7), which
    /// ``DataChannelEvent/closed(_:)`` reports.
    public mutating func close(_ id: DataChannelID, now: Instant) {
        self.now = now
        guard channels[id]?.isClosing == false else { return }
        channels[id]?.isClosing = true
        association.resetStreams([id.rawValue], now: now)
    }

    /// Bytes of a channel that have not been sent yet: `RTCDataChannel.bufferedAmount`.
    public func bufferedAmount(of id: DataChannelID) -> Int { association.bufferedAmount(of: id.rawValue) }

    /// `RTCDataChannel.bufferedAmountLowThreshold`; 0 to begin with.
    public mutating func setBufferedAmountLowThreshold(_ threshold: Int, of id: DataChannelID) {
        association.setBufferedAmountLowThreshold(threshold, of: id.rawValue)
    }

    // MARK: Events

    /// The next thing that happened. Who cannot take more messages leaves them here, and the peer waits.
    public mutating func pollEvent() -> DataChannelEvent? {
        while true {
            if let event = events.popFirst() { return event }
            guard let event = association.pollEvent() else { return nil }
            handle(event)
        }
    }

    private mutating func handle(_ event: SCTPEvent) {
        switch event {
        case .connected:
            isConnected = true
            events.append(.connected)
            for id in channels.keys.sorted() where channels[id]?.options.negotiated != nil { makeReady(id) }
        case .message(let message): receive(message)
        case .bufferedAmountLow(let stream):
            if channels[DataChannelID(stream)] != nil { events.append(.bufferedAmountLow(DataChannelID(stream))) }
        case .incomingStreamsReset(let streams): for stream in streams { endIncoming(DataChannelID(stream)) }
        case .outgoingStreamsReset(let streams):
            for stream in streams { endOutgoing(DataChannelID(stream)) }
        case .resetRefused(let streams):
            // The peer keeps its half: nothing will come of it, and nothing more can be done about it.
            for stream in streams where channels[DataChannelID(stream)] != nil { remove(DataChannelID(stream)) }
        case .closed: disconnect(nil)
        case .failed(let failure): disconnect(failure)
        }
    }

    private mutating func receive(_ message: SCTPMessage) {
        let id = DataChannelID(message.stream)
        if message.payloadProtocol == PayloadProtocol.control { return receiveControl(message, id) }
        guard channels[id] != nil else {
            dropped += 1
            return
        }
        // Its ACK may still be on the way when what was sent behind it is here.
        makeReady(id)
        switch message.payloadProtocol {
        case PayloadProtocol.text: events.append(.message(id, DataChannelMessage(.text, message.bytes)))
        case PayloadProtocol.binary: events.append(.message(id, DataChannelMessage(.binary, message.bytes)))
        case PayloadProtocol.emptyText: events.append(.message(id, DataChannelMessage(.text, [])))
        case PayloadProtocol.emptyBinary: events.append(.message(id, DataChannelMessage(.binary, [])))
        default: dropped += 1
        }
    }

    private mutating func receiveControl(_ message: SCTPMessage, _ id: DataChannelID) {
        switch try? DataChannelControl(parsing: message.bytes.span.bytes) {
        case .acknowledgement where channels[id] != nil: makeReady(id)
        case .open(let options) where channels[id] == nil: accept(options, id)
        default: dropped += 1
        }
    }

    private mutating func accept(_ options: DataChannelOptions, _ id: DataChannelID) {
        let channel = Channel(options: options, isReady: true, isRemote: true)
        // RFC 8832 section 6: an identifier of ours that we have not given away is a mistake, and its stream is reset.
        let isTheirs = (id.rawValue & 1 == 0) == (role == .server)
        guard isTheirs, remoteLabelBytes + channel.labelBytes <= Self.maximumLabelBytes,
            (try? send(.acknowledgement, on: id)) != nil
        else {
            dropped += 1
            association.resetStreams([id.rawValue], now: now)
            return
        }
        remoteLabelBytes += channel.labelBytes
        channels[id] = channel
        events.append(.opened(id, options))
    }

    private mutating func makeReady(_ id: DataChannelID) {
        guard channels[id]?.isReady == false else { return }
        channels[id]?.isReady = true
        events.append(.ready(id))
    }

    // MARK: Closing

    private mutating func endIncoming(_ id: DataChannelID) {
        guard let channel = channels[id] else { return }
        channels[id]?.isIncomingReset = true
        if channel.isOutgoingReset {
            remove(id)
        } else if !channel.isClosing {
            // «… the other side SHOULD also reset its outgoing stream».
            channels[id]?.isClosing = true
            association.resetStreams([id.rawValue], now: now)
        }
    }

    private mutating func endOutgoing(_ id: DataChannelID) {
        guard let channel = channels[id] else { return }
        channels[id]?.isOutgoingReset = true
        channels[id]?.isClosing = true
        if channel.isIncomingReset { remove(id) }
    }

    private mutating func remove(_ id: DataChannelID) {
        guard let channel = channels.removeValue(forKey: id) else { return }
        if channel.isRemote { remoteLabelBytes -= channel.labelBytes }
        events.append(.closed(id))
    }

    private mutating func disconnect(_ failure: SCTPFailure?) {
        isConnected = false
        for id in channels.keys.sorted() { remove(id) }
        events.append(.disconnected(failure))
    }
}
