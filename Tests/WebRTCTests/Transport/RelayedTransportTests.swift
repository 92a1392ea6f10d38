// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
import ICE
import RTCBase
import RTCCrypto
import RTCTestKit
import SRTP
import STUN
import TURN
import Testing
import WebRTC

/// Two clients' transports that reach each other through a relay only, in virtual time.
private struct RelayedPair: ~Copyable {
    static let addresses = [
        TransportAddress(IPAddress(v4: 0xc000_0201), port: 1000),
        TransportAddress(IPAddress(v4: 0xc000_0202), port: 2000),
    ]
    static let turn = TransportAddress(IPAddress(v4: 0xc000_0210), port: 3478)

    struct Datagram {
        var bytes: [UInt8]
        var source: TransportAddress
        var destination: TransportAddress
    }

    var first: TransportSession
    var second: TransportSession
    var server = SimulatedTURNServer(turn, relayV4: IPAddress(v4: 0xc000_0211))
    var net: NetworkEmulator<Datagram>
    var now = Instant.zero
    var signals: [(to: Int, candidate: ICECandidate?)] = []

    init(seed: UInt64, conditions: NetworkConditions) throws {
        var random = SeededRandom(seed: seed)
        net = NetworkEmulator(conditions, seed: random.next())
        let certificates = [TransportPair.certificates.client, TransportPair.certificates.server]
        let credentials = [ICECredentials.random(using: &random), ICECredentials.random(using: &random)]
        var configuration = ICEAgent.Configuration()
        configuration.isRelayOnly = true
        configuration.turnServers = [
            TURNServer(Self.turn, credentials: LongTermCredentials(username: "user", password: "secret"))
        ]
        let contexts = try certificates.map { try DTLSContext(certificate: $0) }
        let agents = [ICERole.controlling, .controlled].enumerated().map { index, role in
            var agent = ICEAgent(
                local: credentials[index], role: role, configuration: configuration, using: &random, now: .zero)
            agent.addLocal(.host(Self.addresses[index]), now: .zero)
            return agent
        }
        first = TransportSession(full: agents[0], context: contexts[0])
        second = TransportSession(full: agents[1], context: contexts[1])
        func remote(_ index: Int, _ role: DTLSRole) -> RemoteTransport {
            RemoteTransport(
                credentials: credentials[index], fingerprint: certificates[index].fingerprint, isICELite: false,
                candidates: [], localRole: role)
        }
        first.gather(now: .zero)
        second.gather(now: .zero)
        first.setRemote(remote(1, .client), now: .zero)
        second.setRemote(remote(0, .server), now: .zero)
    }

    mutating func drain() {
        Self.drain(&first, 0, &signals, &net, now)
        Self.drain(&second, 1, &signals, &net, now)
        for (to, candidate) in signals {
            switch (to, candidate) {
            case (0, let candidate?): first.addRemote(candidate, now: now)
            case (0, nil): first.endOfRemoteCandidates(now: now)
            case (_, let candidate?): second.addRemote(candidate, now: now)
            case (_, nil): second.endOfRemoteCandidates(now: now)
            }
        }
        signals = []
    }

    private static func drain(
        _ session: inout TransportSession, _ index: Int, _ signals: inout [(to: Int, candidate: ICECandidate?)],
        _ net: inout NetworkEmulator<Datagram>, _ now: Instant
    ) {
        while let event = session.pollGathered() {
            switch event {
            case .candidate(let candidate): signals.append((1 - index, candidate))
            case .gatheringComplete: signals.append((1 - index, nil))
            default: break
            }
        }
        while let received = session.pollReceived() {
            TransportPair.deliver(
                received.bytes, to: &session, from: received.path.remote, at: Self.addresses[index], now: now)
        }
        while let transmit = session.pollTransmit() {
            #expect(transmit.relay == 0, "nothing leaves but for the relay")
            #expect(transmit.bytes.count <= 1300)
            net.send(
                Datagram(bytes: transmit.bytes, source: Self.addresses[index], destination: transmit.remote),
                size: transmit.bytes.count, now: now)
        }
        while session.pollEvent() != nil {}
    }

    mutating func run(until end: Instant) {
        drain()
        while now < end, !(first.isConnected && second.isConnected) {
            let next = [net.deadline, first.deadline, second.deadline].reduce(nil, Instant.earliest)
            guard let next, next <= end else { return }
            now = max(now, next)
            while let datagram = net.receive(now: now) { deliver(datagram) }
            first.handleTimeout(now: now)
            second.handleTimeout(now: now)
            drain()
        }
    }

    private mutating func deliver(_ datagram: Datagram) {
        if datagram.destination == Self.turn {
            for out in server.receive(datagram.bytes, from: datagram.source, now: now) { forward(out) }
        } else if server.owns(datagram.destination) {
            for out in server.receiveAtRelay(
                datagram.bytes, from: datagram.source, to: datagram.destination, now: now)
            { forward(out) }
        } else if datagram.destination == Self.addresses[0] {
            first.receive(datagram.bytes.span.bytes, fromServer: 0, now: now)
        } else if datagram.destination == Self.addresses[1] {
            second.receive(datagram.bytes.span.bytes, fromServer: 0, now: now)
        }
        drain()
    }

    private mutating func forward(_ out: SimulatedTURNServer.Datagram) {
        net.send(
            Datagram(bytes: out.bytes, source: out.source, destination: out.destination), size: out.bytes.count,
            now: now)
    }
}

@Suite("A transport over a relay", .rfc(8656, "12"))
struct RelayedTransportTests {
    @Test(arguments: 0..<8 as Range<UInt64>)
    func `DTLS and media go through it, wrapped`(seed: UInt64) throws {
        let conditions = NetworkConditions(
            loss: seed < 4 ? 0 : 0.1, delay: .milliseconds(10), jitter: .milliseconds(seed < 4 ? 0 : 10))
        var pair = try RelayedPair(seed: seed, conditions: conditions)
        pair.run(until: .zero + .seconds(25))
        let (isFirst, isSecond) = (pair.first.isConnected, pair.second.isConnected)
        #expect(isFirst && isSecond)
        let paths = [pair.first.path, pair.second.path]
        #expect(paths.allSatisfy { $0?.relay == 0 })
        let payload = [UInt8](repeating: 9, count: 900)
        let there = TransportPair.carries(payload, from: &pair.first, to: &pair.second)
        #expect(there)
        let media = [0x80] + payload
        let wrapped = pair.first.encapsulate(media)
        #expect(wrapped?.remote == RelayedPair.turn && wrapped?.relay == 0)
        // A channel's four bytes, or an indication until it is bound.
        #expect([media.count + 4, media.count + 36, media.count + 39].contains(wrapped?.bytes.count ?? 0))
    }
}
