// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
import RTCBase
import RTCTestKit
import Testing

/// Where sequence code is begun from, so that every wrap-around is met.
private let starts: [UInt64] = [0, 1, 127, 128, 255, 32767, 32768, 65534, 65535]

@Suite("NACK window", .rfc(4585, "6.2.1"), .row("M-21"))
struct NackWindowTests {
    private func time(_ milliseconds: Int) -> Instant { .zero + .milliseconds(milliseconds) }

    @Test(arguments: starts)
    func `asks for nothing while nothing is missing, from every start`(start: UInt64) {
        var window = NackWindow()
        for step in 0..<70_000 as Range<UInt64> {
            let arrival = window.receive(index: start + step, packetRate: 300, now: time(Int(step) * 3))
            #expect(arrival == .next)
        }
        #expect(window.deadline == nil && window.missingCount == 0)
    }

    @Test(arguments: starts)
    func `asks for a missing packet once packets of 20 ms have overtaken it, from every start`(start: UInt64) {
        var window = NackWindow()
        window.receive(index: start, packetRate: 200, now: time(0))
        // 200 packets a second: four in 20 ms. All of these arrive at once.
        for step in 2...5 as ClosedRange<UInt64> {
            window.receive(index: start + step, packetRate: 200, now: time(1))
            let requests = window.takeRequests(now: time(1))
            #expect(requests.isEmpty)
        }
        window.receive(index: start + 6, packetRate: 200, now: time(1))
        let requests = window.takeRequests(now: time(1))
        #expect(requests == [start + 1])
    }

    @Test func `asks after 20 ms when few packets follow, as those of sound do`() {
        var window = NackWindow()
        window.receive(index: 10, packetRate: 50, now: time(0))
        window.receive(index: 12, packetRate: 50, now: time(40))
        #expect(window.deadline == time(60))
        let early = window.takeRequests(now: time(59))
        #expect(early.isEmpty)
        let requests = window.takeRequests(now: time(60))
        #expect(requests == [11])
    }

    @Test func `takes no packet for lost that is only overtaken by a few`() {
        var window = NackWindow()
        for index in [1, 2, 4, 3, 5, 8, 7, 6, 9] as [UInt64] {
            window.receive(index: index, packetRate: 500, now: time(Int(index)))
            let requests = window.takeRequests(now: time(Int(index)))
            #expect(requests.isEmpty)
        }
        #expect(window.missingCount == 0 && window.deadline == nil)
    }

    @Test func `repeats a request a round trip later, gives up after five and 600 ms, and says so`() {
        var window = NackWindow()
        window.receive(index: 1, packetRate: 50, now: time(0))
        window.receive(index: 3, packetRate: 50, now: time(0))
        var asked: [Int] = []
        var gaveUp: Int?
        for millisecond in 0...2000 {
            let requests = window.takeRequests(now: time(millisecond))
            if !requests.isEmpty { asked.append(millisecond) }
            if window.takeGivenUp() { gaveUp = millisecond }
        }
        #expect(asked == [20, 145, 270, 395, 520])
        #expect(gaveUp == 770)
        #expect(window.missingCount == 0 && window.deadline == nil)
    }

    @Test func `learns the round trip, short or long`() {
        for roundTrip in [30, 300] {
            var window = NackWindow()
            var now = 0
            var index: UInt64 = 1
            for _ in 0..<60 {
                window.receive(index: index, packetRate: 50, now: time(now))
                window.receive(index: index + 2, packetRate: 50, now: time(now))
                var requested: Int?
                for _ in 0..<1000 {
                    now += 1
                    if let requested, now - requested == roundTrip {
                        let arrival = window.receive(index: index + 1, packetRate: 50, now: time(now))
                        #expect(arrival == .repaired)
                        break
                    }
                    let requests = window.takeRequests(now: time(now))
                    if requested == nil, !requests.isEmpty { requested = now }
                }
                index += 3
            }
            #expect(abs((window.roundTrip - .milliseconds(roundTrip)).wholeNanoseconds) < 5_000_000)
        }
    }

    @Test func `does not ask for what a key frame has made useless`() {
        var window = NackWindow()
        for index in [1, 3, 5, 9] as [UInt64] { window.receive(index: index, packetRate: 50, now: time(0)) }
        window.forget(before: 7)
        let requests = window.takeRequests(now: time(50))
        #expect(requests == [7, 8])
        window.forget(before: 9)
        #expect(window.deadline == nil)
        let gaveUp = window.takeGivenUp()
        #expect(!gaveUp)
    }

    @Test(.attack(16))
    func `waits for at most 256 packets, and gives up what a jump leaves behind`() {
        var window = NackWindow()
        window.receive(index: 0, packetRate: 100, now: time(0))
        for step in 1...2000 as ClosedRange<UInt64> {
            window.receive(index: step * 2, packetRate: 100, now: time(0))
            #expect(window.missingCount <= NackWindow.maximumMissing)
        }
        #expect(window.missingCount == 256)
        let hasOverflowed = window.takeGivenUp()
        #expect(hasOverflowed)
        let requests = window.takeRequests(now: time(20))
        #expect(requests.count == 256 && requests.first == 4000 - 511 && requests.last == 3999)
        window.receive(index: 1 << 40, packetRate: 100, now: time(21))
        #expect(window.missingCount == 0 && window.deadline == nil)
        let hasJumped = window.takeGivenUp()
        let isSaidAgain = window.takeGivenUp()
        #expect(hasJumped && !isSaidAgain)
    }

    /// A publisher of 300 packets a second that answers each NACK, over an emulated path.
    private struct Simulation: ~Copyable {
        var window = NackWindow()
        var up: NetworkEmulator<UInt64>
        var down: NetworkEmulator<UInt64>
        var arrived: Set<UInt64> = []
        var sent: UInt64
        var requests = 0
        var givenUp = 0
        var worstRepair = Duration.zero
        var sentAt: [UInt64: Instant] = [:]

        init(start: UInt64, up: NetworkConditions, down: NetworkConditions, seed: UInt64) {
            self.up = NetworkEmulator(up, seed: seed)
            self.down = NetworkEmulator(down, seed: seed &+ 1000)
            sent = start
        }

        mutating func run(milliseconds: Range<Int>, sends: Bool = true) {
            for millisecond in milliseconds {
                let now = Instant.zero + .milliseconds(millisecond)
                // Ten packets of a picture at once, thirty pictures a second.
                if sends, millisecond % 33 == 0 {
                    for _ in 0..<10 {
                        sentAt[sent] = now
                        up.send(sent, size: 1200, now: now)
                        sent += 1
                    }
                }
                while let index = down.receive(now: now) { up.send(index, size: 1200, now: now) }
                while let index = up.receive(now: now) {
                    // A replay window keeps duplicates from the window.
                    guard arrived.insert(index).inserted else { continue }
                    window.receive(index: index, packetRate: 300, now: now)
                    worstRepair = max(worstRepair, now - sentAt[index]!)
                }
                for index in window.takeRequests(now: now) {
                    requests += 1
                    down.send(index, size: 100, now: now)
                }
                if window.takeGivenUp() { givenUp += 1 }
            }
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `repairs 10 percent loss each way, with duplicates and reordering`(seed: UInt64) {
        let conditions = NetworkConditions(
            loss: 0.1, duplication: 0.02, delay: .milliseconds(50), jitter: .milliseconds(5))
        let start = starts[Int(seed) % starts.count]
        var simulation = Simulation(start: start, up: conditions, down: conditions, seed: seed)
        simulation.run(milliseconds: 0..<20_000)
        simulation.run(milliseconds: 20_000..<22_000, sends: false)
        let sent = Int(simulation.sent - start)
        // Of 600 lost ones at most a few, and of the last ones nobody knows that they were sent.
        #expect(sent - simulation.arrived.count <= 5)
        #expect(simulation.givenUp <= 2)
        // 1/0.81 requests for each of 10 percent, and what reordering of 5 ms and an unknown round trip add.
        #expect(simulation.requests < sent * 22 / 100)
        #expect(simulation.worstRepair < .milliseconds(1200))
    }

    @Test(arguments: 0..<10 as Range<UInt64>, [false, true])
    func `does not take reordering of 50 ms for loss once it has seen it`(seed: UInt64, isFlat: Bool) {
        // Even lateness up to 50 ms; and packets that are either in time or 50 ms late, of which none is only a little
        // late, so that each has been asked for before it comes.
        var simulation = Simulation(
            start: starts[Int(seed) % starts.count],
            up: NetworkConditions(delay: .milliseconds(20), jitter: isFlat ? .zero : .milliseconds(50)),
            down: NetworkConditions(delay: .milliseconds(20)), seed: seed)
        if isFlat {
            Self.runFlat(&simulation, milliseconds: 0..<5000, seed: seed)
        } else {
            simulation.run(milliseconds: 0..<5000)
        }
        let before = simulation.requests
        if isFlat {
            Self.runFlat(&simulation, milliseconds: 5000..<30_000, seed: seed)
        } else {
            simulation.run(milliseconds: 5000..<30_000)
        }
        // 7500 packets.
        #expect(simulation.requests - before <= 5)
        #expect(simulation.window.missingCount < 60)
        #expect(simulation.givenUp == 0)
    }

    /// Single packets, of which one in ten takes 50 ms longer.
    private static func runFlat(_ simulation: inout Simulation, milliseconds: Range<Int>, seed: UInt64) {
        var random = SeededRandom(seed: seed &+ UInt64(milliseconds.lowerBound))
        for millisecond in milliseconds {
            let now = Instant.zero + .milliseconds(millisecond)
            if millisecond % 4 == 0 {
                let isLate = random.next() % 10 == 0
                simulation.up.conditions.delay = .milliseconds(isLate ? 70 : 20)
                simulation.sentAt[simulation.sent] = now
                simulation.up.send(simulation.sent, size: 1200, now: now)
                simulation.sent += 1
            }
            simulation.up.conditions.delay = .milliseconds(20)
            simulation.run(milliseconds: millisecond..<(millisecond + 1), sends: false)
        }
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func `recovers from 5 seconds of 30 percent loss`(seed: UInt64) {
        let bad = NetworkConditions(loss: 0.3, delay: .milliseconds(50))
        var simulation = Simulation(start: 65_500, up: bad, down: bad, seed: seed)
        simulation.run(milliseconds: 0..<5000)
        simulation.up.conditions.loss = 0
        simulation.down.conditions.loss = 0
        simulation.run(milliseconds: 5000..<6500)
        #expect(simulation.window.missingCount == 0)
        let lost = Int(simulation.sent - 65_500) - simulation.arrived.count
        #expect(lost <= 60)
    }
}
