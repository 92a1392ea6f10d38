// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
public import ICE
public import RTCBase
public import RTCCrypto
import RTP
import Synchronization
public import WebRTC

/// One media thread: a UDP port, the transports on it, and the forwarding between them.
///
/// An actor on its own thread's executor. The loop enters it once a wake-up; control-plane code on other threads calls
/// the `async` methods, which run between two wake-ups. A group lives on one worker, so that a packet never changes thread.
public actor MediaWorker {
    /// What a worker is made from.
    public struct Configuration: Sendable {
        /// The UDP port; 0 lets the system choose.
        public var port: UInt16
        /// The addresses that are offered to clients, in the order of preference.
        public var addresses: [IPAddress]
        /// Names the thread and the log lines.
        public var number: Int
        public var limits: WorkerLimits

        public init(port: UInt16, addresses: [IPAddress], number: Int = 0, limits: WorkerLimits = WorkerLimits()) {
            self.port = port
            self.addresses = addresses
            self.number = number
            self.limits = limits
        }
    }

    /// The addresses under which this worker is reached, for `ice` messages.
    public nonisolated let candidates: [ICECandidate]
    /// The digest of the certificate that this worker's next transports present.
    public nonisolated var fingerprint: CertificateFingerprint { current.withLock { $0 } }
    private nonisolated let current: Mutex<CertificateFingerprint>
    /// The UDP port that is bound.
    public nonisolated let port: UInt16
    /// What the kernel granted of the 4 MiB asked for, the smaller of both directions, in bytes.
    public nonisolated let socketBufferSize: Int

    nonisolated let executor: MediaExecutor
    private nonisolated let mailboxes = Mutex<[UInt64: AsyncStream<MediaEvent>.Continuation]>([:])
    /// Names the worker: its thread, and its series among the metrics.
    public nonisolated let number: Int
    private nonisolated let descriptor: Int32
    var state: WorkerState

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Events that wait for a group's actor. A stream causes a handful in its life, so that this bounds streams that are
    /// opened faster than their group looks; beyond it the oldest are kept.
    private static let pendingEvents = 4096

    /// Binds the port. Nothing runs before ``start()``.
    public init(_ configuration: Configuration, certificate: Certificate) throws {
        let socket = try DatagramSocket(port: configuration.port)
        executor = try MediaExecutor()
        port = socket.port
        descriptor = socket.descriptor
        socketBufferSize = min(socket.receiveBufferSize, socket.sendBufferSize)
        number = configuration.number
        current = Mutex(certificate.fingerprint)
        let port = socket.port
        let isDualStack = socket.family == .dualStack
        candidates = configuration.addresses.filter { isDualStack || $0.isIPv4 }.enumerated().map { position, address in
            ICECandidate.host(
                TransportAddress(address, port: port),
                // One preference an address, falling in the given order (RFC 8445 section 5.1.2.1).
                preference: UInt16(clamping: 65_535 - position))
        }
        state = WorkerState(
            socket: socket, certificate: try DTLSContext(certificate: certificate),
            wallClock: MonotonicClock.wallClock(), limits: configuration.limits)
    }

    /// Starts the thread. To be called once; ``shutdown()`` ends it.
    public nonisolated func start() throws {
        try executor.start(name: "media-\(number)", sockets: [descriptor]) { readiness in
            self.assumeIsolated { $0.turn(now: readiness.now) }
        }
    }

    /// Says goodbye on every transport, then ends the thread.
    public nonisolated func shutdown() async {
        await closeAll()
        executor.shutdown()
        mailboxes.withLock { mailboxes in
            for mailbox in mailboxes.values { mailbox.finish() }
            mailboxes.removeAll()
        }
    }

    /// Presents another certificate from now on. Streams for whom the one before was announced still get that.
    public func renew(_ certificate: Certificate) throws {
        // Nobody is told of it before the worker has it.
        state.add(try DTLSContext(certificate: certificate))
        current.withLock { $0 = certificate.fingerprint }
    }

    private func turn(now: Instant) -> Instant? {
        let deadline = state.wakeUp(now: now)
        if !state.events.isEmpty { deliverEvents() }
        return deadline
    }

    private func deliverEvents() {
        let events = state.events
        state.events.removeAll(keepingCapacity: true)
        mailboxes.withLock { mailboxes in
            for (owner, event) in events { mailboxes[owner]?.yield(event) }
        }
    }

    // MARK: Events

    /// What happens to the streams of one owner; `owner` is any number that the caller chooses, one a group. A second
    /// call for the same owner ends the first one's sequence.
    public nonisolated func events(owner: UInt64) -> AsyncStream<MediaEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: MediaEvent.self, bufferingPolicy: .bufferingOldest(Self.pendingEvents))
        mailboxes.withLock { $0.updateValue(continuation, forKey: owner) }?.finish()
        return stream
    }

    /// Ends the events of an owner that is gone.
    public nonisolated func endEvents(owner: UInt64) {
        mailboxes.withLock { $0.removeValue(forKey: owner) }?.finish()
    }

    // MARK: Streams

    /// A stream that a client sends us, after its offer has been answered by `ReceiverNegotiation`.
    ///
    /// - Parameter certificate: the ``fingerprint`` that the client has been told; `nil` for the newest.
    public func openUpStream(
        owner: UInt64, local: ICECredentials, certificate: CertificateFingerprint? = nil, remote: RemoteTransport,
        tracks: [NegotiatedTrack]
    ) throws(MediaError) -> StreamID {
        try state.openUpStream(
            owner: owner, local: local, certificate: certificate, remote: remote, tracks: tracks,
            now: MonotonicClock.now())
    }

    /// A renegotiation of an up stream: new tracks, or new credentials after an ICE restart.
    public func updateUpStream(
        _ id: StreamID, local: ICECredentials, remote: RemoteTransport, tracks: [NegotiatedTrack]
    ) throws(MediaError) {
        try state.updateUpStream(id, local: local, remote: remote, tracks: tracks, now: MonotonicClock.now())
    }

    /// The tracks of an up stream that have started, in the order of the SDP (section by section, best encoding first).
    public func startedTracks(of id: StreamID) throws(MediaError) -> [UpTrackInfo] {
        try state.startedTracks(of: id)
    }

    /// A stream that we are about to offer to a client. Its transport answers checks at once, and starts DTLS when
    /// ``connectDownStream(_:remote:rejected:)`` has told it the client's answer.
    ///
    /// - Parameter certificate: the ``fingerprint`` that the client is told; `nil` for the newest.
    public func openDownStream(
        owner: UInt64, local: ICECredentials, certificate: CertificateFingerprint? = nil, tracks: [DownTrackParameters]
    ) throws(MediaError) -> StreamID {
        try state.openDownStream(
            owner: owner, local: local, certificate: certificate, tracks: tracks, now: MonotonicClock.now())
    }

    /// The client's answer. `rejected` are the mids that it refused.
    public func connectDownStream(_ id: StreamID, remote: RemoteTransport, rejected: Set<String>) throws(MediaError) {
        try state.connectDownStream(id, remote: remote, rejected: rejected, now: MonotonicClock.now())
    }

    /// A changed set of tracks of a down stream, to be called when the answer to its new offer has come. `local` differs
    /// from before after an ICE restart.
    public func updateDownStream(
        _ id: StreamID, local: ICECredentials, tracks: [DownTrackParameters]
    ) throws(MediaError) {
        try state.updateDownStream(id, local: local, tracks: tracks, now: MonotonicClock.now())
    }

    /// Ends a stream of either direction; unknown ids are ignored. Down streams of a closed up stream carry nothing more.
    public func close(_ id: StreamID) {
        state.close(id, now: MonotonicClock.now())
    }

    private func closeAll() {
        let now = MonotonicClock.now()
        for handle in state.streams.handles { state.close(StreamID(handle), now: now) }
        _ = state.wakeUp(now: now)
    }

    // MARK: Observation

    /// How many streams the worker carries.
    public var streamCount: Int { state.streams.count }
    /// What the worker has received and dropped since its start.
    public var counters: WorkerCounters { state.counters }
    /// How punctual the loop has been.
    public nonisolated var loopStatistics: LoopStatistics { executor.statistics }
    /// What the socket has sent since the start.
    public var sendCounters: SendBatch.Counters { state.sendBatch.counters }
    /// What the socket has received since the start.
    public var receiveCounters: ReceiveBatch.Counters { state.receiveBatch.counters }
}
