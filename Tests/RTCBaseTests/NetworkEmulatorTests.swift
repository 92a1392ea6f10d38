// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import Testing

@Suite("Network emulator")
struct NetworkEmulatorTests {
    /// Sends a datagram each millisecond and collects what arrives, with the time of its arrival.
    private func run(
        _ conditions: NetworkConditions, seed: UInt64, count: Int = 2000, size: Int = 1000
    ) -> [(number: Int, sent: Instant, arrived: Instant)] {
        var network = NetworkEmulator<(number: Int, sent: Instant)>(conditions, seed: seed)
        var arrivals: [(number: Int, sent: Instant, arrived: Instant)] = []
        for number in 0..<count {
            let now = Instant.zero + .milliseconds(number)
            while let deadline = network.deadline, deadline <= now, let datagram = network.receive(now: deadline) {
                arrivals.append((datagram.number, datagram.sent, deadline))
            }
            network.send((number, now), size: size, now: now)
        }
        while let deadline = network.deadline, let datagram = network.receive(now: deadline) {
            arrivals.append((datagram.number, datagram.sent, deadline))
        }
        #expect(network.sent == count)
        return arrivals
    }

    private let bad = NetworkConditions(
        loss: 0.1, duplication: 0.05, delay: .milliseconds(50), jitter: .milliseconds(30), rate: 12_000_000)

    @Test func `the same seed gives the same fates, another seed others`() {
        let first = run(bad, seed: 7)
        let second = run(bad, seed: 7)
        #expect(first.map(\.number) == second.map(\.number))
        #expect(first.map(\.arrived) == second.map(\.arrived))
        #expect(run(bad, seed: 8).map(\.number) != first.map(\.number))
    }

    @Test func `a perfect path loses nothing, keeps the order and takes no time`() {
        let arrivals = run(.perfect, seed: 1)
        #expect(arrivals.map(\.number) == Array(0..<2000))
        #expect(arrivals.allSatisfy { $0.arrived == $0.sent })
    }

    @Test(arguments: [0.05, 0.3, 0.7])
    func `loss is as frequent as asked, and does not change the others' arrival`(loss: Double) {
        var conditions = bad
        conditions.rate = nil
        let reference = run(conditions, seed: 5, count: 20_000)
        conditions.loss = 0
        conditions.duplication = 0
        let lossless = run(conditions, seed: 5, count: 20_000)
        #expect(lossless.count == 20_000)
        #expect(reference.count < 20_000)
        conditions.loss = loss
        let received = Double(run(conditions, seed: 5, count: 20_000).count)
        #expect(abs(received / 20_000 - (1 - loss)) < 0.015)
    }

    @Test func `duplicates are as frequent as asked`() {
        let arrivals = run(NetworkConditions(duplication: 0.25), seed: 5, count: 20_000)
        #expect(abs(Double(arrivals.count) / 20_000 - 1.25) < 0.015)
    }

    @Test func `delay and jitter bound the time that a datagram takes, and jitter reorders`() {
        let conditions = NetworkConditions(delay: .milliseconds(50), jitter: .milliseconds(30))
        let arrivals = run(conditions, seed: 2)
        let times = arrivals.map { $0.arrived - $0.sent }
        #expect(times.allSatisfy { $0 >= .milliseconds(50) && $0 < .milliseconds(80) })
        #expect(arrivals.map(\.arrived) == arrivals.map(\.arrived).sorted())
        #expect(arrivals.map(\.number) != Array(0..<2000))
        #expect(arrivals.map(\.number).sorted() == Array(0..<2000))
    }

    @Test func `a rate limit spaces datagrams and drops what does not fit its queue`() {
        // 8000 bits each millisecond are offered to a path of half that.
        let conditions = NetworkConditions(rate: 4_000_000, queueLimit: 10_000)
        let arrivals = run(conditions, seed: 2)
        let gaps = zip(arrivals.dropFirst(), arrivals).map { $0.arrived - $1.arrived }
        #expect(gaps.allSatisfy { $0 >= .milliseconds(2) })
        #expect(abs(arrivals.count - 1000) < 20)
        #expect(arrivals.allSatisfy { $0.arrived - $0.sent <= .milliseconds(20) }, "the queue is bounded")
    }

    @Test func `datagrams that arrive together keep the order in which they were sent`() {
        var network = NetworkEmulator<Int>(NetworkConditions(delay: .milliseconds(1)), seed: 1)
        for number in 0..<500 { network.send(number, size: 100, now: .zero) }
        #expect(network.receive(now: .zero) == nil)
        var received: [Int] = []
        while let number = network.receive(now: .zero + .milliseconds(1)) { received.append(number) }
        #expect(received == Array(0..<500))
        #expect(network.deadline == nil)
    }
}
