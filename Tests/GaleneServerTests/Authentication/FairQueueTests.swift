// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCTestKit
import Testing

@testable import GaleneServer

@Suite("A queue with lanes", .attack(27))
struct FairQueueTests {
    @Test func `lanes take turns, and each keeps its order`() {
        var queue = FairQueue<String, Int>(capacity: 100, laneCapacity: 100)
        for number in 0..<5 { queue.append(number, to: "a") }
        queue.append(10, to: "b")
        queue.append(20, to: "c")
        queue.append(11, to: "b")
        #expect(queue.count == 8)
        var order: [Int] = []
        while let next = queue.popFirst() { order.append(next) }
        #expect(order == [0, 10, 20, 1, 11, 2, 3, 4])
        #expect(queue.count == 0 && queue.popFirst() == nil)
    }

    @Test func `a lane has room of its own, and all together have an end`() {
        var queue = FairQueue<Int, Int>(capacity: 5, laneCapacity: 2)
        for lane in 0..<2 {
            for _ in 0..<2 { queue.append(0, to: lane) }
            #expect(!queue.hasRoom(in: lane))
        }
        #expect(queue.hasRoom(in: 2))
        queue.append(0, to: 2)
        #expect(!queue.hasRoom(in: 2) && !queue.hasRoom(in: 3))
        _ = queue.popFirst()
        #expect(queue.hasRoom(in: 0) && queue.hasRoom(in: 3))
    }
}
