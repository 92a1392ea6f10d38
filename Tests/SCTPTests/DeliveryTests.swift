// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import SCTP
import Testing

@Suite("SCTP delivery over bad networks", .rfc(9260, "6"))
struct DeliveryTests {
    static let bad = NetworkConditions(
        loss: 0.1, duplication: 0.1, delay: .milliseconds(20), jitter: .milliseconds(30))

    @Test(arguments: 0..<24 as Range<UInt64>)
    func `every message arrives once, and in order on ordered streams`(seed: UInt64) throws {
        let pair = SCTPPair(Self.bad, seed: seed)
        pair.connect()
        var random = SeededRandom(seed: seed)
        let count = 120
        for number in 0..<count {
            // Streams 0 to 3 are ordered, 4 and 5 are not.
            let stream = UInt16(number % 6)
            let length = 2 + Int(random.next() % (number % 10 == 0 ? 30_000 : 2000))
            for side in [pair.left, pair.right] {
                try side.send(message(number, length: length), stream: stream, ordered: stream < 4, now: pair.now)
            }
        }
        #expect(pair.run(limit: .seconds(120)) { $0.left.messages.count >= count && $0.right.messages.count >= count })
        pair.run(limit: .seconds(30))
        for side in [pair.left, pair.right] {
            #expect(side.messages.count == count, "a message has come twice or not at all")
            for stream in 0..<6 as Range<UInt16> {
                let numbers = side.messages.filter { $0.stream == stream }.map { number(of: $0.bytes) }
                let expected = Array(stride(from: Int(stream), to: count, by: 6))
                #expect(stream < 4 ? numbers == expected : numbers.sorted() == expected)
            }
            #expect(side.messages.allSatisfy { $0.bytes == message(number(of: $0.bytes), length: $0.bytes.count) })
            #expect(side.failure == nil && side.association.heldBytes == 0)
            #expect(side.association.bufferedAmount == 0)
        }
    }

    private func number(of bytes: [UInt8]) -> Int { Int(bytes[0]) << 8 | Int(bytes[1]) }

    @Test(arguments: [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_ffff] as [UInt32])
    func `numbers wrap`(first: UInt32) throws {
        let peer = try HandMadePeer(firstTSN: first)
        for index in 0..<40 as Range<UInt32> {
            // Pairs in the wrong order.
            let number = index ^ 1
            peer.say(Packet.data(first &+ number, sequence: UInt16(number), [UInt8(number)]))
        }
        #expect(peer.victim.messages.map(\.bytes) == (0..<40).map { [UInt8($0)] })
        let answers = peer.say(Packet.data(first, [0]))
        #expect(answers.map(\.type) == [.sack])
        #expect(answers[0].number(0) == first &+ 39)
        #expect(answers[0].number(12) == first, "the duplicate is reported")
    }

    @Test func `sequence numbers of a stream wrap`() throws {
        let peer = try HandMadePeer()
        for number in 0..<70_000 as Range<UInt32> {
            peer.say(Packet.data(1 + number, sequence: UInt16(truncatingIfNeeded: number), [1]))
        }
        #expect(peer.victim.messages.count == 70_000)
        #expect(peer.victim.association.heldBytes == 0)
    }

    @Test func `an unordered message and one of another stream overtake what is missing`() throws {
        let peer = try HandMadePeer()
        peer.say(Packet.data(2, stream: 0, sequence: 1, [2]))
        peer.say(Packet.data(3, stream: 1, sequence: 0, [3]))
        peer.say(Packet.data(4, stream: 0, flags: [.beginning, .unordered], [4]))
        let answers = peer.say(Packet.data(5, stream: 0, flags: [.end, .unordered], [5]))
        #expect(peer.victim.messages.map(\.bytes) == [[3], [4, 5]])
        #expect(answers[0].value[8..<16] == [0, 1, 0, 0, 0, 2, 0, 5], "one block, from 2 to 5 behind the gap's begin")
        peer.say(Packet.data(1, stream: 0, sequence: 0, [1]))
        #expect(peer.victim.messages.map(\.bytes) == [[3], [4, 5], [1], [2]])
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func `fragments in any order make their messages`(seed: UInt64) throws {
        let peer = try HandMadePeer()
        var random = SeededRandom(seed: seed)
        var chunks: [[UInt8]] = []
        var expected: [[UInt8]] = []
        var tsn: UInt32 = 1
        for sequence in 0..<20 as Range<UInt16> {
            let count = 1 + Int(random.next() % 9)
            var whole: [UInt8] = []
            for index in 0..<count {
                let bytes = random.bytes(1 + Int(random.next() % 50))
                var flags: DataChunk.Flags = []
                if index == 0 { flags.insert(.beginning) }
                if index == count - 1 { flags.insert(.end) }
                chunks.append(Packet.data(tsn, sequence: sequence, flags: flags, bytes))
                whole += bytes
                tsn += 1
            }
            expected.append(whole)
        }
        chunks.shuffle(using: &random)
        for chunk in chunks {
            peer.say(chunk)
            if random.next() % 3 == 0 { peer.say(chunk) }
        }
        #expect(peer.victim.messages.map(\.bytes) == expected)
        #expect(peer.victim.association.heldBytes == 0)
    }

    @Test func `two packets are acknowledged at once, one after a while`() throws {
        let peer = try HandMadePeer()
        #expect(peer.say(Packet.data(1, sequence: 0, [1])).isEmpty)
        #expect(peer.say(Packet.data(2, sequence: 1, [1])).map(\.type) == [.sack])
        #expect(peer.say(Packet.data(3, sequence: 2, [1])).isEmpty)
        let waited = peer.waitForTimer()
        #expect(waited.map(\.type) == [.sack] && waited[0].number(0) == 3)
        #expect(peer.now == Instant.zero + .milliseconds(50))
        let immediate = peer.say(Packet.data(4, sequence: 3, flags: [.beginning, .end, .immediate], [1]))
        #expect(immediate.map(\.type) == [.sack])
    }

    @Test func `an application that does not read holds its peer up, and nothing is lost`() throws {
        var configuration = SCTPConfiguration()
        configuration.receiveBuffer = 100_000
        configuration.maximumIncomingMessage = 10_000
        let pair = SCTPPair(
            right: configuration, NetworkConditions(loss: 0.05, delay: .milliseconds(10)), seed: 3)
        pair.connect()
        pair.right.isReading = false
        for number in 0..<100 { try pair.left.send(message(number, length: 5000), now: pair.now) }
        pair.run(limit: .seconds(300)) { $0.right.association.heldBytes > 200_000 }
        #expect(90_000...120_000 ~= pair.right.association.heldBytes)
        #expect(pair.left.association.bufferedAmount > 350_000)
        #expect(pair.left.state == .connected, "a closed window is no reason to give up")
        pair.right.isReading = true
        pair.run(limit: .seconds(60)) { $0.right.messages.count == 100 }
        #expect(pair.right.messages.map(\.bytes) == (0..<100).map { message($0, length: 5000) })
    }

    @Test func `what is buffered is said, and when it becomes little`() throws {
        let pair = SCTPPair(NetworkConditions(delay: .milliseconds(10)), seed: 1)
        pair.connect()
        pair.left.association.setBufferedAmountLowThreshold(50_000, of: 3)
        for _ in 0..<10 { try pair.left.send([UInt8](repeating: 1, count: 20_000), stream: 3, now: pair.now) }
        #expect(pair.left.association.bufferedAmount(of: 3) == 200_000)
        #expect(pair.left.association.bufferedAmount(of: 2) == 0)
        pair.run { !$0.left.drained.isEmpty }
        #expect(pair.left.drained == [3])
        #expect(pair.left.association.bufferedAmount(of: 3) <= 50_000)
        pair.run(limit: .seconds(10))
        #expect(pair.left.drained == [3], "said once")
        #expect(pair.left.association.bufferedAmount == 0)
    }

    @Test func `what cannot be sent is refused and changes nothing`() throws {
        let pair = SCTPPair()
        pair.connect()
        #expect(throws: SCTPError.emptyMessage) { try pair.left.send([]) }
        #expect(throws: SCTPError.messageTooLong) { try pair.left.send([UInt8](repeating: 0, count: 65_537)) }
        #expect(throws: SCTPError.noSuchStream) { try pair.left.send([1], stream: 1024) }
        let large = [UInt8](repeating: 0, count: 65_536)
        for _ in 0..<256 { try pair.left.send(large) }
        #expect(throws: SCTPError.bufferFull) { try pair.left.send([1]) }
        let small = SCTPPair()
        for _ in 0..<SCTPLimits.queuedMessages { try small.left.send([1]) }
        #expect(throws: SCTPError.bufferFull) { try small.left.send([1]) }
        pair.left.association.abort(now: pair.now)
        #expect(throws: SCTPError.notOpen) { try pair.left.send([1]) }
    }
}
