// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCTestKit
import Testing

@testable import SFU

@Suite("Packet ring")
struct PacketRingTests {
    /// Inserts a packet and returns what the ring said.
    static func insert(
        _ index: UInt64, _ ring: inout PacketRing, _ slot: inout UnsafeMutableRawPointer, _ pool: inout PacketPool
    ) -> PacketRing.Insertion {
        let packet = CachedPacket(
            index: index, payload: slot, timestamp: UInt32(truncatingIfNeeded: index), payloadLength: 1, marker: false)
        return ring.insert(packet, slot: &slot, from: &pool)
    }

    @Test(arguments: wrapStarts)
    func `holds the last packets and no older ones`(start: UInt16) {
        var pool = PacketPool()
        var ring = PacketRing(capacity: 32)
        var slot = pool.take()
        for step in 0..<100 {
            #expect(Self.insert(UInt64(start) + UInt64(step), &ring, &slot, &pool) == .stored)
            ring.clearFresh()
        }
        let newest = UInt64(start) + 99
        for age in 0..<32 as Range<UInt64> { #expect(ring.packet(at: newest - age)?.index == newest - age) }
        #expect(ring.packet(at: newest &- 32) == nil)
        let late = Self.insert(newest &- 32, &ring, &slot, &pool)
        #expect(late == .tooOld)
    }

    @Test func `hands out fresh packets in the order of arrival`() {
        var pool = PacketPool()
        var ring = PacketRing(capacity: 8)
        var slot = pool.take()
        for index in [5, 7, 6, 9] as [UInt64] { _ = Self.insert(index, &ring, &slot, &pool) }
        let order = (0..<ring.freshCount).map { ring.freshPacket($0).index }
        #expect(order == [5, 7, 6, 9])
    }

    @Test func `refuses to overwrite what has not been forwarded`() {
        var pool = PacketPool()
        var ring = PacketRing(capacity: 4)
        var slot = pool.take()
        for index in 0..<4 as Range<UInt64> { _ = Self.insert(index, &ring, &slot, &pool) }
        #expect(Self.insert(4, &ring, &slot, &pool) == .full)
        ring.clearFresh()
        #expect(Self.insert(4, &ring, &slot, &pool) == .stored)
        // A jump that lands on the place of a packet which is still fresh.
        #expect(Self.insert(8, &ring, &slot, &pool) == .full)
    }

    @Test func `gives every slot back`() {
        var pool = PacketPool()
        var ring = PacketRing(capacity: 16)
        var slot = pool.take()
        for index in 0..<1000 as Range<UInt64> {
            _ = Self.insert(index, &ring, &slot, &pool)
            ring.clearFresh()
        }
        #expect(pool.taken == 17)
        ring.drain(into: &pool)
        #expect(pool.taken == 1)
    }

    @Test(.row("M-20"), arguments: [8, 32, 128], [8, 32, 128])
    func `keeps the newest packets when it is resized, and gives the slots of the others back`(old: Int, new: Int) {
        for start in wrapStarts {
            var pool = PacketPool()
            var ring = PacketRing(capacity: old)
            var slot = pool.take()
            for step in 0..<500 as Range<UInt64> {
                _ = Self.insert(UInt64(start) + step, &ring, &slot, &pool)
                ring.clearFresh()
            }
            let newest = UInt64(start) + 499
            let payload = ring.packet(at: newest)?.payload
            ring.resize(to: new, pool: &pool)
            #expect(ring.capacity == new)
            #expect(ring.packet(at: newest)?.payload == payload)
            for age in 0..<200 as Range<UInt64> {
                #expect((ring.packet(at: newest - age) != nil) == (age < UInt64(min(old, new))))
            }
            #expect(pool.taken == min(old, new) + 1)
            for step in 500..<1000 as Range<UInt64> {
                #expect(Self.insert(UInt64(start) + step, &ring, &slot, &pool) == .stored)
                ring.clearFresh()
            }
            #expect(pool.taken == new + 1)
        }
    }

    @Test func `takes an index only once`() {
        var pool = PacketPool()
        var ring = PacketRing(capacity: 8)
        var slot = pool.take()
        #expect(Self.insert(3, &ring, &slot, &pool) == .stored)
        #expect(Self.insert(3, &ring, &slot, &pool) == .tooOld)
        ring.clearFresh()
        #expect(Self.insert(3, &ring, &slot, &pool) == .tooOld)
        #expect(ring.freshCount == 0)
    }
}
