// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import SCTP
import Testing

@Suite("Throughput of an SCTP association")
struct ThroughputTests {
    /// Sends `bytes` in messages of 16 KiB, as a transfer of a file does, and returns bytes a second of virtual time.
    private func throughput(_ conditions: NetworkConditions, bytes: Int, seed: UInt64) throws -> Double {
        var configuration = SCTPConfiguration()
        configuration.maximumPacketLength = 1150
        let pair = SCTPPair(left: configuration, right: configuration, conditions, seed: seed)
        pair.connect()
        let begin = pair.now
        let block = [UInt8](repeating: 1, count: 16_384)
        let count = bytes / block.count
        var sent = 0
        while sent < count {
            while sent < count, pair.left.association.bufferedAmount < 1_000_000 {
                try pair.left.send(block, now: pair.now)
                sent += 1
            }
            pair.run(limit: .seconds(600)) { $0.left.association.bufferedAmount < 500_000 }
        }
        pair.run(limit: .seconds(600)) { $0.right.messages.count == count }
        #expect(pair.right.messages.count == count)
        return Double(bytes) / (pair.now - begin).inSeconds
    }

    @Test(arguments: [1, 5, 20])
    func `a path without losses is filled`(milliseconds: Int64) throws {
        let conditions = NetworkConditions(
            delay: .milliseconds(milliseconds), rate: 50_000_000, queueLimit: 150_000)
        let rate = try throughput(conditions, bytes: 20_000_000, seed: 1)
        #expect(rate > 0.8 * 50_000_000 / 8, "\(Int(rate)) bytes a second")
    }

    /// What a TCP that gives up half gets of such a path, by Mathis' formula, with its larger segments.
    private func mathis(loss: Double, roundTrip: Double) -> Double { 1448 / roundTrip * (1.5 / loss).squareRoot() }

    @Test(arguments: [(0.01, 50), (0.01, 100), (0.001, 50), (0.05, 50)] as [(Double, Int64)])
    func `losses cost no more than they cost a TCP`(loss: Double, roundTrip: Int64) throws {
        let conditions = NetworkConditions(loss: loss, delay: .milliseconds(roundTrip / 2), rate: 100_000_000)
        let tcp = mathis(loss: loss, roundTrip: Double(roundTrip) / 1000)
        let rates = try (0..<3).map { try throughput(conditions, bytes: Int(20 * tcp), seed: $0) }
        let mean = rates.reduce(0, +) / 3
        #expect(mean > 0.6 * tcp, "\(Int(mean)) bytes a second, \(Int(tcp)) by the formula")
    }

    @Test(arguments: [(20_000_000, 50), (100_000_000, 50), (100_000_000, 100)] as [(Int, Int64)])
    func `a path that loses one packet in a hundred is filled all the same`(rate: Int, roundTrip: Int64) throws {
        let conditions = NetworkConditions(
            loss: 0.01, delay: .milliseconds(roundTrip / 2), rate: rate, queueLimit: rate / 8 / 20)
        let rates = try (0..<3).map { try throughput(conditions, bytes: 3 * rate / 8, seed: $0) }
        let mean = rates.reduce(0, +) / 3
        #expect(mean > 0.5 * Double(rate) / 8, "\(Int(mean)) bytes a second of \(rate / 8)")
    }

    /// Losses without a queue are answered once they are more than a path that is not full has.
    @Test func `a path that loses five packets in a hundred is left to others`() throws {
        let conditions = NetworkConditions(loss: 0.05, delay: .milliseconds(25), rate: 50_000_000, queueLimit: 300_000)
        let rates = try (0..<3).map { try throughput(conditions, bytes: 2_000_000, seed: $0) }
        let mean = rates.reduce(0, +) / 3
        #expect(mean < 0.25 * 50_000_000 / 8, "\(Int(mean)) bytes a second")
    }

    @Test func `after an outage it goes on within seconds`() throws {
        let pair = SCTPPair(NetworkConditions(delay: .milliseconds(25)), seed: 1)
        pair.connect()
        for _ in 0..<100 { try pair.left.send([UInt8](repeating: 1, count: 16_384), now: pair.now) }
        pair.run(limit: .milliseconds(200))
        pair.change(NetworkConditions(loss: 1))
        pair.run(limit: .seconds(20))
        pair.change(NetworkConditions(delay: .milliseconds(25)))
        let back = pair.now
        #expect(pair.run(limit: .seconds(60)) { $0.right.messages.count == 100 })
        #expect(pair.now - back < .seconds(13))
    }
}
