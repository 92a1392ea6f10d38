// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
import ICE
import RTCBase
import RTCCrypto
import RTCTestKit
import SRTP
import WebRTC

/// A client's and a server's transport on an emulated network, in virtual time.
///
/// Every datagram is checked as it leaves: none is longer than the MTU, and media never leaves in clear.
struct TransportPair: ~Copyable {
    static let clientAddress = TransportAddress(IPAddress(v4: 0xc000_0201), port: 1000)
    static let serverAddress = TransportAddress(IPAddress(v4: 0xc000_0202), port: 2000)

    /// Made once: key generation is the slowest part of these tests.
    static let certificates = (
        client: try! Certificate(unixTime: 1_800_000_000), server: try! Certificate(unixTime: 1_800_000_000)
    )

    var client: TransportSession
    var server: TransportSession
    var toServer: NetworkEmulator<[UInt8]>
    var toClient: NetworkEmulator<[UInt8]>
    var now = Instant.zero
    var clientEvents: [TransportEvent] = []
    var serverEvents: [TransportEvent] = []
    let clientRemote: RemoteTransport
    let serverRemote: RemoteTransport

    /// - Parameters:
    ///   - clientRole: which side of DTLS the client plays.
    ///   - fingerprint: what the server is told of the client's certificate; `nil` for the truth.
    init(
        _ conditions: NetworkConditions = .perfect, seed: UInt64, clientRole: DTLSRole = .client,
        clientProfiles: [SRTPProfile] = [.aeadAES128GCM, .aes128CMHMACSHA1_80],
        fingerprint: CertificateFingerprint? = nil
    ) throws {
        let clientContext = try DTLSContext(certificate: Self.certificates.client, profiles: clientProfiles)
        let serverContext = try DTLSContext(certificate: Self.certificates.server)
        var random = SeededRandom(seed: seed)
        toServer = NetworkEmulator(conditions, seed: random.next())
        toClient = NetworkEmulator(conditions, seed: random.next())
        let clientCredentials = ICECredentials.random(using: &random)
        let serverCredentials = ICECredentials.random(using: &random)
        var agent = ICEAgent(local: clientCredentials, using: &random, now: .zero)
        agent.addLocal(.host(Self.clientAddress), now: .zero)
        client = TransportSession(
            full: agent, context: clientContext)
        server = TransportSession(
            lite: ICELiteAgent(local: serverCredentials, using: &random, now: .zero),
            context: serverContext)
        clientRemote = RemoteTransport(
            credentials: serverCredentials, fingerprint: Self.certificates.server.fingerprint, isICELite: true,
            candidates: [.host(Self.serverAddress)], localRole: clientRole)
        serverRemote = RemoteTransport(
            credentials: clientCredentials, fingerprint: fingerprint ?? Self.certificates.client.fingerprint,
            isICELite: false, candidates: [], localRole: clientRole == .client ? .server : .client)
    }

    mutating func exchangeDescriptions() {
        client.setRemote(clientRemote, now: now)
        server.setRemote(serverRemote, now: now)
        drain()
    }

    /// Both sides draw new credentials and tell each other: what an offer with an ICE restart and its answer do.
    mutating func restart(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let clientCredentials = ICECredentials.random(using: &random)
        let serverCredentials = ICECredentials.random(using: &random)
        client.restart(local: clientCredentials, now: now)
        server.restart(local: serverCredentials, now: now)
        var toClient = clientRemote
        toClient.credentials = serverCredentials
        var toServer = serverRemote
        toServer.credentials = clientCredentials
        server.setRemote(toServer, now: now)
        client.setRemote(toClient, now: now)
        drain()
    }

    mutating func drain() {
        while let transmit = client.pollTransmit() {
            precondition(transmit.bytes.count <= 1200, "a datagram is longer than the MTU")
            guard transmit.remote == Self.serverAddress else { continue }
            toServer.send(transmit.bytes, size: transmit.bytes.count, now: now)
        }
        while let transmit = server.pollTransmit() {
            precondition(transmit.bytes.count <= 1200, "a datagram is longer than the MTU")
            guard transmit.remote == Self.clientAddress else { continue }
            toClient.send(transmit.bytes, size: transmit.bytes.count, now: now)
        }
        while let event = client.pollEvent() { clientEvents.append(event) }
        while let event = server.pollEvent() { serverEvents.append(event) }
    }

    static func deliver(
        _ datagram: [UInt8], to session: inout TransportSession, from remote: TransportAddress,
        at local: TransportAddress, now: Instant
    ) {
        datagram.withUnsafeBytes { bytes in
            switch DatagramKind(bytes) {
            case .stun: session.receiveSTUN(bytes.bytes, from: remote, to: local.address, now: now)
            case .dtls: session.receiveDTLS(bytes, from: remote, now: now)
            case .rtp, .rtcp, .unknown: break
            }
        }
    }

    /// Goes on to whatever happens next.
    ///
    /// - Returns: false when nothing is under way and nobody waits for anything.
    mutating func advance() -> Bool {
        let next = [toServer.deadline, toClient.deadline, client.deadline, server.deadline].reduce(
            nil, Instant.earliest)
        guard let next else { return false }
        now = max(now, next)
        while let datagram = toServer.receive(now: now) {
            Self.deliver(datagram, to: &server, from: Self.clientAddress, at: Self.serverAddress, now: now)
        }
        while let datagram = toClient.receive(now: now) {
            Self.deliver(datagram, to: &client, from: Self.serverAddress, at: Self.clientAddress, now: now)
        }
        if let due = client.deadline, due <= now { client.handleTimeout(now: now) }
        if let due = server.deadline, due <= now { server.handleTimeout(now: now) }
        drain()
        return true
    }

    mutating func run(until end: Instant) {
        while now < end, advance() {}
    }

    /// Runs until both sides are connected.
    ///
    /// - Returns: whether that happened before `limit`.
    mutating func connect(within limit: Duration) -> Bool {
        exchangeDescriptions()
        let end = now + limit
        while !(client.isConnected && server.isConnected) {
            guard now < end, advance() else { return false }
        }
        return true
    }

    /// Protects a packet at one side and opens it at the other.
    static func carries(
        _ payload: [UInt8], from sender: inout TransportSession, to receiver: inout TransportSession
    )
        -> Bool
    {
        var packet: [UInt8] = [0x80, 96, 0, 5, 0, 0, 0, 0, 0, 0, 0, 7] + [UInt8](repeating: 0, count: 1500)
        let length = packet.withUnsafeMutableBytes { output in
            payload.withUnsafeBytes { payload in
                sender.protect(
                    headerLength: 12, payload: payload, ssrc: 7, index: 5, into: output.baseAddress!,
                    capacity: output.count)
            }
        }
        guard let length else { return false }
        var plain = [UInt8](repeating: 0, count: 1536)
        let opened = plain.withUnsafeMutableBytes { plain in
            packet.withUnsafeBytes { packet in
                receiver.unprotect(
                    UnsafeRawBufferPointer(rebasing: packet[..<length]), into: plain.baseAddress!,
                    capacity: plain.count)
            }
        }
        guard case .packet(length: let plainLength, index: 5)? = opened else { return false }
        return Array(plain[12..<plainLength]) == payload && !packet[..<length].contains(payload)
    }
}
