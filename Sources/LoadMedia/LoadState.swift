// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
import Glibc
import ICE
import MediaLoop
import RTCBase
import RTCCrypto
import RTP
import SRTP
import WebRTC

/// Everything that one worker owns; entered once a wake-up.
struct LoadState: ~Copyable {
    let poll: SocketPoll
    private var connections = HandleTable<LoadConnection>()
    /// Those that send: looked at in every wake-up.
    private var senders: [Handle] = []
    private var receiveBatch: ReceiveBatch
    /// Used for one socket at a time, and empty in between.
    private var sendBatch: SendBatch
    /// Slot for what is decrypted.
    private let scratch: UnsafeMutableRawPointer
    private static let scratchSize = 2048
    private var nextTick = Instant.zero
    private var interval: MeasuredInterval?
    /// Of connections that are gone.
    private var past = LoadStatistics()
    private let context: DTLSContext
    private let wallClock: WallClock
    private let loss: PacketLoss
    private let upLoss: PacketLoss
    /// Connections so far.
    private var opened: UInt64 = 0
    private var random = SecureRandom()

    /// How often the timers of connections are looked at. Their own are hundreds of milliseconds; only packets are paced
    /// more exactly.
    private static let tick = Duration.milliseconds(10)
    private static let reportInterval = Duration.seconds(1)
    /// One packet in so many is decrypted, to see that it is what it seems.
    private static let sample = 100
    /// Batches read from a socket before the others get their turn.
    private static let roundsPerSocket = 4

    /// - Parameter model: any socket. The batches take their layout from it; all sockets of a machine have the same.
    init(
        poll: consuming SocketPoll, model: borrowing DatagramSocket, context: DTLSContext, wallClock: WallClock,
        loss: PacketLoss, upLoss: PacketLoss
    ) {
        self.poll = poll
        receiveBatch = ReceiveBatch(for: model)
        sendBatch = SendBatch(for: model)
        scratch = .allocate(byteCount: Self.scratchSize, alignment: 64)
        self.context = context
        self.wallClock = wallClock
        self.loss = loss
        self.upLoss = upLoss
    }

    deinit { scratch.deallocate() }

    static func threadProcessorTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    // MARK: The loop

    /// - Returns: when to be woken at the latest, and whether the timers have been looked at.
    mutating func wakeUp(now: Instant) -> (deadline: Instant?, ticked: Bool) {
        sendDue(now: now)
        let count = poll.wait()
        for position in 0..<count { receive(poll.ready(position)) }
        let ticks = nextTick <= now
        if ticks {
            for handle in connections.handles { handleTimers(handle, now: now) }
            nextTick = now + Self.tick
        }
        var deadline = nextTick
        for handle in senders {
            guard let connection = connections.pointer(handle) else { continue }
            for position in connection.pointee.sources.indices {
                if let due = connection.pointee.sources[position].nextBurst { deadline = min(deadline, due) }
            }
        }
        return (connections.count == 0 ? nil : deadline, ticks)
    }

    private mutating func sendDue(now: Instant) {
        for handle in senders {
            guard let connection = connections.pointer(handle), let path = connection.pointee.path else { continue }
            for position in connection.pointee.sources.indices { send(position, of: connection, to: path, now: now) }
        }
    }

    private mutating func send(
        _ position: Int, of connection: UnsafeMutablePointer<LoadConnection>, to path: Path, now: Instant
    ) {
        let bursts = connection.pointee.sources[position].takeDueBursts(now: now)
        let packets = bursts * connection.pointee.sources[position].configuration.burst
        guard packets > 0 else { return }
        let before = sendBatch.counters
        // Read again for every sender: what its packets wait for the others' is not the server's latency.
        let timestamp = MediaTimestamp.at(MonotonicClock.now())
        let ssrc = connection.pointee.sources[position].configuration.ssrc
        let headerLength = connection.pointee.sources[position].headerLength
        var lost = 0
        for _ in 0..<packets {
            let slot = sendBatch.slot()
            let made = connection.pointee.sources[position].next(at: timestamp, header: slot) { payload, index in
                connection.pointee.transport.protect(
                    headerLength: headerLength, payload: payload, ssrc: ssrc, index: index, into: slot,
                    capacity: SendBatch.slotSize
                ).map { (length: $0, index: index) }
            }
            guard let (length, index) = made else { continue }
            connection.pointee.sources[position].history.keep(
                UnsafeRawBufferPointer(start: slot, count: length), index: index)
            if connection.pointee.upLoss.takesNext() {
                lost += 1
                continue
            }
            sendBatch.append(length: length, to: path, on: connection.pointee.socket)
        }
        sendBatch.flush(to: connection.pointee.socket)
        guard interval?.contains(timestamp) ?? true else { return }
        let sent = sendBatch.counters.datagrams - before.datagrams + lost
        connection.pointee.counters.sent += sent
        connection.pointee.counters.unsent += packets - sent
    }

    private mutating func receive(_ handle: Handle) {
        guard let connection = connections.pointer(handle) else { return }
        for _ in 0..<Self.roundsPerSocket {
            guard receiveBatch.receive(from: connection.pointee.socket) > 0 else { return }
            let now = MonotonicClock.now()
            while let datagram = receiveBatch.next() { receive(datagram, on: handle, connection, now: now) }
            guard receiveBatch.isFull else { return }
        }
    }

    private mutating func receive(
        _ datagram: ReceivedDatagram, on handle: Handle, _ connection: UnsafeMutablePointer<LoadConnection>,
        now: Instant
    ) {
        let bytes = UnsafeRawBufferPointer(datagram.bytes)
        switch DatagramKind(bytes) {
        case .rtp: receiveRTP(bytes, connection, now: now)
        case .rtcp:
            if !connection.pointee.loss.takesNext() { receiveRTCP(bytes, connection, now: now) }
        case .stun:
            connection.pointee.transport.receiveSTUN(
                RawSpan(_unsafeBytes: bytes), from: datagram.remote, to: datagram.local, now: now)
            settle(handle, now: now)
        case .dtls:
            connection.pointee.transport.receiveDTLS(bytes, from: datagram.remote, now: now)
            settle(handle, now: now)
        case .unknown:
            break
        }
    }

    private mutating func receiveRTP(
        _ bytes: UnsafeRawBufferPointer, _ connection: UnsafeMutablePointer<LoadConnection>, now: Instant
    ) {
        guard let header = try? RTPHeader(parsingProtected: bytes) else { return }
        if connection.pointee.loss.takesNext() {
            if interval?.contains(header.timestamp) ?? true { connection.pointee.counters.discarded += 1 }
            return
        }
        if connection.pointee.sink.total == 0 { connection.pointee.events.yield(.firstPacket(at: now)) }
        connection.pointee.sink.receive(header, now: now, interval: interval)
        guard connection.pointee.sink.total % Self.sample == 1 else { return }
        switch connection.pointee.transport.unprotect(bytes, into: scratch, capacity: Self.scratchSize) {
        case .packet: connection.pointee.counters.authentic += 1
        // A duplicate of a packet that happened to be a sample.
        case .rejected(.replayed), nil: break
        case .rejected: connection.pointee.counters.forged += 1
        }
    }

    // MARK: Connections

    mutating func open(
        sending configurations: [PacketSourceConfiguration], from address: IPAddress, role: ICERole,
        credentials: ICECredentials? = nil, now: Instant
    ) throws -> OpenedConnection {
        let socket = try DatagramSocket(port: 0)
        let credentials = credentials ?? ICECredentials.random(using: &random)
        let candidate = ICECandidate.host(TransportAddress(address, port: socket.port))
        var agent = ICEAgent(local: credentials, role: role, using: &random, now: now)
        agent.addLocal(candidate, now: now)
        // Few things happen to a connection; one that fails and comes back for ever is not listened to.
        let (events, continuation) = AsyncStream.makeStream(
            of: ConnectionEvent.self, bufferingPolicy: .bufferingOldest(64))
        let connection = LoadConnection(
            socket: socket, transport: TransportSession(full: agent, context: context), events: continuation,
            sources: configurations.map { PacketSource($0, random: &random) },
            sink: PacketSink(reporterSSRC: random.next()), loss: loss.of(connection: opened),
            upLoss: upLoss.of(connection: opened))
        opened &+= 1
        let handle = connections.insert(connection)
        guard let pointer = connections.pointer(handle) else { throw LoadMediaError("no room for a connection") }
        do {
            try poll.add(pointer.pointee.socket, as: handle)
        } catch {
            _ = connections.remove(handle)
            throw error
        }
        if !configurations.isEmpty { senders.append(handle) }
        return OpenedConnection(
            id: ConnectionID(handle: handle), credentials: credentials, candidate: candidate, events: events)
    }

    mutating func setRemote(_ remote: RemoteTransport, of handle: Handle, now: Instant) {
        connections.pointer(handle)?.pointee.transport.setRemote(remote, now: now)
        settle(handle, now: now)
    }

    mutating func addRemote(_ candidate: ICECandidate, to handle: Handle, now: Instant) {
        connections.pointer(handle)?.pointee.transport.addRemote(candidate, now: now)
        settle(handle, now: now)
    }

    mutating func close(_ handle: Handle, now: Instant) {
        guard let connection = connections.pointer(handle) else { return }
        connection.pointee.transport.close(now: now)
        drain(connection, now: now)
        past += connection.pointee.statistics(now: now, interval: interval)
        connection.pointee.events.finish()
        senders.removeAll { $0 == handle }
        _ = connections.remove(handle)
    }

    mutating func closeAll(now: Instant) {
        for handle in connections.handles { close(handle, now: now) }
    }

    private mutating func handleTimers(_ handle: Handle, now: Instant) {
        settle(handle, now: now)
        guard let connection = connections.pointer(handle) else { return }
        if let requests = connection.pointee.sink.handleTimeout(now: now, interval: interval) {
            sendRTCP(requests, on: connection)
        }
        guard let due = connection.pointee.nextReport, due <= now else { return }
        connection.pointee.nextReport = due + Self.reportInterval
        for position in connection.pointee.sources.indices {
            sendRTCP(connection.pointee.sources[position].report(now: now, wallClock: wallClock), on: connection)
        }
        guard connection.pointee.sources.isEmpty, let report = connection.pointee.sink.report(now: now) else { return }
        sendRTCP(report, on: connection)
    }

    /// Does what is due at once, and carries out what the transport wants.
    private mutating func settle(_ handle: Handle, now: Instant) {
        guard let connection = connections.pointer(handle) else { return }
        drain(connection, now: now)
        guard let deadline = connection.pointee.transport.deadline, deadline <= now else { return }
        connection.pointee.transport.handleTimeout(now: now)
        drain(connection, now: now)
    }

    private mutating func drain(_ connection: UnsafeMutablePointer<LoadConnection>, now: Instant) {
        while let transmit = connection.pointee.transport.pollTransmit() {
            guard transmit.bytes.count <= SendBatch.slotSize else { continue }
            let slot = sendBatch.slot()
            transmit.bytes.withUnsafeBytes { slot.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
            sendBatch.append(
                length: transmit.bytes.count, to: Path(remote: transmit.remote, local: transmit.local),
                on: connection.pointee.socket)
        }
        sendBatch.flush(to: connection.pointee.socket)
        while let event = connection.pointee.transport.pollEvent() {
            switch event {
            case .pathSelected(let path): connection.pointee.path = Path(remote: path.remote, local: path.local)
            case .connected:
                begin(connection, now: now)
                connection.pointee.events.yield(.connected(at: now))
            case .disconnected:
                // It either comes back or fails.
                break
            case .closed:
                stop(connection)
                connection.pointee.events.yield(.closed)
            case .failed(let reason):
                stop(connection)
                connection.pointee.events.yield(.failed(reason))
            }
        }
    }

    private mutating func begin(_ connection: UnsafeMutablePointer<LoadConnection>, now: Instant) {
        // Spread over the interval: a crowd that connects at once would otherwise send and report at once for ever.
        let phase = Double(random.next() as UInt16) / 65_536
        connection.pointee.nextReport = now + Self.reportInterval * phase
        for position in connection.pointee.sources.indices {
            let interval = connection.pointee.sources[position].interval
            connection.pointee.sources[position].nextBurst = now + interval * phase
        }
    }

    private func stop(_ connection: UnsafeMutablePointer<LoadConnection>) {
        connection.pointee.nextReport = nil
        for position in connection.pointee.sources.indices { connection.pointee.sources[position].nextBurst = nil }
    }

    // MARK: RTCP

    private mutating func receiveRTCP(
        _ bytes: UnsafeRawBufferPointer, _ connection: UnsafeMutablePointer<LoadConnection>, now: Instant
    ) {
        let opened = connection.pointee.transport.unprotectRTCP(bytes, into: scratch, capacity: Self.scratchSize)
        guard case .packet(let length, _)? = opened,
            let messages = try? RTCPMessage.parse(
                RawSpan(_unsafeBytes: UnsafeRawBufferPointer(start: scratch, count: length)))
        else {
            connection.pointee.counters.strangeReports += 1
            return
        }
        for message in messages {
            switch message {
            case .senderReport(let report):
                connection.pointee.counters.senderReports += 1
                connection.pointee.sink.receiveSenderReport(report, now: now)
            case .receiverReport: connection.pointee.counters.receiverReports += 1
            case .estimatedBitrate: connection.pointee.counters.bitrateEstimates += 1
            case .sourceDescription: connection.pointee.counters.namesReceived += 1
            case .nack(let request):
                connection.pointee.counters.packetsRequested += request.pairs.count
                repeatPackets(request, connection, now: now)
            case .pictureLoss(let request): requestedKeyFrame(of: request.mediaSSRC, connection)
            case .fullIntraRequest: requestedKeyFrame(of: nil, connection)
            case .goodbye, .unknown: continue
            }
        }
    }

    /// Sends what is asked for as it was: there is no `rtx` here, as in Galène.
    private mutating func repeatPackets(
        _ request: GenericNACK, _ connection: UnsafeMutablePointer<LoadConnection>, now: Instant
    ) {
        guard let path = connection.pointee.path,
            let position = connection.pointee.sources.firstIndex(where: {
                $0.configuration.ssrc == request.mediaSSRC
            })
        else { return }
        let octets = connection.pointee.sources[position].octets
        request.forEachMissing { number in
            connection.pointee.sources[position].history.withPacket(number, sent: octets, now: now) { packet in
                connection.pointee.counters.repeated += 1
                guard !connection.pointee.upLoss.takesNext() else { return }
                sendBatch.slot().copyMemory(from: packet.baseAddress!, byteCount: packet.count)
                sendBatch.append(length: packet.count, to: path, on: connection.pointee.socket)
            }
        }
        sendBatch.flush(to: connection.pointee.socket)
    }

    mutating func repeatPackets(of handle: Handle) {
        guard let connection = connections.pointer(handle) else { return }
        for position in connection.pointee.sources.indices {
            connection.pointee.sources[position].history.isKeeping = true
        }
    }

    /// - Parameter ssrc: of which encoding; `nil` for all.
    private func requestedKeyFrame(of ssrc: UInt32?, _ connection: UnsafeMutablePointer<LoadConnection>) {
        connection.pointee.counters.keyFramesRequested += 1
        for position in connection.pointee.sources.indices
        where ssrc.map({ $0 == connection.pointee.sources[position].configuration.ssrc }) ?? true {
            connection.pointee.sources[position].wantsKeyFrame = true
        }
    }

    mutating func identify(_ handle: Handle, mid: String, midID: UInt8?, ridID: UInt8?) {
        guard let connection = connections.pointer(handle) else { return }
        for position in connection.pointee.sources.indices {
            connection.pointee.sources[position].identify(mid: mid, midID: midID, ridID: ridID)
        }
    }

    mutating func requestKeyFrame(on handle: Handle) {
        guard let connection = connections.pointer(handle), let request = connection.pointee.sink.keyFrameRequest()
        else { return }
        sendRTCP(request, on: connection)
    }

    private mutating func sendRTCP(_ message: [UInt8], on connection: UnsafeMutablePointer<LoadConnection>) {
        guard let path = connection.pointee.path else { return }
        let slot = sendBatch.slot()
        let length = message.withUnsafeBytes {
            connection.pointee.transport.protectRTCP($0, into: slot, capacity: SendBatch.slotSize)
        }
        guard let length else { return }
        sendBatch.append(length: length, to: path, on: connection.pointee.socket)
        sendBatch.flush(to: connection.pointee.socket)
    }

    // MARK: Observation

    mutating func measure(_ interval: MeasuredInterval?) {
        self.interval = interval
        past = LoadStatistics()
        for handle in connections.handles { connections.pointer(handle)?.pointee.resetInterval() }
    }

    /// Ends the measured interval elsewhere; what has been counted stays.
    mutating func cut(_ interval: MeasuredInterval) { self.interval = interval }

    func statistics(now: Instant) -> LoadStatistics {
        var sum = past
        for handle in connections.handles {
            if let connection = connections.pointer(handle) {
                sum += connection.pointee.statistics(now: now, interval: interval)
            }
        }
        return sum
    }

    func statistics(of handle: Handle, now: Instant) -> LoadStatistics? {
        connections.pointer(handle)?.pointee.statistics(now: now, interval: interval)
    }
}
