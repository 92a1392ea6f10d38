// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
import ICE
import RTCBase
import RTCCrypto
import RTCTestKit
import Testing
import WebRTC

@Suite("Transport session")
struct TransportSessionTests {
    static let secret = Array("nobody on the way may read this".utf8)

    @Test(arguments: [DTLSRole.client, .server], [SRTPProfile.aeadAES128GCM, .aes128CMHMACSHA1_80])
    func `connects and carries media both ways, in both roles and with both profiles`(
        role: DTLSRole, profile: SRTPProfile
    ) throws {
        var pair = try TransportPair(seed: 1, clientRole: role, clientProfiles: [profile])
        let connects = pair.connect(within: .seconds(2))
        #expect(connects)
        let clientCarries = TransportPair.carries(Self.secret, from: &pair.client, to: &pair.server)
        #expect(clientCarries)
        let serverCarries = TransportPair.carries(Self.secret, from: &pair.server, to: &pair.client)
        #expect(serverCarries)
        let events = (pair.clientEvents, pair.serverEvents)
        #expect(events.0.contains(.connected) && events.1.contains(.connected))
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func `connects through loss, reordering and duplication`(seed: UInt64) throws {
        let conditions = NetworkConditions(
            loss: 0.3, duplication: 0.1, delay: .milliseconds(20), jitter: .milliseconds(40))
        var pair = try TransportPair(conditions, seed: seed, clientRole: seed % 2 == 0 ? .client : .server)
        let connects = pair.connect(within: .seconds(30))
        #expect(connects)
        let clientCarries = TransportPair.carries(Self.secret, from: &pair.client, to: &pair.server)
        #expect(clientCarries)
    }

    @Test(.attack(8))
    func `fails when the certificate is not the one that was announced`() throws {
        let stranger = try Certificate(unixTime: 1_800_000_000).fingerprint
        for role in [DTLSRole.client, .server] {
            var pair = try TransportPair(seed: 5, clientRole: role, fingerprint: stranger)
            let connects = pair.connect(within: .seconds(20))
            #expect(!connects)
            let isConnected = pair.server.isConnected
            #expect(!isConnected)
            let failed = pair.serverEvents.contains { if case .failed = $0 { true } else { false } }
            #expect(failed)
        }
    }

    @Test(.attack(6))
    func `looks at DTLS only from an address that has passed a check, and is not disturbed by it`() throws {
        var pair = try TransportPair(seed: 9)
        let hello = Fixture.datagrams("dtls-clienthandshake-chromium.bin")[0]
        let attacker = TransportAddress(IPAddress(v4: 0xcb00_7101), port: 4)
        for step in 0..<200 {
            TransportPair.deliver(
                hello, to: &pair.server, from: attacker, at: TransportPair.serverAddress, now: pair.now)
            if step == 5 { pair.exchangeDescriptions() }
            if step > 5 { _ = pair.advance() }
        }
        let dropped = pair.server.counters.fromUnvalidatedAddress
        #expect(dropped == 200)
        pair.run(until: pair.now + .seconds(2))
        let areConnected = pair.client.isConnected && pair.server.isConnected
        #expect(areConnected)
    }

    @Test(.attack(4), .rfc(8445, "2.5"))
    func `a server sends nothing to the candidates of a description, however many there are`() throws {
        var pair = try TransportPair(seed: 31)
        var bomb = pair.serverRemote
        bomb.candidates = ["127.0.0.1", "10.0.0.1", "169.254.169.254", "224.0.0.251", "::1", "ff02::fb", "192.0.2.9"]
            .flatMap { text in
                (0..<1000 as Range<UInt16>).map { .host(TransportAddress(IPAddress(text)!, port: $0)) }
            }
        pair.server.setRemote(bomb, now: .zero)
        for candidate in bomb.candidates { pair.server.addRemote(candidate, now: .zero) }
        var sent = 0
        while let due = pair.server.deadline, due < .zero + .seconds(29) {
            pair.server.handleTimeout(now: due)
            while pair.server.pollTransmit() != nil { sent += 1 }
        }
        while pair.server.pollTransmit() != nil { sent += 1 }
        #expect(sent == 0)
        // The peer is found by its checks, as ever.
        let connects = pair.connect(within: .seconds(2))
        #expect(connects)
    }

    @Test(.attack(2))
    func `stops and says so when the peer has been silent for 30 seconds`() throws {
        var pair = try TransportPair(seed: 11)
        let connects = pair.connect(within: .seconds(2))
        #expect(connects)
        pair.toServer.conditions.loss = 1
        pair.toClient.conditions.loss = 1
        let start = pair.now
        while pair.server.path != nil || pair.server.deadline != nil { guard pair.advance() else { break } }
        let failed = pair.serverEvents.contains { if case .failed = $0 { true } else { false } }
        #expect(failed)
        let end = pair.now
        #expect(end - start <= .seconds(45))
    }

    @Test(.row("P-17"))
    func `comes back by an ICE restart after a silence that ended the path, with the same keys`() throws {
        var pair = try TransportPair(seed: 21)
        let connects = pair.connect(within: .seconds(2))
        #expect(connects)
        pair.toServer.conditions.loss = 1
        pair.toClient.conditions.loss = 1
        pair.run(until: pair.now + .seconds(60))
        let isConnected = pair.server.isConnected || pair.client.isConnected
        #expect(!isConnected)
        pair.toServer.conditions.loss = 0
        pair.toClient.conditions.loss = 0
        pair.restart(seed: 22)
        pair.run(until: pair.now + .seconds(5))
        let clientCarries = TransportPair.carries(Self.secret, from: &pair.client, to: &pair.server)
        #expect(clientCarries)
        let events = (pair.clientEvents, pair.serverEvents)
        #expect(events.0.filter { $0 == .connected }.count == 2)
        #expect(events.1.filter { $0 == .connected }.count == 2)
    }

    @Test func `says goodbye`() throws {
        var pair = try TransportPair(seed: 12)
        let connects = pair.connect(within: .seconds(2))
        #expect(connects)
        pair.server.close(now: pair.now)
        pair.drain()
        pair.run(until: pair.now + .milliseconds(100))
        let events = pair.clientEvents
        #expect(events.contains(.closed))
    }

    @Test func `keeps a ClientHello that comes before the peer's description`() throws {
        var pair = try TransportPair(seed: 13, clientRole: .client)
        // The client knows everything; the server is told a second later than its first checks.
        pair.client.setRemote(pair.clientRemote, now: pair.now)
        pair.drain()
        pair.run(until: .zero + .seconds(1))
        pair.server.setRemote(pair.serverRemote, now: pair.now)
        pair.drain()
        pair.run(until: pair.now + .milliseconds(600))
        let areConnected = pair.client.isConnected && pair.server.isConnected
        #expect(areConnected)
    }
}
