// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import SCTP
import Testing

@Suite("Hostile peers of an SCTP association", .attack(19))
struct HostilePeerTests {
    @Test func `packets with another tag, port or checksum are ignored`() throws {
        let pair = SCTPPair()
        pair.connect()
        try pair.left.send([1, 2, 3], now: pair.now)
        let packet = try #require(pair.left.drain().first)
        let tag = pair.right.association.verificationTag
        let before = pair.right.association.dropped
        for bit in 0..<(packet.count * 8) where !(64..<96).contains(bit) {
            var forged = packet
            forged[bit / 8] ^= 1 << UInt8(bit % 8)
            // With the checksum of the true packet, and no way round it.
            let sealed = Packet.sealed(packet)
            forged.replaceSubrange(8..<12, with: sealed[8..<12])
            pair.right.receive(forged, now: pair.now)
        }
        #expect(pair.right.association.dropped - before == packet.count * 8 - 32)
        for type in 0...255 as ClosedRange<UInt8> where type != 1 {
            let chunk = chunk(ChunkType(rawValue: type), [UInt8](repeating: 0, count: 20))
            pair.right.receive(Packet.make(tag: tag ^ 1, chunk), now: pair.now)
            pair.right.receive(Packet.make(tag: 0, chunk), now: pair.now)
            pair.right.receive(Packet.make(tag: tag, chunk, port: 5001), now: pair.now)
        }
        #expect(pair.right.drain().isEmpty && pair.right.messages.isEmpty)
        #expect(pair.right.state == .connected)
        pair.right.receive(packet, now: pair.now)
        _ = pair.right.drain()
        #expect(pair.right.messages.map(\.bytes) == [[1, 2, 3]])
    }

    @Test func `every length that lies is survived`() throws {
        let types: [ChunkType] = [
            .data, .initiation, .initiationAck, .sack, .heartbeat, .heartbeatAck, .shutdown, .error, .cookieEcho,
            .cookieAck, .reconfiguration, .forwardTSN, ChunkType(rawValue: 0x3f), ChunkType(rawValue: 0x7f),
            ChunkType(rawValue: 0xc1), .init(rawValue: 0xff), ChunkType(rawValue: 0x80),
        ]
        for type in types {
            let peer = try HandMadePeer()
            for length in 0...70 as ClosedRange<UInt16> {
                for count in [0, 1, 3, 4, 12, 16, 17, 64] {
                    var bytes = [type.rawValue, 7, UInt8(length >> 8), UInt8(length & 0xff)]
                    bytes += [UInt8](repeating: 0, count: count)
                    peer.say(bytes)
                }
            }
            #expect(peer.victim.association.heldBytes < 10_000)
            #expect(peer.now == .zero)
        }
    }

    @Test func `parameters and causes that lie about their length are survived`() throws {
        for type in [0x8001, 0x8008, 0xc000, 7, 8, 13, 14, 15, 16, 17, 18, 0x1234, 0x4321, 0xc123] as [UInt16] {
            let peer = try HandMadePeer()
            for length in 0...40 as ClosedRange<UInt16> {
                for count in 0...24 {
                    var writer = ByteWriter()
                    writer.write(type)
                    writer.write(length)
                    writer.writeZeros(count)
                    for chunkType in [.reconfiguration, .heartbeatAck, .error] as [ChunkType] {
                        peer.say(chunk(chunkType, writer.bytes))
                    }
                    var introduction = ByteWriter()
                    for value in [5, 1500, 0x0001_0001, 1] as [UInt32] { introduction.write(value) }
                    introduction.write(writer.bytes)
                    peer.victim.receive(Packet.make(tag: 0, chunk(.initiation, introduction.bytes)))
                    _ = peer.answers()
                }
            }
            #expect(peer.victim.state == .connected)
        }
    }

    @Test func `huge lists of gaps cost little and acknowledge nothing that was not sent`() throws {
        let peer = try HandMadePeer()
        for _ in 0..<200 { try peer.victim.send([UInt8](repeating: 1, count: 1000)) }
        let sent = peer.answers().count
        let blocks: [(UInt16, UInt16)] = (0..<10_000).map { _ in (1, 65_535) }
        let ascending: [(UInt16, UInt16)] = stride(from: 2, to: 60_000, by: 16).map { (UInt16($0), UInt16($0 + 1)) }
        for _ in 0..<50 {
            peer.say(Packet.sack(peer.victimTSN &- 1, blocks: blocks))
            peer.say(Packet.sack(peer.victimTSN &- 1, blocks: ascending))
            peer.say(Packet.sack(peer.victimTSN &+ 100_000))
            peer.say(Packet.sack(peer.victimTSN &- 100_000))
        }
        #expect(sent > 0 && peer.victim.state == .connected)
        #expect(peer.victim.association.bufferedAmount > 0)
    }

    @Test func `gap blocks that do not ascend are not believed`() throws {
        let peer = try HandMadePeer()
        for number in 1...6 as ClosedRange<UInt8> { try peer.victim.send([number]) }
        _ = peer.answers()
        peer.say(Packet.sack(peer.victimTSN &- 1, blocks: [(5, 5), (2, 2)]))
        let again = peer.waitForTimer().filter { $0.type == .data }
        #expect(again.map { $0.value.last } == [1, 2, 3, 4, 6])
    }

    @Test func `numbers far ahead are not taken, and what is ahead is limited`() throws {
        let peer = try HandMadePeer()
        for distance in [16_384, 20_000, 1 << 20, 1 << 30, 0x7fff_ffff, 0x8000_0000] as [UInt32] {
            peer.say(Packet.data(1 &+ distance, [UInt8](repeating: 1, count: 1000)))
        }
        #expect(peer.victim.association.heldBytes == 0)
        for number in 0..<6000 as Range<UInt32> {
            peer.say(Packet.data(2 + number, sequence: 1, flags: [], [UInt8](repeating: 1, count: 1000)))
        }
        #expect(peer.victim.association.heldBytes <= SCTPLimits.receiveBuffer)
        let answers = peer.say(Packet.data(1, sequence: 0, [1]))
        #expect(peer.victim.messages.map(\.bytes) == [[1]], "what everybody waits for has room")
        #expect(answers[0].type == .sack)
    }

    @Test func `a message without an end ends the association at its limit`() throws {
        for backwards in [false, true] {
            var configuration = SCTPConfiguration()
            configuration.maximumIncomingMessage = 50_000
            configuration.receiveBuffer = 100_000
            let peer = try HandMadePeer(configuration)
            for number in 0..<200 as Range<UInt32> {
                let tsn = backwards ? 200 - number : 1 + number
                let flags: DataChunk.Flags = tsn == 1 ? [.beginning] : []
                peer.say(Packet.data(tsn, flags: flags, [UInt8](repeating: 1, count: 1000)))
                #expect(peer.victim.association.heldBytes <= 101_000)
            }
            if !backwards { #expect(peer.victim.failure == .messageTooLong) }
            #expect(peer.victim.messages.isEmpty)
        }
    }

    @Test func `endless tiny pieces and messages out of order stay within the buffer`() throws {
        var configuration = SCTPConfiguration()
        configuration.maximumIncomingMessage = 10_000
        configuration.receiveBuffer = 50_000
        let peer = try HandMadePeer(configuration)
        // Complete messages whose turn never comes, each of one byte.
        for number in 0..<20_000 as Range<UInt32> {
            peer.say(Packet.data(1 + number, sequence: UInt16(1 + number % 30_000), [1]))
        }
        #expect(peer.victim.association.heldBytes <= 50_000)
        #expect(peer.victim.messages.isEmpty)
        #expect(peer.victim.state == .connected)
    }

    @Test func `pieces that contradict each other end the association`() throws {
        let peer = try HandMadePeer()
        peer.say(Packet.data(1, stream: 0, flags: [.beginning], [1]))
        let answers = peer.say(Packet.data(2, stream: 1, flags: [.end], [2]))
        #expect(answers.map(\.type) == [.abort])
        #expect(peer.victim.failure == .protocolViolation)
    }

    @Test(.rfc(9260, "6.2")) func `data without data is answered with an ABORT`() throws {
        let peer = try HandMadePeer()
        let answers = peer.say(Packet.data(1, []))
        #expect(answers.map(\.type) == [.abort] && answers[0].value == [0, 9, 0, 4])
    }

    @Test(.rfc(9260, "6.5")) func `a stream that does not exist is reported, and its data is acknowledged`() throws {
        let peer = try HandMadePeer()
        var answers: [HandMadePeer.Answer] = []
        for (index, stream) in ([1024, 5000, 65_535, 1024] as [UInt16]).enumerated() {
            answers += peer.say(Packet.data(1 + UInt32(index), stream: stream, [1]))
        }
        #expect(answers.filter { $0.type == .error }.count == 4)
        #expect(answers.first { $0.type == .error }?.value == [0, 1, 0, 8, 4, 0, 0, 0])
        #expect(answers.last { $0.type == .sack }?.number(0) == 4)
        #expect(peer.victim.messages.isEmpty && peer.victim.association.heldBytes == 0)
    }

    @Test func `a window of zero for ever is probed, and keeps no more than was sent`() throws {
        let peer = try HandMadePeer(window: 0)
        for _ in 0..<100 { try peer.victim.send([UInt8](repeating: 1, count: 1000)) }
        var probes = 0
        for _ in 0..<200 {
            probes += peer.waitForTimer().filter { $0.type == .data }.count
            peer.say(Packet.sack(peer.victimTSN &- 1, window: 0))
        }
        #expect(peer.victim.state == .connected)
        #expect(50...200 ~= probes)
        // It opens: everything goes.
        var acknowledged = peer.victimTSN &- 1
        for _ in 0..<500 {
            let data = peer.say(Packet.sack(acknowledged)).filter { $0.type == .data }
            for chunk in data where Int32(bitPattern: chunk.number(0) &- acknowledged) > 0 {
                acknowledged = chunk.number(0)
            }
        }
        #expect(acknowledged == peer.victimTSN &+ 99)
    }

    @Test func `who never acknowledges is given up`() throws {
        let peer = try HandMadePeer()
        for _ in 0..<1000 { try peer.victim.send([UInt8](repeating: 1, count: 1000)) }
        var packets = 0
        while peer.victim.deadline != nil { packets += peer.waitForTimer().count }
        #expect(peer.victim.failure == .timedOut && packets < 100)
        #expect(peer.victim.association.bufferedAmount == 0, "nothing is kept afterwards")
    }

    @Test(.rfc(9260, "6.2.1")) func `what a peer takes back is sent again`() throws {
        let peer = try HandMadePeer()
        for number in 0..<3 as Range<UInt8> { try peer.victim.send([number]) }
        _ = peer.answers()
        peer.say(Packet.sack(peer.victimTSN &- 1, blocks: [(2, 3)]))
        peer.say(Packet.sack(peer.victimTSN))
        var again = peer.answers()
        for _ in 0..<3 { again += peer.waitForTimer() }
        #expect(Set(again.filter { $0.type == .data }.map { $0.value.last }) == [1, 2])
    }

    @Test(.rfc(9260, "3.2")) func `unknown chunks are skipped or stop the packet, silently or not, as their bits say`()
        throws
    {
        for (type, reports, goesOn) in [
            (0x3f, false, false), (0x7f, true, false), (0xbf, false, true), (0xff, true, true),
        ] {
            let peer = try HandMadePeer()
            let answers = peer.say(
                chunk(ChunkType(rawValue: UInt8(type)), [1, 2, 3, 4]), Packet.data(1, [1]))
            #expect(answers.contains { $0.type == .error } == reports)
            #expect(peer.victim.messages.isEmpty != goesOn)
        }
    }

    /// Dynamic address reconfiguration is not spoken here: below is DTLS, which has one peer.
    @Test(.rfc(9260, "3.2"), .rfc(5061, "4.1"))
    func `ASCONF moves nothing, and is skipped or reported by its upper bits`()
        throws
    {
        // Add IP address, delete IP address, set primary address, each with a correlation id and 192.0.2.1.
        for type in [0xc001, 0xc002, 0xc004] as [UInt16] {
            let peer = try HandMadePeer()
            let tag = peer.victim.association.verificationTag
            var writer = ByteWriter()
            writer.write(1 as UInt32)
            for value in [5, 8, 0xc000, 0x0201] as [UInt16] { writer.write(value) }
            for value in [type, 16, 0, 1, 5, 8, 0xc000, 0x0201] as [UInt16] { writer.write(value) }
            let asconf = chunk(ChunkType(rawValue: 0xc1), writer.bytes)
            // 11: skipped, and reported as unrecognised with the chunk itself (RFC 9260 section 3.3.10.6).
            let answers = peer.say(asconf, Packet.data(1, [1]))
            let report = try #require(answers.first { $0.type == .error })
            #expect(answers.count { $0.type == .error } == 1)
            #expect(report.value.prefix(2) == [0, 6])
            #expect(report.value.dropFirst(4).prefix(asconf.count) == asconf[...])
            // 10: skipped, and not a word. An ASCONF-ACK that nobody asked for is one of those.
            let silence = peer.say(chunk(ChunkType(rawValue: 0x80), [0, 0, 0, 1]), Packet.data(2, sequence: 1, [2]))
            #expect(!silence.contains { $0.type == .error || $0.type == .abort })
            #expect(!(answers + silence).contains { [0x80, 0xc1].contains($0.type.rawValue) })
            #expect(peer.victim.messages.map(\.bytes) == [[1], [2]])
            #expect(peer.victim.state == .connected && peer.victim.association.verificationTag == tag)
        }
    }

    @Test func `a flood of whatever wants an answer gets a limited number`() throws {
        let peer = try HandMadePeer()
        for _ in 0..<1000 {
            let heartbeat = chunk(.heartbeat, [0, 1, 0, 8, 1, 2, 3, 4])
            var packet: [UInt8] = []
            for _ in 0..<50 { packet += heartbeat + chunk(ChunkType(rawValue: 0xff), []) }
            #expect(peer.say(packet).count <= 16)
        }
        #expect(peer.victim.state == .connected)
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func `random chunks in any phase trap nothing`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var input: [UInt8] = [UInt8(seed % 8)]
        for _ in 0..<60 {
            let types: [UInt8] = [0, 0, 0, 1, 2, 3, 3, 4, 5, 7, 8, 9, 10, 11, 14, 130, 130, 192, 192, 255]
            var chunk = [types[Int(random.next() % UInt64(types.count))], UInt8(random.next() % 8)]
            let length = Int(random.next() % 60)
            chunk += [0, UInt8(length + 4)]
            // Small numbers are close to what an association has.
            chunk += (0..<length).map { _ in random.next() % 3 == 0 ? UInt8(truncatingIfNeeded: random.next()) : 0 }
            chunk += [UInt8](repeating: 0, count: padding(of: chunk.count))
            input += [UInt8(chunk.count), [0, 0x40, 0x80][Int(random.next() % 3)]] + chunk
        }
        input.withUnsafeBytes { SCTPFuzzing.run($0) }
    }
}
