// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import CLinuxNet
internal import Glibc

/// Packets on their way out, in slots allocated once: written in place, sent 64 messages a system call, and runs of
/// equal packets to one destination as one message that the kernel, or the network card, cuts (UDP GSO).
///
///     let slot = batch.slot()            // write up to slotSize bytes there
///     batch.append(length: n, to: path, on: socket)
///     …
///     batch.flush(to: socket)            // at the end of a wake-up
///
/// A batch belongs to one socket. What the socket cannot take at once is dropped and counted, never queued: media that
/// waits is worthless, and its receiver asks again for what it misses.
public struct SendBatch: ~Copyable {
    /// What becomes of the packets of a flush.
    public enum Transmission: Sendable {
        case socket
        /// Counted as sent, but the system call is left out: for measuring everything else.
        case discard
    }

    public struct Counters: Sendable, BitwiseCopyable {
        /// Packets that the kernel took.
        public var datagrams = 0
        public var bytes = 0
        /// Messages that carried them: one a run.
        public var messages = 0
        public var systemCalls = 0
        /// Packets that found the socket's or the device's buffer full.
        public var dropped = 0
        /// Packets that the kernel refused for another reason: no route, a firewall, a source address that is gone.
        public var refused = 0
    }

    /// Bytes a slot: more than an Ethernet frame carries.
    public static var slotSize: Int { 1536 }
    /// Packets that a batch holds before it flushes by itself.
    public static var slotCount: Int { 256 }
    /// Messages a system call. Beyond 16 more gain nothing measurable, and 64 runs of 4 fill the slots.
    static var messageLimit: Int { 64 }

    public var transmission = Transmission.socket
    public private(set) var counters = Counters()
    /// Whether runs become one message. Ends for good when the kernel refuses runs of which it takes the packets singly.
    public private(set) var isSegmenting: Bool

    /// The socket's buffer has been found full since ``unblock()``.
    public private(set) var isBlocked = false

    private let family: DatagramSocket.Family
    private let slab: UnsafeMutableRawPointer
    private let vectors: UnsafeMutablePointer<iovec>
    private let names: UnsafeMutablePointer<sockaddr_in6>
    private let controls: UnsafeMutableRawPointer
    private let messages: UnsafeMutablePointer<linux_message>
    private let controlLayout: ControlLayout

    private var slotsUsed = 0
    private var messageCount = 0
    private var run = SegmentRun()

    public init(for socket: borrowing DatagramSocket) {
        family = socket.family
        isSegmenting = socket.canSegment
        controlLayout = ControlLayout(family: socket.family)
        slab = .allocate(byteCount: Self.slotCount * Self.slotSize, alignment: 4096)
        // Touched now, so that the first packets do not wait for pages.
        slab.initializeMemory(as: UInt8.self, repeating: 0, count: Self.slotCount * Self.slotSize)
        vectors = .allocate(capacity: Self.slotCount)
        for slot in 0..<Self.slotCount {
            (vectors + slot).initialize(to: iovec(iov_base: slab + slot * Self.slotSize, iov_len: 0))
        }
        names = .allocate(capacity: Self.messageLimit)
        names.initialize(repeating: sockaddr_in6(), count: Self.messageLimit)
        controls = .allocate(byteCount: Self.messageLimit * ControlLayout.size, alignment: 16)
        messages = .allocate(capacity: Self.messageLimit)
        for index in 0..<Self.messageLimit {
            let control = controls + index * ControlLayout.size
            controlLayout.initialize(control)
            var message = linux_message()
            message.header.msg_name = UnsafeMutableRawPointer(names + index)
            message.header.msg_namelen = controlLayout.nameLength
            message.header.msg_control = control
            (messages + index).initialize(to: message)
        }
    }

    deinit {
        slab.deallocate()
        vectors.deallocate()
        names.deallocate()
        controls.deallocate()
        messages.deallocate()
    }

    /// Where the next packet is to be written: ``slotSize`` bytes. The same slot until ``append(length:to:on:)`` takes it.
    public func slot() -> UnsafeMutableRawPointer { vectors[slotsUsed].iov_base }

    /// Takes the packet in ``slot()``, and flushes when slots or messages are used up.
    public mutating func append(length: Int, to path: Path, on socket: borrowing DatagramSocket) {
        precondition(length > 0 && length <= Self.slotSize, "a packet fills at least a byte and at most a slot")
        if isSegmenting, run.takes(length, to: path) {
            let message = messages + (messageCount - 1)
            if run.count == 2 {
                message.pointee.header.msg_controllen = controlLayout.lengthWithSegment
                controlLayout.setSegmentSize(run.segmentSize, in: message.pointee.header.msg_control)
            }
            message.pointee.header.msg_iovlen = run.count
        } else {
            if messageCount == Self.messageLimit { flushKeepingSlot(to: socket) }
            run = SegmentRun(length: length, path: path)
            let message = messages + messageCount
            controlLayout.setPath(path, name: message.pointee.header.msg_name, in: message.pointee.header.msg_control)
            message.pointee.header.msg_controllen = controlLayout.length
            message.pointee.header.msg_iov = vectors + slotsUsed
            message.pointee.header.msg_iovlen = 1
            messageCount += 1
        }
        vectors[slotsUsed].iov_len = length
        slotsUsed += 1
        if slotsUsed == Self.slotCount { flush(to: socket) }
    }

    /// A new wake-up: the socket may have room again.
    public mutating func unblock() { isBlocked = false }

    /// Sends what has been appended. Never blocks.
    public mutating func flush(to socket: borrowing DatagramSocket) {
        var next = 0
        while next < messageCount {
            let sent = send(from: next, on: socket.descriptor)
            for index in next..<(next + max(0, sent)) { count(index) }
            guard sent <= 0 else {
                // Fewer than asked for: the next one failed, and the next call tells why.
                next += sent
                continue
            }
            switch errno {
            case EINTR:
                continue
            case EAGAIN:
                // Nothing makes room until the device has sent: the rest would fail too.
                isBlocked = true
                while next < messageCount {
                    counters.dropped &+= messages[next].header.msg_iovlen
                    next += 1
                }
            case EIO, EINVAL:
                if messages[next].header.msg_iovlen > 1 {
                    sendSingly(next, on: socket.descriptor)
                } else {
                    counters.refused &+= 1
                }
                next += 1
            case ENOBUFS, ENOMEM:
                counters.dropped &+= messages[next].header.msg_iovlen
                next += 1
            default:
                counters.refused &+= messages[next].header.msg_iovlen
                next += 1
            }
        }
        slotsUsed = 0
        messageCount = 0
        run = SegmentRun()
    }

    /// Flushes all but the packet that has been written to the next slot and not appended yet: its slot becomes the first.
    private mutating func flushKeepingSlot(to socket: borrowing DatagramSocket) {
        let kept = slotsUsed
        flush(to: socket)
        let base = vectors[0].iov_base
        vectors[0].iov_base = vectors[kept].iov_base
        vectors[kept].iov_base = base
    }

    private mutating func send(from first: Int, on descriptor: CInt) -> Int {
        switch transmission {
        case .socket:
            counters.systemCalls &+= 1
            let count = UInt32(truncatingIfNeeded: messageCount - first)
            return Int(linux_sendmmsg(descriptor, messages + first, count, CInt(MSG_DONTWAIT)))
        case .discard:
            return messageCount - first
        }
    }

    private mutating func count(_ index: Int) {
        let header = messages[index].header
        counters.messages &+= 1
        counters.datagrams &+= header.msg_iovlen
        for packet in 0..<header.msg_iovlen { counters.bytes &+= header.msg_iov[packet].iov_len }
    }

    /// A run that the kernel refused, packet by packet, once. If one of them goes out, it was the run that did not
    /// please (EIO: the device computes no checksums, or the path is encrypted; EINVAL: the kernel cannot), and no more
    /// are made. If none goes out, the path is at fault, and other destinations keep their runs.
    private mutating func sendSingly(_ index: Int, on descriptor: CInt) {
        var single = messages[index]
        let packets = single.header.msg_iovlen
        single.header.msg_controllen = controlLayout.length
        single.header.msg_iovlen = 1
        for packet in 0..<packets {
            single.header.msg_iov = messages[index].header.msg_iov + packet
            counters.systemCalls &+= 1
            if linux_sendmmsg(descriptor, &single, 1, CInt(MSG_DONTWAIT)) == 1 {
                isSegmenting = false
                counters.messages &+= 1
                counters.datagrams &+= 1
                counters.bytes &+= single.header.msg_iov.pointee.iov_len
            } else if errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM {
                counters.dropped &+= 1
            } else {
                counters.refused &+= 1
            }
        }
    }
}
