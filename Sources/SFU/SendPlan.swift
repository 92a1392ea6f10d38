// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// One packet to send: what the driver needs to write the header, patch the descriptor, encrypt and address it.
///
/// Plain bits, so that a plan is a flat piece of memory. The payload stays in the source's ring until the plan has been
/// executed; the driver executes it before it takes in more packets than the ring holds.
public struct SendPlanEntry: BitwiseCopyable {
    /// The stream (transport) that the packet goes out on, by the driver's own handle.
    public var stream: Handle
    public var payload: UnsafeMutableRawPointer
    /// 48-bit index: SRTP's roll-over counter and the sequence number in one.
    public var index: UInt64
    public var ssrc: UInt32
    public var timestamp: UInt32
    public var payloadLength: UInt16
    /// The second byte of the RTP header.
    public var markerAndPayloadType: UInt8
    /// 0, 7 or 15; 0 when the payload stays as it is.
    public var pictureIDBits: UInt8
    public var pictureIDOffset: UInt8
    public var pictureID: UInt16
    /// Where TL0PICIDX is, counted from the payload's first byte; 0 when it stays as it is.
    public var tl0Offset: UInt8
    public var tl0PictureIndex: UInt8
    /// Of video: when packets cannot leave, the rest of its frame need not.
    public var isDroppable: Bool

    /// Bytes of the RTP header in front of each payload: no CSRCs, no extensions.
    public static let headerLength = 12

    /// Writes the RTP header at `header` and patches the payload where it lies.
    ///
    /// The payload is shared by all receivers of the source: each entry must be encrypted before the next one of the
    /// same payload is written.
    @inlinable
    public func write(header: UnsafeMutableRawPointer) {
        header.storeBytes(of: 0x80, as: UInt8.self)
        header.storeBytes(of: markerAndPayloadType, toByteOffset: 1, as: UInt8.self)
        header.storeBytes(of: UInt16(truncatingIfNeeded: index).bigEndian, toByteOffset: 2, as: UInt16.self)
        header.storeBytes(of: timestamp.bigEndian, toByteOffset: 4, as: UInt32.self)
        header.storeBytes(of: ssrc.bigEndian, toByteOffset: 8, as: UInt32.self)
        if tl0Offset != 0 {
            payload.storeBytes(of: tl0PictureIndex, toByteOffset: Int(tl0Offset), as: UInt8.self)
        }
        if pictureIDBits == 15 {
            // RFC 7741 and RFC 9628, both section 4.2: the M bit says that the picture id has 15 bits.
            let patched = (0x8000 | pictureID & 0x7fff).bigEndian
            payload.storeBytes(of: patched, toByteOffset: Int(pictureIDOffset), as: UInt16.self)
        } else if pictureIDBits == 7 {
            payload.storeBytes(
                of: UInt8(truncatingIfNeeded: pictureID & 0x7f), toByteOffset: Int(pictureIDOffset), as: UInt8.self)
        }
    }
}

/// Packets to send, in the order in which they are to be encrypted: subscriber by subscriber, so that a subscriber's key
/// stays in the cache and its packets can leave as one segmented datagram.
public struct SendPlan: ~Copyable {
    public let capacity: Int
    public private(set) var count = 0
    private let entries: UnsafeMutablePointer<SendPlanEntry>

    /// - Parameter capacity: at least the largest ring's, so that one subscriber's share always fits. 4096 entries are
    ///   200 KiB: small enough for the second-level cache, large enough for 64 packets to 64 subscribers.
    public init(capacity: Int = 4096) {
        self.capacity = capacity
        entries = .allocate(capacity: capacity)
        // Touched now, so that the first packets do not wait for pages.
        UnsafeMutableRawPointer(entries).initializeMemory(
            as: UInt8.self, repeating: 0, count: capacity * MemoryLayout<SendPlanEntry>.stride)
    }

    deinit { entries.deallocate() }

    @inlinable public var isEmpty: Bool { count == 0 }
    @inlinable public var remaining: Int { capacity - count }

    /// - Precondition: ``remaining`` is not 0; who fills a plan asks first.
    public mutating func append(_ entry: SendPlanEntry) {
        precondition(count < capacity, "the plan is full")
        (entries + count).initialize(to: entry)
        count += 1
    }

    @inline(__always)
    public func entry(_ position: Int) -> UnsafePointer<SendPlanEntry> {
        precondition(position >= 0 && position < count, "no such entry")
        return UnsafePointer(entries + position)
    }

    public mutating func removeAll() { count = 0 }
}
