// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import MediaFlow
import RTCBase
import RTCTestKit
import RTP
import SCTP
import Testing
import WebRTC

extension PeerPair where First: ~Copyable, Second: ~Copyable {
    static var stranger: TransportAddress { TransportAddress(IPAddress(v4: 0xcb00_7105), port: 4000) }

    /// Both ends get datagrams that neither has sent: random ones, and such as have been sent before with a few bytes
    /// changed, cut off or added.
    ///
    /// - Returns: how many datagrams they have sent on that.
    mutating func harass(_ count: Int, seed: UInt64) -> Int {
        var random = SeededRandom(seed: seed)
        let models = first.recorded + second.recorded
        let before = first.net.sent + second.net.sent + first.strayTransmits + second.strayTransmits
        for number in 0..<count {
            var datagram: [UInt8]
            if models.isEmpty || number.isMultiple(of: 4) {
                datagram = random.bytes(Int(random.next() % 2100))
                // Such as pass for STUN, DTLS and media.
                if !datagram.isEmpty { datagram[0] = [0, 1, 20, 22, 23, 0x80, 0x90][Int(random.next() % 7)] }
            } else {
                datagram = models[Int(random.next() % UInt64(models.count))]
                for _ in 0...(random.next() % 4) where !datagram.isEmpty {
                    let place = Int(random.next() % UInt64(datagram.count))
                    switch random.next() % 4 {
                    case 0: datagram.removeLast(place)
                    case 1: datagram += random.bytes(Int(random.next() % 64))
                    default: datagram[place] ^= UInt8(1 + random.next() % 255)
                    }
                }
            }
            let isStranger = random.next() % 3 == 0
            second.receive(datagram, from: isStranger ? Self.stranger : Self.firstAddress, now: now)
            first.receive(datagram, from: isStranger ? Self.stranger : Self.secondAddress, now: now)
            drain()
        }
        return first.net.sent + second.net.sent + first.strayTransmits + second.strayTransmits - before
    }
}

@Suite("Hostile networks and peers of peer connections")
struct HostilePeerTests {
    @Test(.attack(2), .attack(13), arguments: 0..<4 as Range<UInt64>)
    func `forged datagrams neither trap nor end a stream, and are not answered`(seed: UInt64) throws {
        var pair = try PeerTestSupport.pair(seed: seed)
        pair.gather()
        _ = pair.harass(300, seed: seed)
        let connects = pair.connect()
        #expect(connects)
        var camera = VirtualCamera()
        try camera.film(&pair, for: .seconds(2))
        var answers = 0
        for round in 0..<20 as Range<UInt64> {
            answers += pair.harass(100, seed: seed &* 100 &+ round)
            try camera.film(&pair, for: .milliseconds(100))
        }
        #expect(answers <= 20, "\(answers) of 4000 datagrams led to one of ours")
        let strays = pair.first.strayTransmits + pair.second.strayTransmits
        #expect(strays == 0, "nothing goes to a stranger")
        let viewing = Viewing(pair.second.outputs, .vp8)
        #expect(viewing.longestGap <= .milliseconds(100) && viewing.last >= camera.number - 10, "\(viewing)")
    }

    @Test(.attack(2), .attack(19), arguments: 0..<4 as Range<UInt64>)
    func `forged datagrams neither trap nor end a data connection`(seed: UInt64) throws {
        var pair = try PeerTestSupport.dataPair(seed: seed)
        pair.gather()
        _ = pair.harass(300, seed: seed)
        let opened = PeerTestSupport.channel(&pair)
        let id = try #require(opened)
        var sent: [DataChannelMessage] = []
        for round in 0..<20 as Range<UInt64> {
            _ = pair.harass(100, seed: seed &* 100 &+ round)
            sent.append(.text("\(round)"))
            try pair.first.peer.send(sent[sent.count - 1], on: id, now: pair.now)
            pair.drain()
            pair.run(for: .milliseconds(100))
        }
        let strays = pair.first.strayTransmits + pair.second.strayTransmits
        #expect(strays == 0)
        let outputs = pair.second.outputs
        #expect(PeerTestSupport.messages(outputs) == sent)
    }

    @Test(.attack(22)) func `descriptions of the other kind are refused, and the right one still counts`() throws {
        var sending = PeerTestSupport.sender(seed: 1)
        var data = PeerTestSupport.offerer(seed: 1)
        let media = sending.offer()
        #expect(throws: NegotiationError.nothingAcceptable) { _ = try PeerTestSupport.answerer(media, seed: 1) }
        #expect(throws: NegotiationError.self) { _ = try PeerTestSupport.receiver(data.description, seed: 1) }
        let receiving = try PeerTestSupport.receiver(media, seed: 1)
        let answering = try PeerTestSupport.answerer(data.description, seed: 1)
        #expect(throws: NegotiationError.self) { try sending.apply(answer: answering.description, now: .zero) }
        #expect(throws: NegotiationError.self) { try data.apply(answer: receiving.answer, now: .zero) }
        try sending.apply(answer: receiving.answer, now: .zero)
        try data.apply(answer: answering.description, now: .zero)
        #expect(throws: NegotiationError.unexpectedAnswer) { try data.apply(answer: answering.description, now: .zero) }
        var pair = MediaPair(sending, receiving, seed: 1)
        let connects = pair.connect()
        #expect(connects)
        let offer = PeerTestSupport.offerer(seed: 2).description
        #expect(throws: NegotiationError.self) { try pair.second.peer.answer(offer, now: pair.now) }
        let isConnected = pair.second.peer.isConnected
        #expect(isConnected, "what is refused changes nothing")
    }

    @Test(.attack(22), arguments: 0..<8 as Range<UInt64>)
    func `changed descriptions do not trap`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var sending = PeerTestSupport.sender(seed: seed)
        var data = PeerTestSupport.offerer(seed: seed)
        let media = sending.offer()
        let mediaAnswer = try PeerTestSupport.receiver(media, seed: seed).answer
        let dataAnswer = try PeerTestSupport.answerer(data.description, seed: seed).description
        func change(_ text: String) -> String {
            var lines = text.split(separator: "\r\n").map { Array($0.utf8) }
            for _ in 0...(random.next() % 3) {
                let place = Int(random.next() % UInt64(lines.count))
                switch random.next() % 4 {
                case 0: lines.remove(at: place)
                case 1: lines.insert(lines[place], at: Int(random.next() % UInt64(lines.count)))
                default:
                    guard !lines[place].isEmpty else { continue }
                    let byte = Int(random.next() % UInt64(lines[place].count))
                    lines[place][byte] = [0x30, 0x39, 0x20, 0x3a, 0x61, 0xff][Int(random.next() % 6)]
                }
            }
            return lines.map { String(decoding: $0, as: UTF8.self) + "\r\n" }.joined()
        }
        for _ in 0..<100 {
            _ = try? PeerTestSupport.receiver(change(media), seed: seed)
            _ = try? PeerTestSupport.answerer(change(data.description), seed: seed)
            try? sending.apply(answer: change(mediaAnswer), now: .zero)
            try? data.apply(answer: change(dataAnswer), now: .zero)
            _ = sending.offer()
        }
    }

    /// Candidates at addresses of which none is the peer's.
    private static func bomb(_ count: Int) -> [String] {
        (0..<count).map {
            "candidate:\($0) 1 udp 2130706431 198.51.\($0 / 250 % 250).\($0 % 250) \(1 + $0 % 65_000) typ host"
        } + [
            "", "a=", "candidate:", "candidate:1 1 udp 1 host.local 9 typ host", String(repeating: "x", count: 100_000),
        ]
    }

    @Test(.attack(4), arguments: [false, true])
    func `endless candidates cost no more than the agent's bounds`(isConnected: Bool) throws {
        var pair = try PeerTestSupport.pair(seed: 7)
        var data = try PeerTestSupport.dataPair(seed: 7)
        if isConnected {
            let connects = (pair.connect(), data.connect())
            #expect(connects == (true, true))
        } else {
            pair.gather()
            data.gather()
        }
        for candidate in Self.bomb(10_000) {
            pair.first.peer.addRemote(candidate: candidate, now: pair.now)
            pair.second.peer.addRemote(candidate: candidate, now: pair.now)
            data.first.peer.addRemote(candidate: candidate, now: data.now)
            data.second.peer.addRemote(candidate: candidate, now: data.now)
        }
        pair.run(for: .seconds(60))
        data.run(for: .seconds(60))
        let strays = [
            pair.first.strayTransmits, pair.second.strayTransmits, data.first.strayTransmits,
            data.second.strayTransmits,
        ]
        // A check is repeated at most seven times (RFC 8489 section 6.2.1).
        #expect(strays.allSatisfy { $0 <= 8 * ICEAgent.maximumRemoteCandidates }, "\(strays)")
        let areConnected = pair.areConnected && data.areConnected
        #expect(areConnected)
    }

    /// Where the peer's own candidate comes among ten thousand that lead nowhere.
    enum Place: CaseIterable { case first, inTheAnswer, last, never }

    @Test(.attack(4), .attack(19), arguments: Place.allCases)
    func `endless candidates before the answer keep nobody from connecting`(place: Place) throws {
        var sending = PeerTestSupport.sender(seed: 8)
        let receiving = try PeerTestSupport.receiver(sending.offer(), seed: 8)
        let line = ICECandidate.host(MediaPair.secondAddress).attributeText
        if place == .first { sending.addRemote(candidate: line, now: .zero) }
        for candidate in Self.bomb(10_000) { sending.addRemote(candidate: candidate, now: .zero) }
        if place == .last { sending.addRemote(candidate: line, now: .zero) }
        // In the first section, which counts for all.
        let answer =
            place == .inTheAnswer
            ? receiving.answer.replacing("a=rtcp-mux\r\n", with: "a=rtcp-mux\r\na=\(line)\r\n", maxReplacements: 1)
            : receiving.answer
        try sending.apply(answer: answer, now: .zero)
        var pair = MediaPair(sending, receiving, seed: 8)
        // Nothing more is told, or only to the other side, whose check then shows where it is (RFC 8445 section 7.3.1.3).
        pair.first.peer.addLocal(MediaPair.firstAddress, isTold: place == .never, now: .zero)
        pair.second.peer.addLocal(MediaPair.secondAddress, isTold: false, now: .zero)
        pair.first.peer.gather(now: .zero)
        pair.drain()
        pair.run(for: .seconds(5))
        let areConnected = pair.areConnected
        #expect(areConnected)
        pair.run(for: .seconds(60))
        // One check in 50 ms at most begins, and none of others after the nomination.
        let strays = pair.first.strayTransmits
        #expect(strays <= 8 * ICEAgent.maximumRemoteCandidates, "\(strays)")
        pair.run(for: .seconds(60))
        let later = pair.first.strayTransmits
        #expect(later == strays, "and then there is silence")
    }
}
