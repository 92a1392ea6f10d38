// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// What one receiver was sent under which index, so that a packet can be sent again byte for byte.
///
/// An index that is encrypted twice with different bytes gives AES-GCM's key stream away. So what made the bytes is kept
/// when they are first sent, and never computed anew: which packet of the source it was, and what was written into it.
/// What is not in the log is not sent again.
struct RetransmissionLog: ~Copyable {
    /// What was written into a packet. 16 bytes, because each forwarded packet writes one: four share a cache line.
    struct Entry: BitwiseCopyable {
        /// The source's 48-bit index; above it TL0PICIDX in 8 bits, and flags.
        fileprivate var sourceAndFlags: UInt64
        /// The lower half of the receiver's index: it tells apart what meets at one place of the log.
        fileprivate var index: UInt32
        fileprivate var pictureID: UInt16
        /// Milliseconds, wrapping after a minute: what is retransmitted that seldom is refused once at worst.
        fileprivate var resentAt: UInt16

        fileprivate static let none = Entry(sourceAndFlags: .max, index: 0, pictureID: 0, resentAt: 0)
        fileprivate static let markerFlag: UInt64 = 1 << 63
        fileprivate static let resentFlag: UInt64 = 1 << 62
        fileprivate static let emptyFlag: UInt64 = 1 << 61
        fileprivate static let sourceMask: UInt64 = 1 << 48 - 1

        var source: UInt64 { sourceAndFlags & Self.sourceMask }
        var marker: Bool { sourceAndFlags & Self.markerFlag != 0 }
        var patches: DescriptorPatches {
            DescriptorPatches(
                pictureID: pictureID, tl0PictureIndex: UInt8(truncatingIfNeeded: sourceAndFlags >> 48),
                isEmpty: sourceAndFlags & Self.emptyFlag != 0)
        }
    }

    private var entries: UnsafeMutablePointer<Entry>
    private var mask: UInt64

    /// - Parameter capacity: packets; a power of two. As many as the source's ring holds: older ones could not be sent.
    init(capacity: Int) {
        precondition(capacity > 0 && capacity & (capacity - 1) == 0, "a log's capacity is a power of two")
        mask = UInt64(capacity - 1)
        entries = .allocate(capacity: capacity)
        entries.initialize(repeating: .none, count: capacity)
    }

    deinit { entries.deallocate() }

    var capacity: Int { Int(mask) + 1 }

    /// Remembers what a packet is sent with. Each index comes here once.
    @inline(__always)
    mutating func record(index: UInt64, source: UInt64, patches: DescriptorPatches, marker: Bool) {
        let flags = (marker ? Entry.markerFlag : 0) | (patches.isEmpty ? Entry.emptyFlag : 0)
        entries[Int(index & mask)] = Entry(
            sourceAndFlags: source & Entry.sourceMask | UInt64(patches.tl0PictureIndex) << 48 | flags,
            index: UInt32(truncatingIfNeeded: index), pictureID: patches.pictureID, resentAt: 0)
    }

    /// What was sent under `index`, if that is still known.
    func entry(at index: UInt64) -> Entry? {
        let entry = entries[Int(index & mask)]
        guard entry.sourceAndFlags != .max, entry.index == UInt32(truncatingIfNeeded: index) else { return nil }
        return entry
    }

    /// True when the packet was not sent again within the last `pause`; it then counts as sent again now.
    mutating func admitResend(of index: UInt64, pause: Duration, now: Instant) -> Bool {
        guard entry(at: index) != nil else { return false }
        let entry = entries[Int(index & mask)]
        if entry.sourceAndFlags & Entry.resentFlag != 0,
            Int64(Self.millisecond(now) &- entry.resentAt) * 1_000_000 < pause.wholeNanoseconds
        {
            return false
        }
        countAsResent(index, now: now)
        return true
    }

    /// What has just been recorded is the answer to requests that are under way.
    mutating func countAsResent(_ index: UInt64, now: Instant) {
        let place = entries + Int(index & mask)
        place.pointee.sourceAndFlags |= Entry.resentFlag
        place.pointee.resentAt = Self.millisecond(now)
    }

    private static func millisecond(_ now: Instant) -> UInt16 {
        UInt16(truncatingIfNeeded: now.nanoseconds / 1_000_000)
    }

    /// Follows the source's ring to another size and keeps the newest packets.
    ///
    /// - Parameter end: the index after the highest one recorded.
    mutating func resize(to newCapacity: Int, end: UInt64) {
        guard newCapacity != capacity else { return }
        var resized = RetransmissionLog(capacity: newCapacity)
        let kept = UInt64(min(capacity, newCapacity))
        var index = end > kept ? end - kept : 0
        while index < end {
            if let entry = entry(at: index) { resized.entries[Int(index & resized.mask)] = entry }
            index &+= 1
        }
        swap(&entries, &resized.entries)
        swap(&mask, &resized.mask)
    }
}
