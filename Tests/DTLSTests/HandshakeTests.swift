// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
import RTCBase
import RTCCrypto
import RTCTestKit
import Testing

@Suite("DTLS handshake", .rfc(6347, "4.2"))
struct HandshakeTests {
    @Test(.rfc(5764, "4.2"), .row("M-39"), arguments: [SRTPProfile.aeadAES128GCM, .aes128CMHMACSHA1_80])
    func `both sides export the same keys, of the profile's lengths`(profile: SRTPProfile) throws {
        let context = profile == .aeadAES128GCM ? Peers.onlyGCM : Peers.onlyCM
        let pair = try DTLSPair(client: context)
        pair.connect()
        let keys = try #require(pair.client.keys)
        #expect(equal(keys, pair.server.keys))
        #expect(keys.profile == profile)
        for key in [keys.clientKey, keys.serverKey] { #expect(key.count == profile.keyLength) }
        for salt in [keys.clientSalt, keys.serverSalt] { #expect(salt.count == profile.saltLength) }
        #expect(keys.clientKey != keys.serverKey)
    }

    @Test func `the server's preferred profile is chosen`() throws {
        let pair = try DTLSPair()
        pair.connect()
        #expect(pair.server.keys?.profile == .aeadAES128GCM)
    }

    @Test func `without a shared profile both fail`() throws {
        let pair = try DTLSPair(client: Peers.onlyCM, server: Peers.onlyGCM)
        pair.start()
        pair.run()
        let (clientKeys, serverKeys) = (pair.client.keys, pair.server.keys)
        #expect(clientKeys == nil && serverKeys == nil)
        #expect(pair.server.failure == .noSRTPProfile)
        #expect(pair.client.failure == .noSRTPProfile)
    }

    @Test func `a context without profiles is an error`() {
        #expect(throws: DTLSError.noProfiles) {
            try DTLSContext(certificate: Peers.client.certificate, profiles: [])
        }
    }

    @Test(arguments: [-1, 0, 255, 1501, Int.max])
    func `an MTU that OpenSSL cannot keep is an error`(mtu: Int) {
        #expect(throws: DTLSError.invalidMTU) {
            _ = try DTLSAssociation(
                role: .client, context: Peers.client, remoteFingerprint: Peers.server.certificate.fingerprint, mtu: mtu)
        }
    }

    @Test(arguments: [256, 300, 576, 1500])
    func `a handshake keeps to its MTU`(mtu: Int) throws {
        let pair = try DTLSPair(mtu: mtu)
        pair.connect()
        #expect(equal(pair.client.keys, pair.server.keys))
    }

    @Test(.rfc(6347, "4.2.4"), arguments: 0..<200)
    func `it completes over a path that loses, doubles and reorders`(seed: Int) throws {
        let conditions = NetworkConditions(
            loss: 0.3, duplication: 0.1, delay: .milliseconds(20), jitter: .milliseconds(30))
        let pair = try DTLSPair(mtu: seed.isMultiple(of: 2) ? 1200 : 400, conditions, seed: UInt64(seed))
        pair.connect()
        #expect(pair.client.failure == nil)
        #expect(pair.server.failure == nil)
        #expect(equal(pair.client.keys, pair.server.keys))
        #expect(pair.now < Instant.zero + .seconds(20))
    }

    /// OpenSSL sends a flight at most 13 times, which the limit of 30 seconds reaches: with nearly a third of the
    /// datagrams lost, about one handshake in a thousand has no luck in any of them.
    @Test func `of 500 handshakes with 30 % loss half take less than half a second and one at most fails`() throws {
        var times: [Instant] = []
        for seed in 1000..<1500 {
            let conditions = NetworkConditions(loss: 0.3, delay: .milliseconds(20), jitter: .milliseconds(30))
            let pair = try DTLSPair(conditions, seed: UInt64(seed))
            pair.connect()
            times.append(pair.isConnected ? pair.now : .zero + DTLSAssociation.handshakeLimit)
        }
        times.sort()
        #expect(times[times.count / 2] < Instant.zero + .milliseconds(500))
        #expect(times[times.count - 2] < Instant.zero + .seconds(20))
    }

    @Test(.rfc(6347, "4.2.4.1"))
    func `an unanswered ClientHello is sent after 100 ms, then after doubled intervals of at most four seconds`() throws
    {
        let client = try Endpoint(.client, Peers.client, expecting: Peers.server.certificate.fingerprint)
        client.association.start(now: .zero)
        #expect(client.drain().count == 1)
        var now = Instant.zero
        var intervals: [Duration] = []
        while let deadline = client.deadline {
            client.association.handleTimeout(now: deadline - .nanoseconds(1))
            #expect(client.drain().isEmpty, "early")
            client.association.handleTimeout(now: deadline)
            guard !client.drain().isEmpty else { break }
            intervals.append(deadline - now)
            now = deadline
        }
        #expect(intervals == [100, 200, 400, 800, 1600, 3200, 4000, 4000, 4000, 4000, 4000].map { .milliseconds($0) })
        #expect(client.failure == .timedOut)
        let state = client.state
        #expect(state == .failed)
    }

    @Test(.attack(12)) func `a handshake that never finishes ends after its limit on either side`() throws {
        let pair = try DTLSPair(NetworkConditions(loss: 1))
        pair.start()
        pair.run()
        #expect(pair.client.failure == .timedOut)
        #expect(pair.server.failure == .timedOut)
        #expect(pair.now == Instant.zero + DTLSAssociation.handshakeLimit)
    }

    @Test func `the last flight is sent again when the client shows that it was lost`() throws {
        let pair = try DTLSPair()
        pair.server.association.start(now: .zero)
        pair.client.association.start(now: .zero)
        for datagram in pair.client.drain() { pair.server.receive(datagram) }
        for datagram in pair.server.drain() { pair.client.receive(datagram) }
        for datagram in pair.client.drain() { pair.server.receive(datagram) }
        // The server's last flight is lost.
        #expect(!pair.server.drain().isEmpty)
        #expect(pair.server.keys != nil)
        #expect(pair.client.keys == nil)
        let deadline = try #require(pair.client.deadline)
        pair.client.association.handleTimeout(now: deadline)
        pair.exchange()
        #expect(equal(pair.client.keys, pair.server.keys))
    }

    @Test func `many associations share a context`() throws {
        var pairs = [UInt64](0..<20)
        try pairs.removeAll { seed in
            let pair = try DTLSPair(seed: seed)
            pair.connect()
            return pair.isConnected
        }
        #expect(pairs.isEmpty)
    }

    @Test func `a connected association waits for nothing`() throws {
        let pair = try DTLSPair()
        pair.connect()
        let deadlines = (pair.client.deadline, pair.server.deadline)
        #expect(deadlines.0 == nil && deadlines.1 == nil)
    }

    @Test func `before the start and after the end datagrams are ignored`() throws {
        let pair = try DTLSPair()
        pair.client.association.start(now: .zero)
        let hello = pair.client.drain()
        pair.server.receive(hello[0])
        #expect(pair.server.drain().isEmpty)
        pair.server.association.start(now: .zero)
        pair.server.association.close(now: .zero)
        pair.server.receive(hello[0])
        #expect(pair.server.drain().isEmpty)
        let state = pair.server.state
        #expect(state == .closed)
    }
}
