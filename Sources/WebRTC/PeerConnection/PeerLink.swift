// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
import ICE
import MediaFlow
import RTCBase
import RTCCrypto
import RTP
import SCTP
import SRTP

/// What all peer connections of a client have in common: the transport, its credentials, and which datagram is what.
struct PeerLink: ~Copyable {
    /// What came out of a datagram.
    enum Inbound {
        case rtp(length: Int)
        case rtcp(length: Int)
    }

    /// The longest datagram that is looked at, in bytes.
    static let maximumDatagram = 2048
    /// Candidates for descriptions that are not there yet; more than any peer has. Of too many the first half and the latest
    /// stay: endless ones hide neither those that came before nor those that come at last.
    static let maximumEarlyCandidates = 64

    var transport: TransportSession
    private(set) var credentials: ICECredentials
    let fingerprint: CertificateFingerprint
    var random: any RandomNumberGenerator & Sendable
    /// Which addresses are ours alone.
    private var untold: [TransportAddress] = []
    private var early: [String] = []
    private var isDescribed = false
    /// The last packet in clear.
    let clear: UnsafeMutableRawPointer
    private let cipher: UnsafeMutableRawPointer
    private var outgoing: [ICETransmit] = []

    /// - Parameter credentials: `nil` for new ones.
    init(
        credentials: ICECredentials? = nil, role: ICERole, configuration: PeerConfiguration, carriesData: Bool,
        random: any RandomNumberGenerator & Sendable, now: Instant
    ) {
        var random = random
        let credentials = credentials ?? ICECredentials.random(using: &random)
        self.credentials = credentials
        let agent = ICEAgent(
            local: credentials, role: role, configuration: configuration.ice, using: &random, now: now)
        transport = TransportSession(full: agent, context: configuration.context, carriesData: carriesData)
        fingerprint = configuration.fingerprint
        self.random = random
        clear = .allocate(byteCount: Self.maximumDatagram, alignment: 16)
        cipher = .allocate(byteCount: Self.maximumDatagram, alignment: 16)
    }

    deinit {
        clear.deallocate()
        cipher.deallocate()
    }

    /// Our half of the transport, for a description.
    var local: LocalTransport { LocalTransport(credentials: credentials, fingerprint: fingerprint, isICELite: false) }

    /// New credentials of ours, for a description that restarts ICE.
    mutating func renewCredentials(now: Instant) { restart(with: ICECredentials.random(using: &random), now: now) }

    mutating func restart(with credentials: ICECredentials, now: Instant) {
        self.credentials = credentials
        transport.restart(local: credentials, now: now)
    }

    mutating func randomNumber() -> UInt32 { random.next() }

    mutating func makeSender(_ configuration: MediaSenderConfiguration) -> MediaSender {
        MediaSender(configuration, using: &random)
    }

    mutating func makeChannels(
        role: DataChannelTransport.Role, configuration: SCTPConfiguration
    ) -> DataChannelTransport {
        DataChannelTransport(role: role, configuration: configuration, using: &random)
    }

    /// The peer's description.
    mutating func setRemote(_ remote: RemoteTransport, now: Instant) {
        transport.setRemote(remote, now: now)
        isDescribed = true
        for candidate in early { add(candidate, now: now) }
        early = []
    }

    /// A candidate of the peer's, as signalling has it: with or without `a=`. Names, and what cannot be reached over UDP,
    /// are ignored; an empty one says that there are no more.
    mutating func addRemote(_ candidate: String, now: Instant) {
        guard isDescribed else {
            if early.count >= Self.maximumEarlyCandidates { early.remove(at: Self.maximumEarlyCandidates / 2) }
            early.append(candidate)
            return
        }
        add(candidate, now: now)
    }

    private mutating func add(_ text: String, now: Instant) {
        guard !text.isEmpty else { return transport.endOfRemoteCandidates(now: now) }
        let line = text.hasPrefix("a=") ? String(text.dropFirst(2)) : text
        guard case .candidate(let candidate)? = try? ICECandidateLine(parsing: line) else { return }
        transport.addRemote(candidate, now: now)
    }

    mutating func addLocal(_ address: TransportAddress, isTold: Bool, now: Instant) {
        if !isTold { untold.append(address) }
        transport.addLocal(.host(address), now: now)
    }

    mutating func removeLocal(_ address: IPAddress, now: Instant) {
        untold.removeAll { $0.address == address }
        transport.removeLocal(address, now: now)
    }

    // MARK: In

    /// - Returns: what stands in ``clear`` now; `nil` for what was not media, or nothing that counts.
    mutating func receive(
        _ datagram: UnsafeRawBufferPointer, from remote: TransportAddress, to local: IPAddress, now: Instant
    ) -> Inbound? {
        guard datagram.count <= Self.maximumDatagram else { return nil }
        switch DatagramKind(datagram) {
        case .stun:
            transport.receiveSTUN(RawSpan(_unsafeBytes: datagram), from: remote, to: local, now: now)
        case .dtls:
            transport.receiveDTLS(datagram, from: remote, now: now)
        case .rtp:
            guard transport.accepts(from: remote),
                case .packet(let length, _)? = transport.unprotect(
                    datagram, into: clear, capacity: Self.maximumDatagram)
            else { return nil }
            return .rtp(length: length)
        case .rtcp:
            guard transport.accepts(from: remote),
                case .packet(let length, _)? = transport.unprotectRTCP(
                    datagram, into: clear, capacity: Self.maximumDatagram)
            else { return nil }
            return .rtcp(length: length)
        case .unknown:
            break
        }
        return nil
    }

    // MARK: Out

    /// A packet on the path in use; nothing before there is one.
    mutating func send(rtp packet: [UInt8], ssrc: UInt32, index: UInt64) {
        guard let header = packet.withUnsafeBytes({ try? RTPHeader(parsing: $0) }) else { return }
        let length = packet.withUnsafeBytes { bytes -> Int? in
            guard bytes.count <= Self.maximumDatagram - 64, let start = bytes.baseAddress else { return nil }
            cipher.copyMemory(from: start, byteCount: header.headerLength)
            return transport.protect(
                headerLength: header.headerLength,
                payload: UnsafeRawBufferPointer(rebasing: bytes[header.headerLength...]), ssrc: ssrc, index: index,
                into: cipher, capacity: Self.maximumDatagram)
        }
        if let length { sendCipher(length) }
    }

    /// Messages for the peer, in as few datagrams as they fit in.
    mutating func send(rtcp messages: [RTCPMessage]) {
        var builder = RTCPCompoundBuilder()
        for message in messages where !builder.append(message) {
            send(builder)
            builder = RTCPCompoundBuilder()
            _ = builder.append(message)
        }
        send(builder)
    }

    private mutating func send(_ builder: RTCPCompoundBuilder) {
        guard !builder.isEmpty else { return }
        let length = builder.bytes.withUnsafeBytes { bytes in
            transport.protectRTCP(bytes, into: cipher, capacity: Self.maximumDatagram)
        }
        if let length { sendCipher(length) }
    }

    private mutating func sendCipher(_ length: Int) {
        let bytes = Array(UnsafeRawBufferPointer(start: cipher, count: length))
        if let transmit = transport.encapsulate(bytes) { outgoing.append(transmit) }
    }

    /// The next datagram.
    mutating func pollTransmit() -> ICETransmit? {
        if !outgoing.isEmpty { return outgoing.removeFirst() }
        return transport.pollTransmit()
    }

    /// Says goodbye to the peer, then to the servers.
    mutating func close(now: Instant) {
        transport.close(now: now)
        while let transmit = transport.pollTransmit() { outgoing.append(transmit) }
        transport.closeICE(now: now)
    }

    mutating func pollEvent() -> PeerEvent? {
        while let event = transport.pollEvent() {
            switch event {
            case .pathSelected(let path): return .pathSelected(path)
            case .connected: return .connected
            case .disconnected: return .disconnected
            case .closed: return .closed
            case .failed(let reason): return .failed(reason)
            }
        }
        while let event = transport.pollGathered() {
            switch event {
            case .candidate(let candidate):
                if untold.contains(candidate.address) { continue }
                return .candidate(candidate.attributeText)
            case .gatheringComplete: return .gatheringComplete
            default: return .relay(event)
            }
        }
        return nil
    }
}
