// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// One SCTP association over DTLS, as data channels use it: messages in streams, whole, in order where wanted, tried as hard
/// as wanted. [RFC 9260](https://www.rfc-editor.org/rfc/rfc9260), [RFC 8261](https://www.rfc-editor.org/rfc/rfc8261),
/// with partial reliability ([RFC 3758](https://www.rfc-editor.org/rfc/rfc3758)) and the reset of streams
/// ([RFC 6525](https://www.rfc-editor.org/rfc/rfc6525)).
///
/// A machine without input, output or clock. After each call the driver takes what ``pollEvent()`` and then
/// ``pollPacket()`` hold, and calls ``handleTimeout(now:)`` when ``deadline`` has come. Both sides start, at once:
///
///     var association = SCTPAssociation(configuration: configuration, using: &random)
///     association.start(now: now)
///     association.receive(record.span.bytes, now: now)
///     while let event = association.pollEvent() { handle(event) }
///     while let packet = association.pollPacket() { try dtls.send(packet.span.bytes, now: now) }
///
/// Who cannot take more messages leaves the events where they are: the peer learns that there is less room, and waits.
/// Who sends more than the path carries looks at ``bufferedAmount(of:)`` and waits for
/// ``SCTPEvent/bufferedAmountLow(stream:)``.
///
/// Where it departs from RFC 9260, and who else does:
/// - The congestion window is CUBIC's, and a lost retransmission is noticed without the timer: docs/decisions/0026.
/// - There is one path. The addresses of INIT are ignored (RFC 8261 section 6.1 too), and so is ECN.
/// - A restart (section 5.2.4, action A) is refused: whoever starts again does so with a new DTLS association.
/// - What comes with a wrong verification tag is ignored, without the ABORT of section 8.4: only our peer could have sent it.
/// - The path's MTU is the caller's (RFC 8261 section 5).
public struct SCTPAssociation: ~Copyable, Sendable {
    enum Phase: Sendable {
        case idle, cookieWait, cookieEchoed, established
        case shutdownPending, shutdownSent, shutdownReceived, shutdownAckSent
        case closed, failed
    }

    public let configuration: SCTPConfiguration
    /// Packets and chunks that were not understood, or not for us.
    public internal(set) var dropped = 0
    /// Packets with data in them.
    public internal(set) var dataPackets = 0
    /// Pieces of messages that were sent again.
    public internal(set) var retransmittedChunks = 0

    var phase = Phase.idle
    var now = Instant.zero
    let localTag: UInt32
    package let initialTSN: UInt32
    let cookieKey: [UInt8]
    let heartbeatNonce: UInt64
    /// The peer's INIT or INIT ACK.
    var peer: InitChunk?
    var cookie: [UInt8] = []
    var initTransmissions = 0
    var outboundStreams = SCTPLimits.streams

    // Sending.
    var queue = SendQueue()
    var outstanding: OutstandingChunks
    var congestion: CongestionWindow
    var losses = LossHistory()
    var timeout: RetransmissionTimeout
    /// What the peer can take, as of its last SACK.
    var peerWindow = 0
    /// Losses of packets up to this one have been answered by a smaller window.
    var recoveryPacket: UInt64 = 0
    /// Whether one packet with what is lost may leave however full the window is: RFC 9260 section 7.2.4, rule 3.
    var mayRetransmitNow = false
    /// Bytes that may be sent again beyond the congestion window, because as much has left the path.
    var conserved = 0
    /// Timeouts without an answer.
    var errors = 0
    var isForwardTSNDue = false
    var forwardTSNSentAt = Instant.zero

    // Receiving.
    var buffer: ReceiveBuffer
    var duplicates: [UInt32] = []
    var packetsToAcknowledge = 0
    var isSackDue = false
    var advertisedWindow = 0

    // Resets.
    var reset = StreamReset()
    var timers = Timers()
    var resetErrors = 0
    var isHeartbeatUnanswered = false
    /// When something came that the peer had sent.
    var heardAt = Instant.zero

    /// Whole packets, with headers of their own: those of the handshake, and last words.
    var packets = RingQueue<[UInt8]>()
    /// Chunks for the next packet.
    var answers = RingQueue<[UInt8]>()
    var events = RingQueue<SCTPEvent>()
    var waitingNotices = 0

    /// When something is to be done: one deadline for each of RFC 9260's timers.
    struct Timers: Sendable {
        /// T1: INIT or COOKIE ECHO is sent again.
        var handshake: Instant?
        /// T2: SHUTDOWN or SHUTDOWN ACK is.
        var shutdown: Instant?
        /// T3: what is outstanding is taken as lost.
        var retransmission: Instant?
        /// T5: a graceful end has taken too long.
        var shutdownGuard: Instant?
        /// A SACK has waited long enough.
        var sack: Instant?
        var heartbeat: Instant?
        /// RFC 6525: a request is sent again.
        var reset: Instant?

        var earliest: Instant? {
            var earliest = Instant.earliest(.earliest(handshake, shutdown), .earliest(retransmission, shutdownGuard))
            earliest = .earliest(earliest, .earliest(sack, heartbeat))
            return .earliest(earliest, reset)
        }
    }

    /// - Parameter random: for tags, the first TSN and the key of cookies; cryptographic outside tests.
    public init(configuration: SCTPConfiguration = .init(), using random: inout some RandomNumberGenerator) {
        var configuration = configuration
        // Whole words, which is what chunks are padded to.
        configuration.maximumPacketLength =
            min(max(configuration.maximumPacketLength, SCTPLimits.shortestPacket), SCTPLimits.packetLength) & ~3
        configuration.maximumIncomingMessage = max(configuration.maximumIncomingMessage, 1)
        self.configuration = configuration
        localTag = .random(in: 1...UInt32.max, using: &random)
        initialTSN = random.next()
        heartbeatNonce = random.next()
        var key: [UInt8] = []
        for _ in 0..<32 { key.append(random.next()) }
        cookieKey = key
        outstanding = OutstandingChunks(first: TSN.first(initialTSN))
        congestion = CongestionWindow(packet: Self.largestFragment(configuration))
        timeout = RetransmissionTimeout(
            initial: configuration.initialTimeout, minimum: configuration.minimumTimeout,
            maximum: configuration.maximumTimeout)
        buffer = ReceiveBuffer(
            firstTSN: 0, capacity: configuration.receiveBuffer, maximumMessage: configuration.maximumIncomingMessage)
    }

    /// Bytes of user data in a packet that holds one chunk of it and nothing else.
    static func largestFragment(_ configuration: SCTPConfiguration) -> Int {
        (configuration.maximumPacketLength - PacketHeader.length - DataChunk.headerLength) & ~3
    }

    public var state: SCTPState {
        switch phase {
        case .idle: .idle
        case .cookieWait, .cookieEchoed: .connecting
        case .established: .connected
        case .shutdownPending, .shutdownSent, .shutdownReceived, .shutdownAckSent: .closing
        case .closed: .closed
        case .failed: .failed
        }
    }

    /// Begins: both sides do, each when DTLS is there.
    public mutating func start(now: Instant) {
        self.now = now
        guard phase == .idle else { return }
        phase = .cookieWait
        sendInit()
    }

    /// When to call ``handleTimeout(now:)``; `nil` when there is nothing to wait for.
    public var deadline: Instant? { timers.earliest }

    /// Smoothed round-trip time; `nil` before the first measurement.
    public var roundTrip: Duration? { timeout.smoothedRoundTrip.map { .nanoseconds(Int64($0 * 1e9)) } }

    /// The tag that packets to us bear.
    package var verificationTag: UInt32 { localTag }
    /// Bytes of the receive buffer that are in use.
    package var heldBytes: Int { buffer.held }
    /// Bytes that may be on their way.
    package var congestionWindow: Int { congestion.bytes }

    // MARK: Messages

    /// Puts a message behind those that wait on its stream.
    ///
    /// - Throws: ``SCTPError``, and then nothing has been sent.
    public mutating func send(_ message: SCTPMessage, now: Instant) throws(SCTPError) {
        self.now = now
        switch phase {
        case .idle, .cookieWait, .cookieEchoed, .established: break
        default: throw .notOpen
        }
        guard !message.bytes.isEmpty else { throw .emptyMessage }
        guard message.bytes.count <= configuration.maximumOutgoingMessage else { throw .messageTooLong }
        guard Int(message.stream) < outboundStreams else { throw .noSuchStream }
        guard !reset.isClosing(message.stream) else { throw .streamClosing }
        guard queue.messageCount < SCTPLimits.queuedMessages,
            queue.bufferedAmount + message.bytes.count <= SCTPLimits.sendBuffer
        else { throw .bufferFull }
        var expiry: Instant?
        if case .lifetime(let lifetime) = message.reliability { expiry = now + lifetime }
        queue.append(SendQueue.Message(payload: message, expiry: expiry))
    }

    /// Bytes of a stream that have not been sent yet.
    public func bufferedAmount(of stream: UInt16) -> Int { queue.bufferedAmount(of: stream) }

    /// Bytes of all streams that have not been sent yet.
    public var bufferedAmount: Int { queue.bufferedAmount }

    /// Asks for ``SCTPEvent/bufferedAmountLow(stream:)`` whenever the stream's amount falls from above to `threshold`, or
    /// below; 0 to begin with.
    public mutating func setBufferedAmountLowThreshold(_ threshold: Int, of stream: UInt16) {
        guard Int(stream) < SCTPLimits.streams else { return }
        queue.setLowThreshold(threshold, of: stream)
    }

    /// The next thing that happened.
    public mutating func pollEvent() -> SCTPEvent? {
        if let stream = queue.drained.popLast() { return .bufferedAmountLow(stream: stream) }
        guard let event = events.popFirst() else { return nil }
        if case .message(let message) = event {
            buffer.release(message)
            // RFC 9260 section 6.2: who was told that there is no room is told when there is.
            let half = configuration.receiveBuffer / 2
            if advertisedWindow < half / 2, buffer.window >= half { isSackDue = true }
        } else {
            waitingNotices -= 1
        }
        return event
    }

    mutating func report(_ event: SCTPEvent) {
        waitingNotices += 1
        events.append(event)
    }

    // MARK: The end

    /// Ends gracefully: what waits is sent and acknowledged first (RFC 9260 section 9.2).
    public mutating func shutdown(now: Instant) {
        self.now = now
        switch phase {
        case .established:
            phase = .shutdownPending
            timers.shutdownGuard = now + configuration.maximumTimeout * 5
            continueShutdown()
        case .idle, .cookieWait, .cookieEchoed: abort(now: now)
        default: break
        }
    }

    /// Ends at once; the peer is told once, and nothing is reported.
    public mutating func abort(now: Instant) {
        self.now = now
        guard phase != .closed, phase != .failed else { return }
        if phase != .idle { sendAbort(.userInitiatedAbort) }
        end(.closed)
    }

    mutating func fail(_ failure: SCTPFailure, cause: ErrorCause? = nil) {
        guard phase != .closed, phase != .failed else { return }
        if let cause { sendAbort(cause) }
        end(.failed)
        report(.failed(failure))
    }

    /// Nothing is kept but what has not been polled.
    mutating func end(_ phase: Phase) {
        self.phase = phase
        timers = Timers()
        queue.removeAll()
        answers.removeAll()
        outstanding = OutstandingChunks(first: outstanding.next)
        reset = StreamReset()
        isSackDue = false
        isForwardTSNDue = false
    }

    private mutating func sendAbort(_ cause: ErrorCause) {
        guard let peer else { return }
        enqueue([chunk(.abort, cause: cause)], tag: peer.initiateTag)
    }
}
