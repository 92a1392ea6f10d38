// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCTestKit
import Testing

@testable import SFU

/// Where sequence code is begun from, so that every wrap-around is met.
let wrapStarts: [UInt16] = [0, 1, 127, 128, 255, 32767, 32768, 65534, 65535]

@Suite("Renumbering: indices", .rfc(3711, "9.1"), .row("M-19"), .row("M-32"))
struct IndexMapTests {
    @Test(arguments: wrapStarts)
    func `keeps the distance within a run, from every start`(start: UInt16) {
        var map = IndexMap(first: start)
        let base: UInt64 = 1 << 20
        let first = map.map(base)?.index
        #expect(first == UInt64(start & 0x7fff))
        var step: UInt64 = 1
        var mistakes = 0
        while step < 200_000 {
            if map.map(base + step)?.index != first! + step { mistakes += 1 }
            step += 1
        }
        #expect(mistakes == 0)
    }

    @Test func `maps late packets of a run to where they belong, and older ones to nothing`() {
        var map = IndexMap(first: 100)
        var mapped: [UInt64?] = []
        for source in [1000, 1002, 1001, 999] as [UInt64] { mapped.append(map.map(source)?.index) }
        #expect(mapped == [100, 102, 101, nil])
    }

    @Test func `goes on at the next index after a jump of the source`() {
        var map = IndexMap(first: 7)
        let gap = IndexMap.maximumGap
        var mapped: [UInt64?] = []
        for source in [10, 11, 11 + gap, 100_000_000, 99_999_999] as [UInt64] { mapped.append(map.map(source)?.index) }
        #expect(mapped == [7, 8, 8 + gap, 9 + gap, nil])
    }

    @Test(arguments: wrapStarts)
    func `closes the gap that a dropped packet leaves, from every start`(start: UInt16) {
        var map = IndexMap(first: start)
        var next = UInt64(start & 0x7fff)
        var source = UInt64(start) + 65_536
        var mistakes = 0
        for step in 0..<70_000 {
            if step > 0, step % 3 == 1 {
                map.drop(source, pictures: 1)
            } else {
                if map.map(source)?.index != next { mistakes += 1 }
                next += 1
            }
            source += 1
        }
        #expect(mistakes == 0)
    }

    @Test func `leaves room for what was missing before a dropped packet, and knows it when it comes`() {
        var map = IndexMap(first: 0)
        let first = map.map(10)?.index
        #expect(first == 0)
        // 11 is missing, 12 is dropped, 13 follows; 14 is missing, 15 dropped, 16 follows.
        map.drop(12, pictures: 1)
        let third = map.map(13)?.index
        #expect(third == 2)
        map.drop(15, pictures: 1)
        let fifth = map.map(16)?.index
        #expect(fifth == 4)
        let late = map.map(14)
        #expect(late?.index == 3 && late?.pictures == 1)
        let later = map.map(11)
        #expect(later?.index == 1 && later?.pictures == 0)
        let older = map.map(9)?.index
        let end = map.end
        #expect(older == nil && end == 5)
    }

    @Test func `counts pictures that were dropped, from the source's first on`() {
        var map = IndexMap(first: 0)
        _ = map.map(1)
        map.drop(2, pictures: 1)
        map.drop(3, pictures: 0)
        let dropped = map.map(4)?.pictures
        #expect(dropped == 1)
        map.interrupt()
        let anew = map.map(100)?.pictures
        #expect(anew == 0)
    }

    @Test func `forgets runs that are too old, and gives nothing for what was in them`() {
        var map = IndexMap(first: 0)
        _ = map.map(0)
        var source: UInt64 = 2
        for _ in 0...IndexMap.history {
            map.drop(source, pictures: 0)
            _ = map.map(source + 1)
            source += 3
        }
        let forgotten = map.map(1)?.index
        let remembered = map.map(source - 4)?.index
        #expect(forgotten == nil && remembered != nil)
    }

    /// The property on which AES-GCM depends: whatever the source does, no index is given out twice.
    @Test(arguments: 0..<100 as Range<UInt64>)
    func `never gives out an index twice, whatever the source does and whatever is dropped`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var map = IndexMap(first: UInt16(truncatingIfNeeded: random.next()))
        var given: Set<UInt64> = []
        // A source's own indices are unique: its replay window sees to that.
        var used: Set<UInt64> = []
        var position = random.next() % (1 << 30)
        var mistakes = 0
        for _ in 0..<5000 {
            switch random.next() % 100 {
            case 0:
                map.interrupt()
                // Another source, perhaps, whose indices may be anywhere.
                used.removeAll()
                position = random.next() % (1 << 30)
            case 1: position = random.next() % (1 << 40)
            case 2...10: position &-= min(position, random.next() % 600)
            default: position += random.next() % 3 + 1
            }
            guard used.insert(position).inserted else { continue }
            if random.next() % 3 == 0, !map.beginsRun(position), !map.isLate(position) {
                map.drop(position, pictures: 1)
                continue
            }
            guard let index = map.map(position)?.index else { continue }
            if !given.insert(index).inserted || index >= map.end { mistakes += 1 }
        }
        #expect(!given.isEmpty && mistakes == 0)
    }

    /// What a receiver sees of a lossless source has no gap, whatever is dropped.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func `leaves no gap in what arrives, even out of order`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var map = IndexMap(first: 0)
        var given: Set<UInt64> = []
        // Of each eight packets some are late by up to six places.
        for block in 0..<200 as Range<UInt64> {
            var order = (0..<8).map { block * 8 + UInt64($0) }
            if block > 0 { order.swapAt(Int(random.next() % 8), Int(random.next() % 8)) }
            for source in order {
                if source % 4 == 3, !map.isLate(source) {
                    map.drop(source, pictures: 0)
                } else if let index = map.map(source)?.index {
                    given.insert(index)
                }
            }
        }
        let end = map.end
        #expect(given.count == Int(end) && given.max() == end - 1)
    }
}
