// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Fixed slots for decrypted packets, cut from slabs and never returned to the system while the pool lives.
///
/// A packet is decrypted into a spare slot and the slot changes hands (``PacketRing``): nothing is copied, and after the
/// rings have filled nothing is allocated.
public struct PacketPool: ~Copyable {
    /// Bytes of a slot: an Ethernet payload (1500) rounded up to a multiple of a cache line. Longer packets are dropped
    /// and counted before they get here.
    public static let slotSize = 1536
    private static let slotsPerSlab = 64

    private var slabs: [UnsafeMutableRawPointer] = []
    private var free: [UnsafeMutableRawPointer] = []

    public init() {}

    deinit {
        for slab in slabs { slab.deallocate() }
    }

    /// A slot with undefined contents.
    public mutating func take() -> UnsafeMutableRawPointer {
        if let slot = free.popLast() { return slot }
        let slab = UnsafeMutableRawPointer.allocate(byteCount: Self.slotSize * Self.slotsPerSlab, alignment: 64)
        slabs.append(slab)
        free.reserveCapacity(slabs.count * Self.slotsPerSlab)
        for index in 1..<Self.slotsPerSlab { free.append(slab + index * Self.slotSize) }
        return slab
    }

    /// Takes back a slot of this pool.
    public mutating func give(_ slot: UnsafeMutableRawPointer) { free.append(slot) }

    /// Slots cut so far, free or not.
    public var capacity: Int { slabs.count * Self.slotsPerSlab }
    /// Slots that somebody holds.
    public var taken: Int { capacity - free.count }
}
