// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import SCTP
import Testing

@Suite("Partial reliability", .rfc(3758, "3"))
struct PartialReliabilityTests {
    @Test(arguments: 0..<60 as Range<UInt64>)
    func `what is given up is left out, and all else arrives in its order`(seed: UInt64) throws {
        let pair = SCTPPair(
            NetworkConditions(loss: 0.2, duplication: 0.05, delay: .milliseconds(20), jitter: .milliseconds(20)),
            seed: seed)
        pair.connect()
        let limits: [SCTPReliability] = [
            .retransmissions(0), .retransmissions(1), .lifetime(.milliseconds(100)), .reliable,
        ]
        let count = 200
        var number = 0
        var due = pair.now
        while number < count {
            // Stream n is limited by limits[n / 2]; even ones are ordered.
            let stream = UInt16(number % 8)
            try pair.left.send(
                message(number, length: number % 5 == 0 ? 5000 : 300), stream: stream, ordered: stream % 2 == 0,
                limits[Int(stream) / 2], now: pair.now)
            number += 1
            if number % 10 == 0 {
                due = max(due, pair.now) + .milliseconds(20)
                pair.run(limit: .milliseconds(20)) { _ in false }
            }
        }
        pair.run(limit: .seconds(60))
        #expect(pair.left.failure == nil && pair.right.failure == nil)
        #expect(pair.left.association.bufferedAmount == 0)
        #expect(pair.right.association.heldBytes == 0, "nothing is left of what was given up")
        for stream in 0..<8 as Range<UInt16> {
            let numbers = pair.right.messages.filter { $0.stream == stream }
                .map { Int($0.bytes[0]) << 8 | Int($0.bytes[1]) }
            if stream % 2 == 0 { #expect(numbers == numbers.sorted()) }
            #expect(Set(numbers).count == numbers.count)
            if stream >= 6 { #expect(numbers.count == count / 8) }
        }
        #expect(
            pair.right.messages.allSatisfy {
                $0.bytes == message(Int($0.bytes[0]) << 8 | Int($0.bytes[1]), length: $0.bytes.count)
            })
        // Whatever comes afterwards is not held up.
        for stream in 0..<8 as Range<UInt16> { try pair.left.send([1, 2, 3], stream: stream, now: pair.now) }
        pair.run(limit: .seconds(60))
        #expect(pair.right.messages.suffix(8).allSatisfy { $0.bytes == [1, 2, 3] })
    }

    @Test func `without retransmissions a lost message is not sent again, and the peer is told`() throws {
        let peer = try HandMadePeer()
        try peer.victim.send([1], stream: 2, .retransmissions(0))
        #expect(peer.answers().map(\.type) == [.data])
        let answers = peer.waitForTimer()
        #expect(answers.map(\.type) == [.forwardTSN])
        #expect(answers[0].number(0) == peer.victimTSN)
        #expect(Array(answers[0].value[4...]) == [0, 2, 0, 0])
        // It is told again until it is heard.
        #expect(peer.waitForTimer().map(\.type) == [.forwardTSN])
        peer.say(Packet.sack(peer.victimTSN))
        #expect(peer.victim.association.deadline.map { $0 - peer.now > .seconds(5) } ?? true)
    }

    @Test func `what waits longer than its lifetime is never sent`() throws {
        let peer = try HandMadePeer(window: 1000)
        try peer.victim.send([UInt8](repeating: 1, count: 1000), stream: 0)
        try peer.victim.send([2], stream: 1, .lifetime(.milliseconds(50)))
        try peer.victim.send([3], stream: 1)
        #expect(peer.answers().count == 1)
        peer.now += .milliseconds(60)
        let answers = peer.say(Packet.sack(peer.victimTSN))
        #expect(answers.map(\.type) == [.data])
        #expect(answers[0].value.last == 3 && Array(answers[0].value[6..<8]) == [0, 0], "it took no number")
    }

    @Test func `pieces of a message that was given up are forgotten`() throws {
        let peer = try HandMadePeer()
        peer.say(Packet.data(1, sequence: 0, flags: [.beginning], [1]))
        peer.say(Packet.data(3, sequence: 0, flags: [.end], [3]))
        peer.say(Packet.data(4, sequence: 1, [4]))
        #expect(peer.victim.messages.isEmpty)
        let answers = peer.say(Packet.forwardTSN(3, [(0, 0)]))
        #expect(answers.map(\.type) == [.sack] && answers[0].number(0) == 4)
        #expect(peer.victim.messages.map(\.bytes) == [[4]])
        #expect(peer.victim.association.heldBytes == 0)
    }

    @Test func `a message whose pieces lie on both sides of what is skipped survives`() throws {
        let peer = try HandMadePeer()
        // 1 is given up; 2 and 3 are one message, of which the second piece is still to come.
        peer.say(Packet.data(2, stream: 1, flags: [.beginning], [2]))
        peer.say(Packet.forwardTSN(2, [(0, 0)]))
        peer.say(Packet.data(3, stream: 1, flags: [.end], [3]))
        #expect(peer.victim.messages.map(\.bytes) == [[2, 3]])
    }

    @Test(.attack(19)) func `a skip of any distance is taken in one step`() throws {
        let peer = try HandMadePeer()
        for distance in [0, 1, 100, 16_384, 1 << 20, 1 << 30, 0x7fff_fffe, 0x8000_0000, 0xffff_ffff] as [UInt32] {
            let answers = peer.say(Packet.forwardTSN(distance &+ 1, [(65_535, 65_535), (0, 0xffff)]))
            #expect(answers.allSatisfy { $0.type == .sack })
        }
        #expect(peer.victim.state == .connected && peer.victim.association.heldBytes == 0)
    }
}
