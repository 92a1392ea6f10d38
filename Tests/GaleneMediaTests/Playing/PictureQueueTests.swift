// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import Testing

@testable import GaleneMedia

@Suite("Pictures that wait for their time")
struct PictureQueueTests {
    private func at(_ milliseconds: Int64) -> Instant { .zero + .milliseconds(milliseconds) }

    @Test func `each is given when it is due`() {
        var queue = PictureQueue<Int>(interval: .zero)
        queue.push(1, due: at(100))
        queue.push(2, due: at(133))
        let early = queue.take(now: at(99))
        #expect(early == nil && queue.deadline == at(100))
        let first = queue.take(now: at(101))
        #expect(first == 1 && queue.deadline == at(133))
        let second = queue.take(now: at(133))
        #expect(second == 2 && queue.deadline == nil && queue.dropped == 0)
    }

    @Test func `of those that are late only the newest is given`() {
        var queue = PictureQueue<Int>(interval: .zero)
        for number in 0..<5 { queue.push(number, due: at(Int64(number) * 33)) }
        let late = queue.take(now: at(100))
        #expect(late == 3 && queue.dropped == 3 && queue.deadline == at(132))
    }

    @Test func `no more are given than are wanted`() {
        var queue = PictureQueue<Int>(interval: .milliseconds(100))
        var given: [Int] = []
        for number in 0..<100 {
            queue.push(number, due: at(Int64(number) * 20))
            if let picture = queue.take(now: at(Int64(number) * 20)) { given.append(picture) }
        }
        #expect(given == Array(stride(from: 0, to: 100, by: 5)))
    }

    @Test func `those that come out of order are put in order`() {
        var queue = PictureQueue<Int>(interval: .zero)
        queue.push(2, due: at(20))
        queue.push(1, due: at(10))
        let first = queue.take(now: at(15))
        let second = queue.take(now: at(20))
        #expect(first == 1 && second == 2)
    }

    @Test func `whoever decodes far ahead fills no memory`() {
        var queue = PictureQueue<Int>(interval: .zero)
        for number in 0..<1000 { queue.push(number, due: at(5000 + Int64(number))) }
        #expect(queue.dropped == 1000 - PictureQueue<Int>.mostWaiting && queue.deadline == at(5992))
    }
}
