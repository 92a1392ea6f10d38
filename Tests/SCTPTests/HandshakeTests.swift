// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import SCTP
import Testing

@Suite("SCTP handshake", .rfc(9260, "5"))
struct HandshakeTests {
    @Test func `connects when both sides begin at once`() {
        let pair = SCTPPair()
        pair.connect()
        #expect(pair.isConnected)
        #expect(pair.left.state == .connected && pair.right.state == .connected)
        #expect(pair.left.events == [.connected] && pair.right.events == [.connected])
    }

    @Test func `connects when only one side begins`() {
        let pair = SCTPPair()
        pair.left.association.start(now: pair.now)
        pair.run { $0.isConnected }
        #expect(pair.isConnected)
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func `connects over a network that loses, repeats and reorders`(seed: UInt64) throws {
        let conditions = NetworkConditions(
            loss: 0.3, duplication: 0.2, delay: .milliseconds(30), jitter: .milliseconds(50))
        let pair = SCTPPair(conditions, seed: seed)
        try pair.left.send([1])
        try pair.right.send([2])
        pair.left.association.start(now: pair.now)
        if seed % 2 == 0 { pair.right.association.start(now: pair.now) }
        pair.run(limit: .seconds(60)) { !$0.left.messages.isEmpty && !$0.right.messages.isEmpty }
        #expect(pair.left.messages.map(\.bytes) == [[2]])
        #expect(pair.right.messages.map(\.bytes) == [[1]])
        #expect(pair.left.events == [.connected] && pair.right.events == [.connected])
    }

    @Test func `gives up after nine INITs, and says so`() {
        let endpoint = Endpoint(seed: 1)
        endpoint.association.start(now: .zero)
        var packets = endpoint.drain().count
        while let deadline = endpoint.deadline {
            endpoint.association.handleTimeout(now: deadline)
            packets += endpoint.drain().count
        }
        #expect(packets == 9)
        #expect(endpoint.failure == .timedOut && endpoint.state == .failed)
    }

    @Test(.rfc(9260, "5.2.6")) func `a cookie that is too old is answered as stale, and another one asked for`() throws
    {
        var configuration = SCTPConfiguration()
        configuration.cookieLifetime = .seconds(1)
        let left = Endpoint(seed: 1)
        let right = Endpoint(configuration, seed: 2)
        left.association.start(now: .zero)
        for packet in left.drain() { right.receive(packet) }
        for packet in right.drain() { left.receive(packet) }
        let echo = try #require(left.drain().last)
        let later = Instant.zero + .seconds(2)
        right.receive(echo, now: later)
        #expect(right.state == .idle, "nothing is kept for a stale cookie")
        let refusal = try #require(right.drain().first)
        #expect(refusal[12] == ChunkType.error.rawValue && refusal[17] == 3)
        left.receive(refusal, now: later)
        let again = left.drain()
        #expect(again.map { $0[12] } == [ChunkType.initiation.rawValue])
        for packet in again { right.receive(packet, now: later) }
        for packet in right.drain() { left.receive(packet, now: later) }
        for packet in left.drain() { right.receive(packet, now: later) }
        for packet in right.drain() { left.receive(packet, now: later) }
        _ = left.drain()
        #expect(left.isConnected && right.isConnected)
    }

    @Test(.attack(19)) func `a cookie with any bit changed is not taken`() throws {
        let left = Endpoint(seed: 1)
        let right = Endpoint(seed: 2)
        left.association.start(now: .zero)
        for packet in left.drain() { right.receive(packet) }
        for packet in right.drain() { left.receive(packet) }
        let echo = try #require(left.drain().last)
        for bit in (16 * 8)..<((16 + 61) * 8) {
            var forged = echo
            forged[bit / 8] ^= 1 << UInt8(bit % 8)
            right.receive(Packet.sealed(forged))
            #expect(right.state == .idle)
        }
        right.receive(echo)
        #expect(right.state == .connected)
    }

    @Test(.attack(19)) func `a flood of INITs costs nothing but answers, and those are limited`() throws {
        let victim = Endpoint(seed: 1)
        for tag in 1...10_000 as ClosedRange<UInt32> {
            let chunk = InitChunk(
                initiateTag: tag, window: 1500, outboundStreams: 1, inboundStreams: 1, initialTSN: tag)
            victim.receive(Packet.make(tag: 0, chunk.chunk(.initiation)))
        }
        #expect(victim.state == .idle && victim.deadline == nil)
        #expect(victim.drain().count == 16)
        let other = Endpoint(seed: 2)
        other.association.start(now: .zero)
        for packet in other.drain() { victim.receive(packet) }
        for packet in victim.drain() { other.receive(packet) }
        for packet in other.drain() { victim.receive(packet) }
        #expect(victim.state == .connected, "who is honest gets in afterwards")
    }

    @Test(.attack(19)) func `a flood of INITs and cookies in a running association changes nothing`() throws {
        let pair = SCTPPair()
        pair.connect()
        let sent = pair.left.sent
        for round in 1...1000 as ClosedRange<UInt32> {
            let chunk = InitChunk(
                initiateTag: round, window: 0, outboundStreams: 1, inboundStreams: 1, initialTSN: 1)
            pair.right.receive(Packet.make(tag: 0, chunk.chunk(.initiation)), now: pair.now)
            for packet in sent { pair.right.receive(packet, now: pair.now) }
            #expect(pair.right.drain().count <= 16)
        }
        try pair.left.send([1], now: pair.now)
        try pair.right.send([2], now: pair.now)
        pair.run { !$0.left.messages.isEmpty && !$0.right.messages.isEmpty }
        #expect(pair.left.messages.map(\.bytes) == [[2]] && pair.right.messages.map(\.bytes) == [[1]])
    }

    @Test(.attack(19)) func `a cookie or a report that fits no packet is not sent`() throws {
        var configuration = SCTPConfiguration()
        configuration.maximumPacketLength = 301
        for length in [4, 200, 270, 276, 277, 300, 1000, 1024, 1025] {
            let endpoint = Endpoint(configuration, seed: 1)
            endpoint.association.start(now: .zero)
            _ = endpoint.drain()
            var answer = InitChunk(
                initiateTag: 9, window: 1500, outboundStreams: 1, inboundStreams: 1, initialTSN: 1)
            answer.cookie = [UInt8](repeating: 1, count: length)
            var parameters = ByteWriter()
            for number in 0..<40 as Range<UInt16> {
                parameters.write(0xc100 + number)
                parameters.write(4 as UInt16)
            }
            var whole = answer.chunk(.initiationAck) + parameters.bytes
            whole[2] = UInt8(whole.count >> 8)
            whole[3] = UInt8(whole.count & 0xff)
            endpoint.receive(Packet.make(tag: endpoint.association.verificationTag, whole))
            let types = endpoint.drain().map { $0[12] }
            #expect(types == (length <= 280 ? [ChunkType.cookieEcho.rawValue] : []))
            var introduction = Array(whole)
            introduction[0] = ChunkType.initiation.rawValue
            endpoint.receive(Packet.make(tag: 0, introduction))
            #expect(endpoint.drain().count <= 1)
        }
    }

    @Test func `a peer without the extensions gets reliable messages all the same`() throws {
        // RFC 9260 alone: no parameters at all.
        let left = Endpoint(seed: 1)
        let other = Endpoint(seed: 2)
        other.association.start(now: .zero)
        let plain = InitChunk(
            initiateTag: other.association.verificationTag, window: 100_000, outboundStreams: 10, inboundStreams: 10,
            initialTSN: 7)
        left.receive(Packet.make(tag: 0, plain.chunk(.initiation)))
        let answer = try #require(left.drain().first)
        var chunks = ChunkReader(try Packet.body(answer))
        let cookie = try InitChunk(parsing: try chunks.next().value).cookie
        left.receive(Packet.make(tag: left.association.verificationTag, chunk(.cookieEcho, cookie)))
        try left.send([1], ordered: false, .retransmissions(0))
        let packets = left.drain()
        #expect(left.isConnected)
        #expect(throws: SCTPError.noSuchStream) { try left.send([1], stream: 10) }
        // Nothing is acknowledged: it is sent again, not given up, and with its checksum.
        left.association.handleTimeout(now: try #require(left.deadline))
        let again = try #require(left.drain().last)
        #expect(again[12] == ChunkType.data.rawValue)
        #expect(packets.allSatisfy { $0[8..<12] != [0, 0, 0, 0] })
    }
}
