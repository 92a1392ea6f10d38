// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// The last packets of one source, each at the place that its index gives, so that any of them is found in one step.
public struct PacketRing: ~Copyable {
    private struct Place: BitwiseCopyable {
        var slot: UnsafeMutableRawPointer?
        var packet: CachedPacket?
    }

    private var places: UnsafeMutablePointer<Place>
    private var mask: UInt64
    /// The places of the packets that arrived since ``clearFresh()``, in the order of arrival.
    private var fresh: UnsafeMutablePointer<UInt32>
    public private(set) var freshCount = 0
    /// The highest index taken in.
    public private(set) var highest: UInt64?

    /// - Parameter capacity: packets; a power of two.
    public init(capacity: Int) {
        precondition(capacity > 0 && capacity & (capacity - 1) == 0, "a ring's capacity is a power of two")
        mask = UInt64(capacity - 1)
        places = .allocate(capacity: capacity)
        places.initialize(repeating: Place(), count: capacity)
        fresh = .allocate(capacity: capacity)
    }

    deinit {
        places.deallocate()
        fresh.deallocate()
    }

    public var capacity: Int { Int(mask) + 1 }

    public enum Insertion: Equatable {
        case stored
        /// Older than everything that the ring still holds, or held already.
        case tooOld
        /// A packet that has not been forwarded yet would be overwritten: forward first, then try again.
        case full
    }

    /// Takes `slot`, which holds `packet`, and hands out another one in its place.
    public mutating func insert(
        _ packet: CachedPacket, slot: inout UnsafeMutableRawPointer, from pool: inout PacketPool
    ) -> Insertion {
        if let highest, packet.index &+ mask < highest { return .tooOld }
        guard freshCount < capacity else { return .full }
        let position = Int(packet.index & mask)
        let place = places + position
        if let old = place.pointee.packet {
            // An index stands for the same bytes for ever: receivers may have them under an index of their own.
            if old.index == packet.index { return .tooOld }
            if isFresh(position) { return .full }
        }
        let next = place.pointee.slot ?? pool.take()
        place.pointee.slot = slot
        place.pointee.packet = packet
        slot = next
        fresh[freshCount] = UInt32(position)
        freshCount += 1
        highest = max(highest ?? packet.index, packet.index)
        return .stored
    }

    private func isFresh(_ position: Int) -> Bool {
        // A batch holds few packets of one source; most calls find a place whose packet is long forwarded, and a jump
        // of a whole ring within one batch is the only way to get here often.
        for item in 0..<freshCount where fresh[item] == UInt32(position) { return true }
        return false
    }

    /// The packet that arrived as number `item` since the last ``clearFresh()``.
    @inline(__always)
    public func freshPacket(_ item: Int) -> CachedPacket {
        // A fresh place always holds a packet.
        places[Int(fresh[item])].packet.unsafelyUnwrapped
    }

    public mutating func clearFresh() { freshCount = 0 }

    /// The packet with that index, if it is still held.
    public func packet(at index: UInt64) -> CachedPacket? {
        let packet = places[Int(index & mask)].packet
        return packet?.index == index ? packet : nil
    }

    /// Whether the packet with that index is held and has not been forwarded yet.
    func isFresh(index: UInt64) -> Bool { isFresh(Int(index & mask)) && packet(at: index) != nil }

    /// Whether a packet with a higher index that is still held arrived before a fresh one.
    func wasOvertaken(_ item: Int) -> Bool {
        let index = freshPacket(item).index
        guard let highest, index < highest else { return false }
        var overtaking = 0
        for place in 0..<capacity where places[place].packet.map({ $0.index > index }) == true { overtaking += 1 }
        for later in item..<freshCount where freshPacket(later).index > index { overtaking -= 1 }
        return overtaking > 0
    }

    /// Takes another capacity, keeps the newest packets where they lie, and gives the slots of the others back. To be
    /// called when nothing is fresh.
    ///
    /// - Parameter newCapacity: packets; a power of two.
    public mutating func resize(to newCapacity: Int, pool: inout PacketPool) {
        precondition(freshCount == 0, "a ring is resized when all its packets are forwarded")
        var resized = PacketRing(capacity: newCapacity)
        for position in 0..<capacity {
            guard let slot = places[position].slot else { continue }
            if let packet = places[position].packet, packet.index &+ UInt64(newCapacity) > highest ?? 0 {
                resized.places[Int(packet.index & resized.mask)] = places[position]
            } else {
                pool.give(slot)
            }
        }
        swap(&places, &resized.places)
        swap(&fresh, &resized.fresh)
        swap(&mask, &resized.mask)
    }

    /// Gives all slots back. The ring is empty afterwards.
    public mutating func drain(into pool: inout PacketPool) {
        for position in 0..<capacity {
            if let slot = places[position].slot { pool.give(slot) }
            places[position] = Place()
        }
        freshCount = 0
        highest = nil
    }
}
