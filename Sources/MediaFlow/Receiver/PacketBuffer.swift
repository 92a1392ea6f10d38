// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// Packets of one source by their indices, until they are taken apart: a ring of fixed places, and slots for payloads that
/// are taken from a list and go back to it, so that in the long run nothing is allocated.
struct PacketBuffer: ~Copyable {
    /// Bytes of a slot: an Ethernet payload (1500), rounded up to a multiple of a cache line.
    static let slotSize = 1536
    /// Places for sound: five seconds of 20 ms.
    static let soundCapacity = 256
    /// Places for a picture: two seconds of 4 Mbit/s, and more than a key frame of 1080p has.
    static let pictureCapacity = 1024

    /// What is known of one index.
    struct Entry: BitwiseCopyable {
        var index = UInt64.max
        /// When it arrived; of one that is missing, when that was noticed.
        var arrival = Instant.zero
        var payload: UnsafeMutableRawPointer?
        var timestamp: UInt32 = 0
        /// Bytes of the payload; 0 for a packet of padding.
        var length: UInt16 = 0
        var isPresent = false
        var marker = false
        /// The payload contradicts itself: it counts as lost, though nobody asks for it again.
        var isMalformed = false
        /// The payload begins a frame, or may.
        var startsFrame = false
        /// The payload begins a key frame, or may.
        var startsKeyFrame = false

        var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: payload, count: Int(length)) }
    }

    let capacity: Int
    private let entries: UnsafeMutablePointer<Entry>
    private var free: [UnsafeMutableRawPointer] = []
    /// Packets held that begin a key frame.
    private(set) var keyFrameStarts = 0
    /// Slots ever made: what the buffer has of memory.
    private(set) var slots = 0

    /// - Parameter capacity: a power of two.
    init(capacity: Int) {
        self.capacity = capacity
        entries = .allocate(capacity: capacity)
        entries.initialize(repeating: Entry(), count: capacity)
    }

    deinit {
        for position in 0..<capacity { entries[position].payload?.deallocate() }
        for slot in free { slot.deallocate() }
        entries.deallocate()
    }

    private func position(_ index: UInt64) -> Int { Int(index & UInt64(capacity - 1)) }

    /// What is known of an index; `nil` when nothing is (any more).
    func entry(_ index: UInt64) -> Entry? {
        let entry = entries[position(index)]
        return entry.index == index ? entry : nil
    }

    func isPresent(_ index: UInt64) -> Bool {
        let entry = entries[position(index)]
        return entry.index == index && entry.isPresent
    }

    /// Notes that a packet is missing from now on. What was in its place is gone.
    mutating func noteMissing(_ index: UInt64, now: Instant) {
        clear(position(index))
        var entry = Entry()
        entry.index = index
        entry.arrival = now
        entries[position(index)] = entry
    }

    /// Keeps a packet. What was in its place is gone.
    ///
    /// - Parameter payload: at most ``slotSize`` bytes, copied.
    mutating func insert(_ entry: Entry, payload: UnsafeRawBufferPointer) {
        var entry = entry
        clear(position(entry.index))
        if let start = payload.baseAddress, !payload.isEmpty {
            let slot = takeSlot()
            slot.copyMemory(from: start, byteCount: min(payload.count, Self.slotSize))
            entry.payload = slot
        }
        entry.length = UInt16(truncatingIfNeeded: min(payload.count, Self.slotSize))
        entry.isPresent = true
        if entry.startsKeyFrame { keyFrameStarts += 1 }
        entries[position(entry.index)] = entry
    }

    /// Forgets a packet, or that it is missing.
    mutating func remove(_ index: UInt64) {
        guard entries[position(index)].index == index else { return }
        clear(position(index))
    }

    mutating func removeAll() {
        for position in 0..<capacity { clear(position) }
    }

    private mutating func takeSlot() -> UnsafeMutableRawPointer {
        if let slot = free.popLast() { return slot }
        slots += 1
        return .allocate(byteCount: Self.slotSize, alignment: 16)
    }

    private mutating func clear(_ position: Int) {
        if let slot = entries[position].payload { free.append(slot) }
        if entries[position].startsKeyFrame { keyFrameStarts -= 1 }
        entries[position] = Entry()
    }
}
