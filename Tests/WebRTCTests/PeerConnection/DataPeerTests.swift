// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import RTCBase
import RTCTestKit
import SCTP
import Testing
import WebRTC

typealias DataPair = PeerPair<DataPeer, DataPeer>

extension PeerTestSupport {
    static func offerer(_ labels: [String] = ["file"], seed: UInt64) -> DataPeer {
        DataPeer(
            offering: labels.map(DataChannelOptions.init(label:)), configuration: configurations[0],
            random: SeededRandom(seed: seed &+ 3000), now: .zero)
    }

    static func answerer(_ offer: String, seed: UInt64) throws -> DataPeer {
        try DataPeer(
            answering: offer, configuration: configurations[1], random: SeededRandom(seed: seed &+ 4000), now: .zero)
    }

    static func dataPair(conditions: NetworkConditions = .perfect, seed: UInt64) throws -> DataPair {
        var first = offerer(seed: seed)
        let second = try answerer(first.description, seed: seed)
        try first.apply(answer: second.description, now: .zero)
        return DataPair(first, second, conditions, seed: seed)
    }

    /// The channel as both ends see it, once it is there.
    static func channel(_ pair: inout DataPair) -> DataChannelID? {
        guard pair.connect() else { return nil }
        let end = pair.now + .seconds(10)
        while true {
            for case .opened(let id, let options) in pair.second.outputs where options.label == "file" {
                return id
            }
            guard pair.advance(until: end) else { return nil }
        }
    }

    static func messages(_ outputs: [DataChannelEvent]) -> [DataChannelMessage] {
        outputs.compactMap { if case .message(_, let message) = $0 { message } else { nil } }
    }
}

@Suite("Data between two peer connections", .rfc(8831, "6"))
struct DataPeerTests {
    @Test(.row("F-04"), arguments: 0..<8 as Range<UInt64>)
    func `messages of all lengths arrive once and in order, both ways`(seed: UInt64) throws {
        var pair = try PeerTestSupport.dataPair(conditions: PeerTestSupport.rough(seed), seed: seed)
        let opened = PeerTestSupport.channel(&pair)
        let id = try #require(opened)
        var random = SeededRandom(seed: seed)
        let lengths = [0, 1, 1149, 1150, 1151, 16_384, 65_536, 0, 200_000, 17]
        let there = lengths.map { DataChannelMessage.binary(random.bytes($0)) } + [.text(""), .text("done")]
        let back = lengths.reversed().map { DataChannelMessage.binary(random.bytes($0)) } + [.text("thanks")]
        for message in there { try pair.first.peer.send(message, on: id, now: pair.now) }
        for message in back { try pair.second.peer.send(message, on: id, now: pair.now) }
        pair.drain()
        pair.run(for: .seconds(120))
        let (atSecond, atFirst) = (pair.second.outputs, pair.first.outputs)
        #expect(PeerTestSupport.messages(atSecond) == there)
        #expect(PeerTestSupport.messages(atFirst) == back)
        let waiting = pair.first.peer.bufferedAmount(of: id) + pair.second.peer.bufferedAmount(of: id)
        #expect(waiting == 0)
    }

    @Test(arguments: [true, false], 0..<4 as Range<UInt64>)
    func `either end closes a channel after what waits on it`(isFirst: Bool, seed: UInt64) throws {
        var pair = try PeerTestSupport.dataPair(conditions: PeerTestSupport.rough(seed), seed: seed)
        let opened = PeerTestSupport.channel(&pair)
        let id = try #require(opened)
        let message = DataChannelMessage.binary([UInt8](repeating: 7, count: 100_000))
        if isFirst {
            try pair.first.peer.send(message, on: id, now: pair.now)
            pair.first.peer.close(id, now: pair.now)
        } else {
            try pair.second.peer.send(message, on: id, now: pair.now)
            pair.second.peer.close(id, now: pair.now)
        }
        pair.drain()
        #expect(throws: DataChannelError.noSuchChannel) {
            if isFirst {
                try pair.first.peer.send(message, on: id, now: pair.now)
            } else {
                try pair.second.peer.send(message, on: id, now: pair.now)
            }
        }
        pair.run(for: .seconds(60))
        let (first, second) = (pair.first.outputs, pair.second.outputs)
        #expect(first.filter { $0 == .closed(id) }.count == 1 && second.filter { $0 == .closed(id) }.count == 1)
        #expect(PeerTestSupport.messages(isFirst ? second : first) == [message])
    }

    @Test func `whoever does not read holds the sender back, and loses nothing`() throws {
        var pair = try PeerTestSupport.dataPair(conditions: NetworkConditions(delay: .milliseconds(5)), seed: 1)
        let opened = PeerTestSupport.channel(&pair)
        let id = try #require(opened)
        pair.second.isReading = false
        let message = DataChannelMessage.binary([UInt8](repeating: 1, count: 65_536))
        var sent = 0
        // More than the one end may send ahead and the other may keep, several times over.
        for _ in 0..<64 {
            for _ in 0..<16 {
                guard (try? pair.first.peer.send(message, on: id, now: pair.now)) != nil else { break }
                sent += 1
            }
            pair.drain()
            pair.run(for: .seconds(1))
        }
        let waiting = pair.first.peer.bufferedAmount(of: id)
        let bytes = sent * 65_536
        #expect(bytes <= SCTPLimits.sendBuffer + SCTPLimits.receiveBuffer + 2 * 65_536, "\(bytes)")
        #expect(waiting >= bytes - SCTPLimits.receiveBuffer - 2 * 65_536, "\(waiting) of \(bytes)")
        #expect(throws: DataChannelError.self) { try pair.first.peer.send(message, on: id, now: pair.now) }
        // Zero-window probes go on, and nobody spins or gives up.
        let areConnected = pair.areConnected
        #expect(areConnected)
        pair.second.isReading = true
        pair.drain()
        pair.run(for: .seconds(120))
        let outputs = pair.second.outputs
        #expect(PeerTestSupport.messages(outputs).count == sent)
        let rest = pair.first.peer.bufferedAmount(of: id)
        #expect(rest == 0)
    }

    @Test(.attack(2)) func `a peer that vanishes is reported, and what is not sent stays bounded`() throws {
        var pair = try PeerTestSupport.dataPair(seed: 2)
        let opened = PeerTestSupport.channel(&pair)
        let id = try #require(opened)
        pair.conditions.loss = 1
        let message = DataChannelMessage.binary([UInt8](repeating: 1, count: 200_000))
        var sent = 0
        for _ in 0..<200 where (try? pair.first.peer.send(message, on: id, now: pair.now)) != nil { sent += 1 }
        #expect(sent <= SCTPLimits.sendBuffer / 200_000 + 1)
        pair.drain()
        pair.run(for: .seconds(60))
        let events = pair.first.events
        #expect(events.contains(.disconnected))
        #expect(events.contains { if case .failed = $0 { true } else { false } })
        let (isFirst, isSecond) = (pair.first.peer.isConnected, pair.second.peer.isConnected)
        #expect(!isFirst && !isSecond)
    }

    @Test func `a peer that says goodbye is gone at once`() throws {
        var pair = try PeerTestSupport.dataPair(seed: 3)
        let opened = PeerTestSupport.channel(&pair)
        #expect(opened != nil)
        pair.first.peer.close(now: pair.now)
        pair.drain()
        pair.run(for: .seconds(1))
        let (events, outputs) = (pair.second.events, pair.second.outputs)
        #expect(events.contains(.closed))
        #expect(outputs.contains { if case .disconnected = $0 { true } else { false } })
    }

    @Test func `nothing is sent before the peer is there`() throws {
        var peer = PeerTestSupport.offerer(seed: 4)
        let id = DataChannelID(0)
        #expect(throws: DataChannelError.noSuchChannel) { try peer.send(.text("early"), on: id, now: .zero) }
        let waiting = peer.bufferedAmount(of: id)
        #expect(waiting == 0)
    }
}
