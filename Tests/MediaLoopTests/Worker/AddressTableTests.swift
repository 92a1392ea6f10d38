// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import Testing

@testable import MediaLoop

@Suite("Address table")
struct AddressTableTests {
    static func address(_ number: Int) -> TransportAddress {
        TransportAddress(IPAddress(v4: UInt32(number / 5)), port: UInt16(number % 5))
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `agrees with a dictionary over random changes`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var table = AddressTable(key: random.next())
        var model: [TransportAddress: Handle] = [:]
        for _ in 0..<5000 {
            let address = Self.address(Int(random.next() % 400))
            let stream = Handle(index: UInt32(random.next() % 8), generation: 1)
            switch random.next() % 3 {
            case 0, 1:
                table.set(address, to: stream)
                model[address] = stream
            default:
                table.remove(address, of: stream)
                if model[address] == stream { model[address] = nil }
            }
        }
        for number in 0..<400 {
            let found = table.stream(of: Self.address(number))
            #expect(found == model[Self.address(number)])
        }
        let count = table.count
        #expect(count == model.count)
    }
}

@Suite("Deadline queue")
struct DeadlineQueueTests {
    @Test(arguments: 0..<10 as Range<UInt64>)
    func `hands out what is due, earliest first`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var queue = DeadlineQueue()
        var model: [Int64] = []
        for index in 0..<500 as Range<UInt32> {
            let deadline = Int64(random.next() % 1000)
            queue.push(Instant(nanoseconds: deadline), Handle(index: index, generation: 1))
            model.append(deadline)
        }
        model.sort()
        var popped: [Int64] = []
        for now in stride(from: 0 as Int64, through: 1000, by: 50) {
            #expect(queue.next.map { $0.nanoseconds } == model.dropFirst(popped.count).first)
            while let entry = queue.pop(now: Instant(nanoseconds: now)) {
                #expect(entry.deadline.nanoseconds <= now)
                popped.append(entry.deadline.nanoseconds)
            }
        }
        #expect(popped == model)
    }
}
