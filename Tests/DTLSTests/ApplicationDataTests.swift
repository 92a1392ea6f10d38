// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
import RTCBase
import RTCCrypto
import RTCTestKit
import Testing

@Suite("Application data over DTLS", .rfc(6347, "4.1"))
struct ApplicationDataTests {
    private func connectedPair(mtu: Int = 1200) throws -> DTLSPair {
        let pair = try DTLSPair(mtu: mtu)
        pair.connect()
        try #require(pair.isConnected)
        return pair
    }

    @Test func `data travels both ways, record by record`() throws {
        let pair = try connectedPair()
        for number in 0..<100 as Range<UInt8> {
            try pair.client.send([number])
            try pair.server.send([UInt8](repeating: number, count: 1000))
            pair.exchange()
        }
        #expect(pair.server.received == (0..<100).map { [$0] })
        #expect(pair.client.received == (0..<100).map { [UInt8](repeating: $0, count: 1000) })
    }

    @Test(arguments: [256, 1200, 1500])
    func `the longest data fills a datagram, one byte more is an error`(mtu: Int) throws {
        let pair = try connectedPair(mtu: mtu)
        let longest = pair.client.association.maximumDataLength
        try pair.client.send([UInt8](repeating: 7, count: longest))
        let sent = pair.client.drain()
        #expect(sent.map(\.count) == [mtu])
        #expect(throws: DTLSError.dataTooLong) { try pair.client.send([UInt8](repeating: 7, count: longest + 1)) }
        let state = pair.client.state
        #expect(state == .connected)
    }

    @Test func `empty data sends nothing`() throws {
        let pair = try connectedPair()
        try pair.client.send([])
        #expect(pair.client.drain().isEmpty)
    }

    @Test func `data before the handshake is complete is an error`() throws {
        let client = try Endpoint(.client, Peers.client, expecting: Peers.server.certificate.fingerprint)
        #expect(throws: DTLSError.notConnected) { try client.send([1]) }
        client.association.start(now: .zero)
        #expect(throws: DTLSError.notConnected) { try client.send([1]) }
    }

    @Test(.rfc(5246, "7.2.1")) func `close_notify reaches the peer, which answers, and ends both`() throws {
        let pair = try connectedPair()
        pair.client.association.close(now: .zero)
        let goodbye = pair.client.drain()
        #expect(goodbye.count == 1)
        pair.server.receive(goodbye[0])
        let answer = pair.server.drain()
        #expect(answer.count == 1)
        #expect(pair.server.isClosed)
        pair.client.receive(answer[0])
        #expect(pair.client.drain().isEmpty)
        let states = (pair.client.state, pair.server.state)
        #expect(states == (.closed, .closed))
        #expect(throws: DTLSError.notConnected) { try pair.server.send([1]) }
    }

    @Test(.rfc(6347, "4.1.2.6")) func `a repeated record is delivered once`() throws {
        let pair = try connectedPair()
        try pair.client.send([1, 2, 3])
        let datagram = try #require(pair.client.drain().first)
        for _ in 0..<5 { pair.server.receive(datagram) }
        #expect(pair.server.drain().isEmpty)
        #expect(pair.server.received == [[1, 2, 3]])
    }

    @Test(.attack(11), .rfc(5288, "3")) func `explicit nonces count up and never repeat`() throws {
        let pair = try connectedPair()
        var nonces: [UInt64] = []
        for _ in 0..<1000 {
            try pair.client.send([1])
            let record = try #require(pair.client.drain().first)
            nonces.append(record[13..<21].reduce(0) { $0 << 8 | UInt64($1) })
        }
        #expect(zip(nonces, nonces.dropFirst()).allSatisfy { $0 &+ 1 == $1 })
    }

    /// RFC 5288 section 3: the nonce is the implicit part of the key and the explicit one that each record carries.
    @Test(.attack(11), .rfc(5288, "3"), arguments: 0..<40 as Range<UInt64>)
    func `no explicit nonce comes twice, over losses, retransmissions, data, alerts and both epochs`(
        seed: UInt64
    ) throws {
        let conditions = NetworkConditions(
            loss: 0.35, duplication: 0.2, delay: .milliseconds(30), jitter: .milliseconds(100))
        let pair = try DTLSPair(conditions, seed: seed)
        pair.connect()
        try #require(pair.isConnected)
        for number in 0..<30 as Range<UInt8> {
            try pair.client.send([number])
            try pair.server.send([number])
            pair.exchange()
            // What a peer does whose view of the handshake is behind.
            for datagram in pair.client.sent.prefix(8) { pair.server.receive(datagram, now: pair.now) }
            for datagram in pair.server.sent.prefix(8) { pair.client.receive(datagram, now: pair.now) }
        }
        pair.server.association.close(now: pair.now)
        pair.exchange()
        for side in [pair.client, pair.server] {
            var nonces: Set<[UInt8]> = []
            var numbers: Set<[UInt8]> = []
            var isProtected = 0
            for datagram in side.sent {
                var rest = datagram[...]
                while rest.count >= 13 {
                    let start = rest.startIndex
                    let length = Int(rest[start + 11]) << 8 | Int(rest[start + 12])
                    let epochAndNumber = Array(rest[start + 3..<start + 11])
                    #expect(numbers.insert(epochAndNumber).inserted, "a record's number comes twice")
                    if epochAndNumber[1] != 0 {
                        isProtected += 1
                        #expect(epochAndNumber[0...1] == [0, 1], "there is no third epoch")
                        #expect(nonces.insert(Array(rest[start + 13..<start + 21])).inserted, "a nonce comes twice")
                    }
                    rest = rest[(start + 13 + length)...]
                }
                #expect(rest.isEmpty)
            }
            #expect(isProtected > 30)
        }
    }

    @Test func `several records in one datagram are all delivered`() throws {
        let pair = try connectedPair()
        for number in 0..<5 as Range<UInt8> { try pair.client.send([number]) }
        pair.server.receive(Array(pair.client.drain().joined()))
        #expect(pair.server.drain().isEmpty)
        #expect(pair.server.received == [[0], [1], [2], [3], [4]])
    }

    @Test func `what nobody polls is limited`() throws {
        let pair = try connectedPair()
        for _ in 0..<1000 { try pair.client.send([1]) }
        var datagrams: [[UInt8]] = []
        while let datagram = pair.client.association.pollDatagram() { datagrams.append(datagram) }
        #expect(datagrams.count == 64)
        for _ in 0..<10 {
            for _ in 0..<50 { try pair.client.send([2]) }
            while let datagram = pair.client.association.pollDatagram() { pair.server.receive(datagram) }
        }
        #expect(pair.server.drain().isEmpty)
        #expect(pair.server.received.count == 64)
    }
}
