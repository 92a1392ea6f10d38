// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import SCTP
import Testing

@Suite("Reset of streams", .rfc(6525, "5"))
struct StreamResetTests {
    @Test(arguments: 0..<40 as Range<UInt64>)
    func `a stream ends after what was sent on it, and begins anew`(seed: UInt64) throws {
        let pair = SCTPPair(DeliveryTests.bad, seed: seed)
        pair.connect()
        for round in 0..<5 {
            for number in 0..<10 {
                try pair.left.send(message(round * 10 + number, length: 2000), stream: 7, now: pair.now)
                try pair.left.send([9], stream: 8, now: pair.now)
            }
            pair.left.association.resetStreams([7], now: pair.now)
            #expect(throws: SCTPError.streamClosing) { try pair.left.send([1], stream: 7, now: pair.now) }
            #expect(
                pair.run(limit: .seconds(60)) { pair in
                    pair.left.events.filter { $0 == .outgoingStreamsReset([7]) }.count == round + 1
                })
            #expect(pair.right.events.filter { $0 == .incomingStreamsReset([7]) }.count == round + 1)
            #expect(pair.right.messages.filter { $0.stream == 7 }.count == 10 * (round + 1))
        }
        pair.run(limit: .seconds(10))
        let numbers = pair.right.messages.filter { $0.stream == 7 }
            .map { Int($0.bytes[0]) << 8 | Int($0.bytes[1]) }
        #expect(numbers == Array(0..<50))
        #expect(pair.right.messages.filter { $0.stream == 8 }.count == 50, "other streams go on")
    }

    @Test func `a request is carried out once, however often it comes`() throws {
        let peer = try HandMadePeer()
        let request = Reconfiguration.chunk([
            .outgoingReset(request: 1, response: 0, lastTSN: 0, streams: [3, 4])
        ])
        for _ in 0..<5 {
            let answers = peer.say(request)
            #expect(answers.map(\.type) == [.reconfiguration])
            #expect(try answers[0].reconfiguration() == [.response(to: 1, result: .performed)])
        }
        #expect(peer.victim.events.filter { $0 == .incomingStreamsReset([3, 4]) }.count == 1)
        let early = peer.say(Reconfiguration.chunk([.incomingReset(request: 9, streams: [])]))
        #expect(
            try early[0].reconfiguration() == [.response(to: 9, result: .wrongSequence)])
    }

    @Test func `a request waits for what was sent before it`() throws {
        let peer = try HandMadePeer()
        let request = Reconfiguration.chunk([.outgoingReset(request: 1, response: 0, lastTSN: 1, streams: [0])])
        let early = peer.say(request)
        #expect(try early[0].reconfiguration() == [.response(to: 1, result: .inProgress)])
        peer.say(Packet.data(1, sequence: 0, [1]))
        let late = peer.say(request)
        #expect(
            try late.last?.reconfiguration()
                == [.response(to: 1, result: .performed)])
        // It begins again at 0.
        peer.say(Packet.data(2, sequence: 0, [2]))
        #expect(peer.victim.messages.map(\.bytes) == [[1], [2]])
    }

    @Test func `a peer may ask us to reset our half`() throws {
        let peer = try HandMadePeer()
        try peer.victim.send([1], stream: 5)
        _ = peer.answers()
        peer.say(Packet.sack(peer.victimTSN))
        let answers = peer.say(Reconfiguration.chunk([.incomingReset(request: 1, streams: [5])]))
        let parameters = try answers.flatMap { try $0.reconfiguration() }
        #expect(
            parameters.contains(
                .outgoingReset(
                    request: peer.victimTSN, response: 1, lastTSN: peer.victimTSN, streams: [5])))
        peer.say(Reconfiguration.chunk([.response(to: peer.victimTSN, result: .performed)]))
        #expect(peer.victim.events.contains(.outgoingStreamsReset([5])))
    }

    @Test func `a peer that refuses is reported`() throws {
        let peer = try HandMadePeer()
        peer.victim.association.resetStreams([5, 6], now: peer.now)
        #expect(peer.answers().map(\.type) == [.reconfiguration])
        peer.say(Reconfiguration.chunk([.response(to: peer.victimTSN, result: .denied)]))
        #expect(peer.victim.events.contains(.resetRefused([5, 6])))
        try peer.victim.send([1], stream: 5)
    }

    @Test(.attack(19)) func `a flood of requests costs a limited number of events and answers`() throws {
        let peer = try HandMadePeer()
        peer.victim.isReading = false
        let tag = peer.victim.association.verificationTag
        for number in 1...100_000 as ClosedRange<UInt32> {
            let request = Reconfiguration.chunk([
                .outgoingReset(request: number, response: 0, lastTSN: 0, streams: [UInt16(number % 1024)])
            ])
            peer.victim.receive(Packet.make(tag: tag, request))
        }
        #expect(peer.answers().count == 16)
        peer.victim.isReading = true
        _ = peer.answers()
        #expect(peer.victim.events.count <= 257)
    }
}
