// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import DTLS
public import ICE
public import RTCBase
package import RTCCrypto
public import SRTP

/// One end of a bundled WebRTC transport: ICE, DTLS over it, and the SRTP contexts that DTLS yields.
///
/// Sans-I/O. After every call the driver drains ``pollTransmit()`` and ``pollEvent()``, then sleeps until ``deadline``.
/// The packet path protects and opens packets from ``TransportEvent/connected`` on.
///
/// What it believes: STUN by its integrity; DTLS only from an address whose check was authenticated; and it sends DTLS or
/// media only to an address that has answered a check of ours, so that nobody can aim a stream at a victim.
public struct TransportSession: ~Copyable {
    /// One of the two is set: the server's half or the client's.
    private var lite: ICELiteAgent?
    var full: ICEAgent?
    /// What the full agent tells its driver beside the path.
    var gathered: [ICEEvent] = []
    private var dtls: DTLSAssociation?
    /// The association's deadline, as of the last call: reading it through the optional would consume it.
    private var dtlsDeadline: Instant?
    private let context: DTLSContext
    private var remoteFingerprint: CertificateFingerprint?
    private var role: DTLSRole?
    /// DTLS that arrived before the peer's description did: the ClientHello of a fast peer.
    private var early: [[UInt8]] = []
    private var events: [TransportEvent] = []
    /// Data that has arrived, if any is expected.
    private var data: [[UInt8]] = []
    private let carriesData: Bool
    private var failure: Failure?

    private enum Failure {
        /// Nobody answers: an ICE restart may lead back, and the DTLS association then goes on.
        case path
        /// The association is of no use any more.
        case association
    }

    /// `nil` until connected.
    private var sender: SRTPSender?
    private var receiver: SRTPReceiver?
    /// Where media goes; `nil` until ICE has validated a path.
    public private(set) var path: ICEPath?
    public private(set) var isConnected = false
    public private(set) var counters = TransportCounters()

    /// A ClientHello of today's browsers takes two datagrams; twice that, for a retransmission.
    static let maximumEarlyDatagrams = 4

    /// The server's end: ICE lite, answering checks from the first moment.
    public init(lite agent: ICELiteAgent, context: DTLSContext) {
        lite = agent
        self.context = context
        carriesData = false
    }

    /// The client's end.
    ///
    /// - Parameter carriesData: whether data inside DTLS is expected: ``pollData()`` has it then, and must be drained.
    public init(full agent: ICEAgent, context: DTLSContext, carriesData: Bool = false) {
        full = agent
        self.context = context
        self.carriesData = carriesData
    }

    /// A transport that is connected from the start, with keys that the caller knows: the server's end of it. For
    /// measurements and tests of what comes after ICE and DTLS.
    package init(measuring keys: SRTPMasterKeys, path: ICEPath, context: DTLSContext) throws(SRTPError) {
        sender = try SRTPSender(keys, as: .dtlsServer)
        receiver = try SRTPReceiver(keys, as: .dtlsServer)
        self.path = path
        self.context = context
        carriesData = false
        isConnected = true
    }

    /// What the peer's description says. May be called again after an ICE restart; the DTLS association then goes on
    /// (RFC 8842 section 4.2: a new one would need a new fingerprint or a changed `tls-id`).
    public mutating func setRemote(_ remote: RemoteTransport, now: Instant) {
        lite?.setRemote(remote.credentials, now: now)
        full?.setRemote(remote.credentials, now: now)
        for candidate in remote.candidates { full?.addRemote(candidate, now: now) }
        if remoteFingerprint == nil {
            remoteFingerprint = remote.fingerprint
            role = remote.localRole
        } else if remoteFingerprint != remote.fingerprint {
            fail(.association, "the peer's certificate fingerprint changed")
            return
        }
        drainICE(now: now)
        startDTLSIfPossible(now: now)
    }

    public mutating func addRemote(_ candidate: ICECandidate, now: Instant) {
        full?.addRemote(candidate, now: now)
        drainICE(now: now)
    }

    /// New credentials of ours after an ICE restart.
    public mutating func restart(local: ICECredentials, now: Instant) {
        if failure == .path { failure = nil }
        lite?.restart(local: local, now: now)
        full?.restart(local: local, now: now)
        drainICE(now: now)
    }

    /// A STUN message from the network.
    public mutating func receiveSTUN(
        _ message: RawSpan, from remote: TransportAddress, to local: IPAddress, now: Instant
    ) {
        lite?.receive(message, from: remote, to: local, now: now)
        full?.receive(message, from: remote, to: local, now: now)
        drainICE(now: now)
        startDTLSIfPossible(now: now)
    }

    /// A DTLS datagram from the network.
    public mutating func receiveDTLS(_ datagram: UnsafeRawBufferPointer, from remote: TransportAddress, now: Instant) {
        guard accepts(from: remote) else {
            counters.fromUnvalidatedAddress &+= 1
            return
        }
        if dtls == nil {
            // The address is authenticated; what is missing is the peer's description or a validated path.
            if early.count < Self.maximumEarlyDatagrams { early.append(Array(datagram)) }
            startDTLSIfPossible(now: now)
        } else {
            dtls?.receive(datagram, now: now)
            drainDTLS(now: now)
        }
    }

    /// Whether DTLS and media from that address are taken at all.
    public func accepts(from remote: TransportAddress) -> Bool {
        if let lite { return lite.accepts(from: remote) }
        return full?.accepts(from: remote) ?? false
    }

    public mutating func handleTimeout(now: Instant) {
        lite?.handleTimeout(now: now)
        full?.handleTimeout(now: now)
        drainICE(now: now)
        startDTLSIfPossible(now: now)
        if let due = dtlsDeadline, due <= now {
            dtls?.handleTimeout(now: now)
            drainDTLS(now: now)
        }
    }

    public var deadline: Instant? {
        // Relayed addresses are kept for a restart.
        if failure == .path { return full?.deadline }
        if failure != nil { return nil }
        let ice = Instant.earliest(lite?.deadline, full?.deadline)
        return Instant.earliest(ice, path == nil ? nil : dtlsDeadline)
    }

    /// The next datagram to send, and where.
    public mutating func pollTransmit() -> ICETransmit? {
        if let transmit = lite?.pollTransmit() { return transmit }
        if let transmit = full?.pollTransmit() { return transmit }
        guard let path else { return nil }
        while let datagram = dtls?.pollDatagram() {
            guard path.relay != nil else { return ICETransmit(bytes: datagram, path: path) }
            // A relay that is lost takes nothing; DTLS sends again what matters.
            if let transmit = full?.encapsulate(datagram, for: path) { return transmit }
        }
        return nil
    }

    public mutating func pollEvent() -> TransportEvent? {
        events.isEmpty ? nil : events.removeFirst()
    }

    // MARK: Data

    /// The longest packet that ``sendData(_:now:)`` takes, in bytes: what one DTLS record of 1200 bytes holds, with a few
    /// to spare for another cipher.
    public static let maximumDataLength = 1150

    /// Sends one packet inside DTLS: SCTP's ([RFC 8261](https://www.rfc-editor.org/rfc/rfc8261)).
    ///
    /// - Returns: whether it is on its way; not before the transport is connected, nor after its end.
    @discardableResult
    public mutating func sendData(_ packet: RawSpan, now: Instant) -> Bool {
        guard isConnected, packet.byteCount <= Self.maximumDataLength else { return false }
        do {
            try dtls?.send(packet, now: now)
            return true
        } catch {
            drainDTLS(now: now)
            return false
        }
    }

    /// The next packet that came inside DTLS.
    public mutating func pollData() -> [UInt8]? { data.isEmpty ? nil : data.removeFirst() }

    // MARK: Media

    /// Protects an RTP packet whose header stands at `output`; see ``SRTPSender/protect(headerLength:payload:ssrc:index:into:capacity:)``.
    ///
    /// - Returns: the packet's length; `nil` before the transport is connected, or when the key is used up.
    @inline(__always)
    public mutating func protect(
        headerLength: Int, payload: UnsafeRawBufferPointer, ssrc: UInt32, index: UInt64,
        into output: UnsafeMutableRawPointer, capacity: Int
    ) -> Int? {
        sender?.protect(
            headerLength: headerLength, payload: payload, ssrc: ssrc, index: index, into: output, capacity: capacity)
            ?? nil
    }

    /// Opens an RTP packet; see ``SRTPReceiver/unprotect(_:into:capacity:)``.
    ///
    /// - Returns: `nil` before the transport is connected.
    @inline(__always)
    public mutating func unprotect(
        _ packet: UnsafeRawBufferPointer, into output: UnsafeMutableRawPointer, capacity: Int
    ) -> SRTPUnprotected? {
        receiver?.unprotect(packet, into: output, capacity: capacity)
    }

    /// Opens an RTCP packet; `nil` before the transport is connected.
    public mutating func unprotectRTCP(
        _ packet: UnsafeRawBufferPointer, into output: UnsafeMutableRawPointer, capacity: Int
    ) -> SRTPUnprotected? {
        receiver?.unprotectRTCP(packet, into: output, capacity: capacity)
    }

    /// Protects an RTCP packet; `nil` before the transport is connected, or when the key is used up.
    public mutating func protectRTCP(
        _ packet: UnsafeRawBufferPointer, into output: UnsafeMutableRawPointer, capacity: Int
    ) -> Int? {
        sender?.protectRTCP(packet, into: output, capacity: capacity) ?? nil
    }

    /// Says goodbye to the peer (close_notify); drain ``pollTransmit()`` once more afterwards.
    public mutating func close(now: Instant) {
        dtls?.close(now: now)
    }

    mutating func startDTLSIfPossible(now: Instant) {
        guard dtls == nil, failure == nil, path != nil, let remoteFingerprint, let role else { return }
        do {
            var association = try DTLSAssociation(
                role: role, context: context, remoteFingerprint: remoteFingerprint)
            association.start(now: now)
            for datagram in early { datagram.withUnsafeBytes { association.receive($0, now: now) } }
            early = []
            dtls = consume association
            drainDTLS(now: now)
        } catch {
            fail(.association, "DTLS cannot start: \(error)")
        }
    }

    mutating func drainICE(now: Instant) {
        while let event = lite?.pollEvent() ?? full?.pollEvent() {
            switch event {
            case .pathSelected(let selected):
                path = selected
                events.append(.pathSelected(selected))
                // After a restart that followed a failure the keys are still there.
                if sender != nil, !isConnected, failure == nil {
                    isConnected = true
                    events.append(.connected)
                }
            case .connected:
                // What counts is the path.
                break
            case .disconnected:
                // A server goes on: consent that is lost for good is `.failed`.
                if full != nil { events.append(.disconnected) }
            case .candidate, .gatheringComplete, .relayMoved, .relayFailed:
                gathered.append(event)
            case .failed:
                path = nil
                fail(.path, "no answer to connectivity checks")
            }
        }
    }

    private mutating func drainDTLS(now: Instant) {
        defer { dtlsDeadline = dtls?.deadline }
        while let event = dtls?.pollEvent() {
            switch event {
            case .connected(let keys):
                guard !isConnected, let role else { continue }
                do {
                    sender = try SRTPSender(keys, as: role == .client ? .dtlsClient : .dtlsServer)
                    receiver = try SRTPReceiver(keys, as: role == .client ? .dtlsClient : .dtlsServer)
                    isConnected = true
                    events.append(.connected)
                } catch {
                    fail(.association, "SRTP cannot start: \(error)")
                }
            case .applicationData(let packet):
                // A transport of media negotiates none.
                guard carriesData else {
                    counters.unexpectedApplicationData &+= 1
                    continue
                }
                data.append(packet)
            case .closed:
                isConnected = false
                failure = .association
                events.append(.closed)
            case .failed(let failure):
                fail(.association, "DTLS: \(failure)")
            }
        }
    }

    private mutating func fail(_ kind: Failure, _ reason: String) {
        guard failure == nil else { return }
        failure = kind
        isConnected = false
        events.append(.failed(reason))
    }
}

/// What a transport tells its driver.
public enum TransportEvent: Sendable, Equatable {
    /// Media and DTLS go this way from now on: the address has proved that it reads what we send there.
    case pathSelected(ICEPath)
    /// DTLS is done; SRTP is ready both ways.
    case connected
    /// A client has heard nothing for a while, and tries all paths again.
    case disconnected
    /// The peer has closed the association.
    case closed
    /// Nothing is sent any more. An ICE restart leads back if it was the path that failed. The reason is a sentence
    /// without addresses.
    case failed(String)
}

/// What a transport has dropped.
public struct TransportCounters: Sendable, Equatable, BitwiseCopyable {
    public var fromUnvalidatedAddress: UInt32 = 0
    public var unexpectedApplicationData: UInt32 = 0

    public init() {}
}
