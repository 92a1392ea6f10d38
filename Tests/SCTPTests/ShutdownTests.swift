// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import SCTP
import Testing

@Suite("End of an SCTP association", .rfc(9260, "9"))
struct ShutdownTests {
    @Test(arguments: 0..<40 as Range<UInt64>)
    func `a graceful end loses nothing, whoever begins`(seed: UInt64) throws {
        let pair = SCTPPair(DeliveryTests.bad, seed: seed)
        pair.connect()
        for number in 0..<30 {
            try pair.left.send(message(number, length: 3000), now: pair.now)
            try pair.right.send(message(number, length: 3000), now: pair.now)
        }
        pair.left.association.shutdown(now: pair.now)
        if seed % 2 == 0 { pair.right.association.shutdown(now: pair.now) }
        #expect(throws: SCTPError.notOpen) { try pair.left.send([1], now: pair.now) }
        pair.run(limit: .seconds(300)) { $0.left.state == .closed && $0.right.state == .closed }
        #expect(pair.right.messages.count == 30)
        if seed % 2 == 0 { #expect(pair.left.messages.count == 30) }
        // The last word may be lost: who waits for it then gives up, after everything has arrived.
        #expect(pair.left.events.contains(.closed) || pair.right.events.contains(.closed))
    }

    @Test func `an abort is told and final`() throws {
        let pair = SCTPPair()
        pair.connect()
        pair.left.association.abort(now: pair.now)
        pair.exchange()
        #expect(pair.left.state == .closed && pair.left.deadline == nil)
        #expect(pair.right.failure == .aborted(cause: 12))
        #expect(pair.right.deadline == nil && pair.right.drain().isEmpty)
    }

    @Test func `a peer that has gone is noticed, by data or by heartbeats`() throws {
        for isSending in [true, false] {
            let pair = SCTPPair(NetworkConditions(delay: .milliseconds(10)))
            pair.connect()
            pair.change(NetworkConditions(loss: 1))
            if isSending { try pair.left.send([1], now: pair.now) }
            let before = pair.now
            pair.run(limit: .seconds(600)) { $0.left.failure != nil }
            #expect(pair.left.failure == .timedOut)
            #expect(pair.now - before < .seconds(200))
        }
    }

    @Test func `a peer that never lets us end is left`() throws {
        let peer = try HandMadePeer(window: 0)
        try peer.victim.send([UInt8](repeating: 1, count: 5000))
        peer.victim.association.shutdown(now: peer.now)
        var rounds = 0
        while peer.victim.deadline != nil, rounds < 1000 {
            peer.waitForTimer()
            peer.say(Packet.sack(peer.victimTSN &- 1, window: 0))
            rounds += 1
        }
        #expect(peer.victim.failure == .timedOut)
        #expect(peer.now - .zero <= .seconds(51))
    }

    @Test func `an idle association asks now and then, and measures`() {
        let pair = SCTPPair(NetworkConditions(delay: .milliseconds(40)))
        pair.connect()
        let before = pair.left.sent.count
        pair.run(limit: .seconds(301))
        let heartbeats = pair.left.sent.dropFirst(before).filter { $0[12] == ChunkType.heartbeat.rawValue }
        #expect(1...10 ~= heartbeats.count)
        let roundTrip = pair.left.association.roundTrip
        #expect(roundTrip.map { abs($0.inSeconds - 0.08) < 0.01 } ?? false)
        #expect(pair.left.state == .connected && pair.right.state == .connected)
    }
}
