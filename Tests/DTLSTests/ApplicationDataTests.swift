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
