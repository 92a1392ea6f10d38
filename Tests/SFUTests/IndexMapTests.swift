// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCTestKit
import SFU
import Testing

/// Where sequence code is begun from, so that every wrap-around is met.
let wrapStarts: [UInt16] = [0, 1, 127, 128, 255, 32767, 32768, 65534, 65535]

@Suite("Renumbering: indices", .rfc(3711, "9.1"), .row("M-19"))
struct IndexMapTests {
    @Test(arguments: wrapStarts)
    func `keeps the distance within a run, from every start`(start: UInt16) {
        var map = IndexMap(first: start)
        let base: UInt64 = 1 << 20
        let first = map.map(base)
        #expect(first == UInt64(start & 0x7fff))
        for step in 1..<200_000 as Range<UInt64> { #expect(map.map(base + step) == first! + step) }
    }

    @Test func `maps late packets of a run to where they belong, and older ones to nothing`() {
        var map = IndexMap(first: 100)
        #expect(map.map(1000) == 100)
        #expect(map.map(1002) == 102)
        #expect(map.map(1001) == 101)
        #expect(map.map(999) == nil)
    }

    @Test func `goes on at the next index after a jump of the source`() {
        var map = IndexMap(first: 7)
        #expect(map.map(10) == 7)
        #expect(map.map(11) == 8)
        #expect(map.map(11 + IndexMap.maximumGap) == 8 + IndexMap.maximumGap)
        #expect(map.map(100_000_000) == 9 + IndexMap.maximumGap)
        #expect(map.map(99_999_999) == nil)
    }

    /// The property on which AES-GCM depends: whatever the source does, no index is given out twice.
    @Test(arguments: 0..<50 as Range<UInt64>)
    func `never gives out an index twice, whatever the source does`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var map = IndexMap(first: UInt16(truncatingIfNeeded: random.next()))
        var given: Set<UInt64> = []
        // A source's own indices are unique: its replay window sees to that.
        var used: Set<UInt64> = []
        var position = random.next() % (1 << 30)
        for _ in 0..<5000 {
            switch random.next() % 100 {
            case 0: map.interrupt()
            case 1: position = random.next() % (1 << 40)
            case 2...10: position &-= min(position, random.next() % 600)
            default: position += random.next() % 3 + 1
            }
            guard used.insert(position).inserted, let index = map.map(position) else { continue }
            #expect(given.insert(index).inserted)
        }
        #expect(!given.isEmpty)
    }
}

@Suite("Renumbering: VP8 picture ids", .rfc(7741, "4.2"), .row("M-19"))
struct PictureIDMapTests {
    @Test(arguments: wrapStarts)
    func `keeps ids contiguous over a new run, in 15 bits`(start: UInt16) {
        var map = PictureIDMap()
        let source = start & 0x7fff
        map.start(at: source, bits: 15)
        var last = map.map(source, bits: 15)
        for step in 1...40_000 as ClosedRange<UInt16> {
            let mapped = map.map((source &+ step) & 0x7fff, bits: 15)
            #expect(mapped == (last &+ 1) & 0x7fff)
            last = mapped
        }
        map.start(at: 12345, bits: 15)
        #expect(map.map(12345, bits: 15) == (last &+ 1) & 0x7fff)
    }

    @Test func `keeps ids contiguous over a new run, in 7 bits`() {
        var map = PictureIDMap()
        map.start(at: 120, bits: 7)
        for id in [120, 121, 127, 0, 5] as [UInt16] { #expect(map.map(id, bits: 7) == id) }
        map.start(at: 77, bits: 7)
        #expect(map.map(77, bits: 7) == 6)
        #expect(map.map(78, bits: 7) == 7)
    }
}
