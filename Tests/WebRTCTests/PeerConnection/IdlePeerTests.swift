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

/// How often a driver is woken in a minute in which nothing happens. A machine whose deadline stays in the past fails in
/// ``PeerPair/advance(until:)``.
@Suite("Timers of idle peer connections")
struct IdlePeerTests {
    /// A check of consent every five seconds, and a few timers of SCTP.
    static let idle = 24
    /// Beside it one report a second for each of two tracks.
    static let reporting = 24 + 2 * 60

    @Test func `a connection without frames hardly wakes`() throws {
        var pair = try PeerTestSupport.pair(seed: 1)
        let connects = pair.connect()
        #expect(connects)
        pair.run(for: .seconds(5))
        let before = [pair.first.wakeUps, pair.second.wakeUps]
        pair.run(for: .seconds(60))
        let after = [pair.first.wakeUps, pair.second.wakeUps]
        #expect(after[0] - before[0] <= Self.idle && after[1] - before[1] <= Self.idle, "\(before) \(after)")
    }

    @Test(arguments: [0, 0.1]) func `silence after media leaves reports alone`(loss: Double) throws {
        var pair = try PeerTestSupport.pair(
            conditions: NetworkConditions(loss: loss, delay: .milliseconds(20)), seed: 2)
        let connects = pair.connect()
        #expect(connects)
        var camera = VirtualCamera()
        try camera.film(&pair, for: .seconds(5))
        pair.run(for: .seconds(5))
        let before = [pair.first.wakeUps, pair.second.wakeUps]
        pair.run(for: .seconds(60))
        let after = [pair.first.wakeUps, pair.second.wakeUps]
        #expect(after[0] - before[0] <= Self.reporting && after[1] - before[1] <= Self.reporting, "\(before) \(after)")
    }

    @Test func `nor does a connection whose peer has vanished wake without end`() throws {
        var pair = try PeerTestSupport.pair(seed: 3)
        let connects = pair.connect()
        #expect(connects)
        var camera = VirtualCamera()
        try camera.film(&pair, for: .seconds(5))
        pair.conditions.loss = 1
        // Until consent is lost, all ways are tried again.
        pair.run(for: .seconds(60))
        let isLost = !pair.first.peer.isConnected && !pair.second.peer.isConnected
        #expect(isLost)
        let before = [pair.first.wakeUps, pair.second.wakeUps]
        pair.run(for: .seconds(60))
        let after = [pair.first.wakeUps, pair.second.wakeUps]
        #expect(after[0] - before[0] <= Self.reporting && after[1] - before[1] <= Self.reporting, "\(before) \(after)")
    }

    @Test func `a data connection without messages hardly wakes`() throws {
        var pair = try PeerTestSupport.dataPair(seed: 4)
        let opened = PeerTestSupport.channel(&pair)
        let id = try #require(opened)
        try pair.first.peer.send(.text("once"), on: id, now: pair.now)
        pair.run(for: .seconds(5))
        let before = [pair.first.wakeUps, pair.second.wakeUps]
        pair.run(for: .seconds(60))
        let after = [pair.first.wakeUps, pair.second.wakeUps]
        #expect(after[0] - before[0] <= Self.idle && after[1] - before[1] <= Self.idle, "\(before) \(after)")
    }

    @Test func `nor one whose reader has stopped, or whose peer has vanished`() throws {
        var pair = try PeerTestSupport.dataPair(seed: 5)
        let opened = PeerTestSupport.channel(&pair)
        let id = try #require(opened)
        pair.second.isReading = false
        let message = Array(repeating: UInt8(1), count: 65_536)
        for _ in 0..<100 { try pair.first.peer.send(.binary(message), on: id, now: pair.now) }
        pair.drain()
        pair.run(for: .seconds(10))
        let before = [pair.first.wakeUps, pair.second.wakeUps]
        pair.run(for: .seconds(60))
        let after = [pair.first.wakeUps, pair.second.wakeUps]
        #expect(after[0] - before[0] <= Self.idle && after[1] - before[1] <= Self.idle, "\(before) \(after)")
        pair.conditions.loss = 1
        pair.run(for: .seconds(60))
        let gone = [pair.first.wakeUps, pair.second.wakeUps]
        pair.run(for: .seconds(60))
        let end = [pair.first.wakeUps, pair.second.wakeUps]
        #expect(end[0] - gone[0] <= Self.idle && end[1] - gone[1] <= Self.idle, "\(gone) \(end)")
    }
}
