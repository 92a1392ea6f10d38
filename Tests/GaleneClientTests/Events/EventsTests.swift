// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCTestKit
import Testing

@testable import GaleneClient

@Suite("Events for several consumers")
struct EventsTests {
    private func broadcast(count: Int = 100, bytes: Int = 1000) -> EventBroadcast<Int> {
        var limits = EventLimits()
        limits.count = count
        limits.bytes = bytes
        return EventBroadcast(limits: limits)
    }

    @Test func `each consumer gets everything from when it came, in order`() async throws {
        let broadcast = broadcast()
        let first = broadcast.subscribe()
        broadcast.send(1)
        let second = broadcast.subscribe()
        async let one = first.reduce(into: [Int]()) { $0.append($1) }
        for number in 2...50 { broadcast.send(number) }
        broadcast.finish()
        broadcast.send(51)
        #expect(try await one == Array(1...50))
        #expect(try await second.reduce(into: [Int]()) { $0.append($1) } == Array(2...50))
        // Who comes after the end finds it.
        #expect(try await broadcast.subscribe().reduce(into: [Int]()) { $0.append($1) } == [])
    }

    @Test(arguments: [(10, 1000, 1), (100, 50, 5)])
    func `a consumer that does not read is told so, and costs others nothing`(
        count: Int, bytes: Int, weight: Int
    ) async throws {
        let broadcast = broadcast(count: count, bytes: bytes)
        let slow = broadcast.subscribe()
        let fast = broadcast.subscribe()
        var iterator = fast.makeAsyncIterator()
        for number in 0..<20 {
            broadcast.send(number, weight: weight)
            #expect(try await iterator.next() == number)
        }
        var read: [Int] = []
        let error = await #expect(throws: ServerConnectionError.self) {
            for try await number in slow { read.append(number) }
        }
        #expect(error?.code == .fellBehind)
        #expect(read == Array(0..<10), "what was kept is given out first")
        broadcast.send(20)
        #expect(try await iterator.next() == 20)
    }

    @Test func `taking makes room`() async throws {
        let broadcast = broadcast(count: 4, bytes: 10)
        let events = broadcast.subscribe()
        var iterator = events.makeAsyncIterator()
        for number in 0..<1000 {
            broadcast.send(number, weight: 3)
            broadcast.send(number, weight: 3)
            #expect(try await iterator.next() == number)
            #expect(try await iterator.next() == number)
        }
    }

    @Test func `where early events are kept the first consumer gets them, also after the end`() async throws {
        let broadcast = EventBroadcast<Int>(limits: EventLimits(), keepsEarly: true)
        broadcast.send(1)
        let first = broadcast.subscribe()
        let second = broadcast.subscribe()
        broadcast.send(2)
        broadcast.finish()
        #expect(try await first.reduce(into: [Int]()) { $0.append($1) } == [1, 2])
        #expect(try await second.reduce(into: [Int]()) { $0.append($1) } == [2])
        let late = EventBroadcast<Int>(limits: EventLimits(), keepsEarly: true)
        late.send(3)
        late.finish()
        #expect(try await late.subscribe().reduce(into: [Int]()) { $0.append($1) } == [3])
    }

    @Test func `a consumer that is cancelled is let go`() async throws {
        let broadcast = broadcast()
        let events = broadcast.subscribe()
        let task = Task { try await events.reduce(0) { $0 + $1 } }
        broadcast.send(1)
        task.cancel()
        _ = try await task.value
        #expect(!events.queue.isOpen)
    }

    @Test func `what may be left out never pushes out what may not`() async throws {
        var limits = EventLimits()
        limits.count = 10
        let broadcast = EventBroadcast<Int>(limits: limits)
        let events = broadcast.subscribe()
        for number in 0..<1000 { broadcast.send(number, mayBeLeftOut: true) }
        broadcast.send(-1)
        var iterator = events.makeAsyncIterator()
        #expect(try await iterator.next() == 0)
        #expect(try await iterator.next() == -1)
        broadcast.send(7, mayBeLeftOut: true)
        #expect(try await iterator.next() == 7)
    }
}
