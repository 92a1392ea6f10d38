// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
import ICE
import RTCBase
import RTCCrypto
import RTP
import SFU
import STUN
import WebRTC

/// Everything that one worker owns: its socket, the streams on it, and the router between them.
///
/// A noncopyable value held by the worker's actor and entered once a wake-up, so that the packet path runs without
/// reference counting, without exclusivity checks and without allocation.
struct WorkerState: ~Copyable {
    var socket: DatagramSocket
    var receiveBatch: ReceiveBatch
    var sendBatch: SendBatch
    var streams = HandleTable<MediaStream>()
    var router = Router()
    var plan = SendPlan()
    /// What a packet is decrypted into; swapped with the router's slots.
    var spare: UnsafeMutableRawPointer
    /// RTCP is decrypted here, and protected here.
    let scratch: UnsafeMutableRawPointer
    static let scratchSize = 2048

    var addresses: AddressTable
    var ufrags: [String: Handle] = [:]
    /// Checks of ours that await their answer: the address alone does not say whose they are.
    var checks: [TransactionID: Handle] = [:]
    var deadlines = DeadlineQueue()
    /// DTLS that the handshake budget of earlier wake-ups did not cover.
    var deferredDTLS: [(stream: Handle, remote: TransportAddress, datagram: [UInt8])] = []
    var handshakeBudget = 0

    /// Who we are to our peers, the newest last. The older ones stay for clients that were told of them; one is added a
    /// month, so that there are never many.
    private var certificates: [DTLSContext]
    let wallClock: WallClock
    var random = SecureRandom()
    var events: [(owner: UInt64, event: MediaEvent)] = []
    var counters = WorkerCounters()
    let limits: WorkerLimits

    init(
        socket: consuming DatagramSocket, certificate: DTLSContext, wallClock: WallClock, limits: WorkerLimits
    ) {
        certificates = [certificate]
        receiveBatch = ReceiveBatch(for: socket)
        sendBatch = SendBatch(for: socket)
        self.socket = socket
        self.wallClock = wallClock
        self.limits = limits
        var random = SecureRandom()
        addresses = AddressTable(key: random.next())
        spare = router.takeSpareSlot()
        scratch = .allocate(byteCount: Self.scratchSize, alignment: 64)
    }

    deinit { scratch.deallocate() }

    /// The newest certificate.
    var certificate: DTLSContext { certificates[certificates.count - 1] }

    mutating func add(_ certificate: DTLSContext) { certificates.append(certificate) }

    /// The certificate that a client has been told of; the newest if it has been told of none, or of one that is not ours.
    func certificate(announcedAs fingerprint: CertificateFingerprint?) -> DTLSContext {
        certificates.last { $0.certificate.fingerprint == fingerprint } ?? certificate
    }

    /// One turn of the loop: takes in what has arrived, sends what follows from it, and does what is due.
    ///
    /// - Returns: when to be woken at the latest.
    mutating func wakeUp(now: Instant) -> Instant? {
        handshakeBudget = limits.handshakesPerWakeUp
        sendBatch.unblock()
        takeInDeferredDTLS(now: now)
        // Bounded, so that timers and the control plane get their turn under any load.
        for _ in 0..<limits.receiveRoundsPerWakeUp {
            guard receiveBatch.receive(from: socket) > 0 else { break }
            while let datagram = receiveBatch.next() { handle(datagram, now: now) }
            executePlan(now: now)
            guard receiveBatch.isFull else { break }
        }
        handleTimeouts(now: now)
        // What the control plane or a timer has set going does not wait for a packet.
        if router.hasWork { executePlan(now: now) }
        sendFeedback(now: now)
        sendBatch.flush(to: socket)
        if !deferredDTLS.isEmpty { return now }
        return Instant.earliest(deadlines.next, router.feedbackDeadline)
    }

    private mutating func handle(_ datagram: ReceivedDatagram, now: Instant) {
        let bytes = UnsafeRawBufferPointer(datagram.bytes)
        counters.datagramsReceived &+= 1
        switch DatagramKind(bytes) {
        case .rtp: receiveRTP(bytes, from: datagram.remote, now: now)
        case .rtcp: receiveRTCP(bytes, from: datagram.remote, now: now)
        case .stun: receiveSTUN(bytes, from: datagram.remote, to: datagram.local, now: now)
        case .dtls: receiveDTLS(bytes, from: datagram.remote, now: now)
        case .unknown: counters.unknownDatagrams &+= 1
        }
    }

    // MARK: STUN and DTLS

    private mutating func receiveSTUN(
        _ datagram: UnsafeRawBufferPointer, from remote: TransportAddress, to local: IPAddress, now: Instant
    ) {
        let message = RawSpan(_unsafeBytes: datagram)
        guard let handle = streamOfSTUN(message), let stream = streams.pointer(handle) else {
            counters.strangeChecks &+= 1
            return
        }
        stream.pointee.transport.receiveSTUN(message, from: remote, to: local, now: now)
        // An address that nobody has proved to be his is routed to the first who authenticated from it; who proves it
        // (`pathSelected`) takes it over.
        if addresses.stream(of: remote) == nil, stream.pointee.transport.accepts(from: remote) {
            route(remote, to: handle)
        }
        drain(handle, now: now)
    }

    /// Requests name the stream by our user name fragment, answers by the transaction of our check.
    private mutating func streamOfSTUN(_ message: RawSpan) -> Handle? {
        guard let parsed = try? STUNMessage(parsing: message) else { return nil }
        switch parsed.messageClass {
        case .request, .indication: return STUNMessage.localUfrag(of: message).flatMap { ufrags[$0] }
        case .success, .failure: return checks.removeValue(forKey: parsed.transactionID)
        }
    }

    private mutating func receiveDTLS(_ datagram: UnsafeRawBufferPointer, from remote: TransportAddress, now: Instant) {
        guard let handle = addresses.stream(of: remote), let stream = streams.pointer(handle) else {
            counters.strangeDatagrams &+= 1
            return
        }
        if !stream.pointee.transport.isConnected {
            guard handshakeBudget > 0 else {
                // 0.85 ms a handshake: a crowd that joins at once must not make those wait who already talk.
                if deferredDTLS.count < limits.deferredDatagrams {
                    deferredDTLS.append((handle, remote, Array(datagram)))
                    counters.handshakeDatagramsDeferred &+= 1
                } else {
                    counters.handshakeDatagramsDropped &+= 1
                }
                return
            }
            handshakeBudget -= 1
        }
        stream.pointee.transport.receiveDTLS(datagram, from: remote, now: now)
        drain(handle, now: now)
    }

    private mutating func takeInDeferredDTLS(now: Instant) {
        guard !deferredDTLS.isEmpty else { return }
        let count = min(handshakeBudget, deferredDTLS.count)
        handshakeBudget -= count
        let due = deferredDTLS[..<count]
        deferredDTLS.removeFirst(count)
        for (handle, remote, datagram) in due {
            guard let stream = streams.pointer(handle) else { continue }
            datagram.withUnsafeBytes { stream.pointee.transport.receiveDTLS($0, from: remote, now: now) }
            drain(handle, now: now)
        }
    }

    // MARK: What a transport wants done

    mutating func route(_ address: TransportAddress, to handle: Handle) {
        guard let stream = streams.pointer(handle) else { return }
        if !stream.pointee.addresses.contains(address) {
            // An ICE agent bounds its addresses; this list follows it loosely and is bounded on its own.
            if stream.pointee.addresses.count >= limits.addressesPerStream {
                addresses.remove(stream.pointee.addresses.removeFirst(), of: handle)
            }
            stream.pointee.addresses.append(address)
        }
        addresses.set(address, to: handle)
    }

    /// Carries out what the transport of a stream has queued, and sees that it is woken in time.
    mutating func drain(_ handle: Handle, now: Instant) {
        guard let stream = streams.pointer(handle) else { return }
        while let transmit = stream.pointee.transport.pollTransmit() {
            transmit.bytes.withUnsafeBytes { bytes in
                let message = RawSpan(_unsafeBytes: bytes)
                if STUNMessage.isSTUN(message), let parsed = try? STUNMessage(parsing: message),
                    parsed.messageClass == .request
                {
                    remember(parsed.transactionID, of: handle)
                }
                send(bytes, to: Path(remote: transmit.remote, local: transmit.local))
            }
        }
        while let event = stream.pointee.transport.pollEvent() {
            switch event {
            case .pathSelected(let path):
                route(path.remote, to: handle)
                stream.pointee.path = Path(remote: path.remote, local: path.local)
            case .connected:
                connected(handle, now: now)
            case .disconnected:
                // A client's transport says so; ours fail.
                break
            case .closed:
                setInactive(handle)
                events.append((stream.pointee.owner, .closed(stream: StreamID(handle))))
            case .failed(let reason):
                setInactive(handle)
                events.append((stream.pointee.owner, .failed(stream: StreamID(handle), reason: reason)))
            }
        }
        reschedule(handle, now: now)
    }

    private mutating func remember(_ transaction: TransactionID, of handle: Handle) {
        if checks.count >= limits.outstandingChecks {
            // Answers that never came. What is left of closed streams goes first; if that is not enough, all do, and
            // the next retransmission of each check is remembered anew.
            checks = checks.filter { streams.contains($0.value) }
            if checks.count >= limits.outstandingChecks { checks.removeAll(keepingCapacity: true) }
        }
        checks[transaction] = handle
    }

    private mutating func connected(_ handle: Handle, now: Instant) {
        guard let stream = streams.pointer(handle) else { return }
        // Spread over the interval, so that a crowd that joined at once does not report at once for ever.
        let interval = stream.pointee.reportInterval
        stream.pointee.nextReport = now + interval * Int(handle.index % 16) / 16
        if case .down(let subscriber) = stream.pointee.direction {
            router.setActive(true, subscriber: subscriber)
        }
        events.append((stream.pointee.owner, .connected(stream: StreamID(handle))))
    }

    private mutating func setInactive(_ handle: Handle) {
        guard let stream = streams.pointer(handle) else { return }
        stream.pointee.nextReport = nil
        // RFC 7675 section 5.1: without consent "the endpoint MUST cease transmission". Key-frame requests would go on.
        stream.pointee.path = nil
        if case .down(let subscriber) = stream.pointee.direction {
            router.setActive(false, subscriber: subscriber)
        }
    }

    /// Puts the stream into the queue unless it already stands there for no later than it needs.
    mutating func reschedule(_ handle: Handle, now: Instant) {
        guard let stream = streams.pointer(handle), let due = stream.pointee.deadline else { return }
        // Never at once: whatever a machine says, one that stays due must not keep the loop from its sockets.
        let deadline = max(due, now + .milliseconds(1))
        if let queued = stream.pointee.queuedDeadline, queued <= deadline { return }
        stream.pointee.queuedDeadline = deadline
        deadlines.push(deadline, handle)
    }

    private mutating func handleTimeouts(now: Instant) {
        while let (deadline, handle) = deadlines.pop(now: now) {
            guard let stream = streams.pointer(handle), stream.pointee.queuedDeadline == deadline else { continue }
            stream.pointee.queuedDeadline = nil
            if stream.pointee.transport.deadline.map({ $0 <= now }) ?? false {
                stream.pointee.transport.handleTimeout(now: now)
            }
            if let due = stream.pointee.nextReport, due <= now {
                sendReport(handle, now: now)
                stream.pointee.nextReport = now + stream.pointee.reportInterval
            }
            drain(handle, now: now)
        }
    }

    /// Sends one datagram that is not media.
    mutating func send(_ bytes: UnsafeRawBufferPointer, to path: Path) {
        guard bytes.count <= SendBatch.slotSize else {
            counters.oversizedDatagrams &+= 1
            return
        }
        let slot = sendBatch.slot()
        slot.copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
        sendBatch.append(length: bytes.count, to: path, on: socket)
    }
}
