// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import CLinuxNet
internal import Glibc
public import RTCBase

/// A datagram in a slot of a ``ReceiveBatch``; its bytes are good, and writable, until the next call of `receive`.
public struct ReceivedDatagram: BitwiseCopyable {
    public let bytes: UnsafeMutableRawBufferPointer
    public let remote: TransportAddress
    /// Where it was sent to; the unspecified address if the kernel did not say.
    public let local: IPAddress
    /// The interface on which it came, 0 if unknown.
    public let interface: UInt32
}

/// What one system call received, in slots allocated once.
///
///     while batch.receive(from: socket) > 0 {
///         while let datagram = batch.next() { … }
///         guard batch.isFull else { break }
///     }
public struct ReceiveBatch: ~Copyable {
    public struct Counters: Sendable, BitwiseCopyable {
        public var datagrams = 0
        /// Messages of `recvmmsg`; each holds a run of datagrams where the kernel coalesced.
        public var messages = 0
        public var systemCalls = 0
        public var bytes = 0
        /// Larger than a slot: dropped.
        public var truncated = 0
        /// Calls that failed for another reason than an empty socket.
        public var errors = 0
    }

    public private(set) var counters = Counters()

    private let slotCount: Int
    private let slotSize: Int
    private let slab: UnsafeMutableRawPointer
    private let names: UnsafeMutablePointer<sockaddr_in6>
    private let controls: UnsafeMutableRawPointer
    private let vectors: UnsafeMutablePointer<iovec>
    private let messages: UnsafeMutablePointer<linux_message>

    private var filled = 0
    private var nextSlot = 0
    private var run = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var segmentSize = 0
    private var remote = TransportAddress(.v6Any, port: 0)
    private var local = IPAddress.v6Any
    private var interface: UInt32 = 0

    /// Room for packet info (40 bytes), the segment size (24) and what a future kernel may add.
    private static var controlSize: Int { 128 }

    /// For a socket that coalesces, 16 slots of 64 KiB, the longest run: a shorter slot would lose the end of it.
    /// Otherwise 64 of 2 KiB, more than any path's MTU that a browser uses.
    public init(for socket: borrowing DatagramSocket) {
        slotCount = socket.coalesces ? 16 : 64
        slotSize = socket.coalesces ? 65536 : 2048
        slab = .allocate(byteCount: slotCount * slotSize, alignment: 4096)
        names = .allocate(capacity: slotCount)
        names.initialize(repeating: sockaddr_in6(), count: slotCount)
        controls = .allocate(byteCount: slotCount * Self.controlSize, alignment: 16)
        vectors = .allocate(capacity: slotCount)
        messages = .allocate(capacity: slotCount)
        for slot in 0..<slotCount {
            (vectors + slot).initialize(to: iovec(iov_base: slab + slot * slotSize, iov_len: slotSize))
            var message = linux_message()
            message.header.msg_name = UnsafeMutableRawPointer(names + slot)
            message.header.msg_iov = vectors + slot
            message.header.msg_iovlen = 1
            message.header.msg_control = controls + slot * Self.controlSize
            (messages + slot).initialize(to: message)
        }
    }

    deinit {
        slab.deallocate()
        names.deallocate()
        controls.deallocate()
        vectors.deallocate()
        messages.deallocate()
    }

    /// Whether the last call filled every slot, so that more is probably waiting.
    public var isFull: Bool { filled == slotCount }

    /// Takes what is waiting, never blocks, and forgets what was there before.
    ///
    /// - Returns: the number of messages; 0 if nothing was waiting.
    public mutating func receive(from socket: borrowing DatagramSocket) -> Int {
        nextSlot = 0
        run = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        for slot in 0..<slotCount {
            messages[slot].header.msg_namelen = socklen_t(MemoryLayout<sockaddr_in6>.size)
            messages[slot].header.msg_controllen = Self.controlSize
        }
        counters.systemCalls &+= 1
        let count = linux_recvmmsg(socket.descriptor, messages, UInt32(slotCount), CInt(MSG_DONTWAIT))
        if count < 0, errno != EAGAIN, errno != EINTR { counters.errors &+= 1 }
        filled = max(0, Int(count))
        counters.messages &+= filled
        return filled
    }

    /// The next datagram, in order of arrival; `nil` after the last. Empty datagrams are skipped.
    public mutating func next() -> ReceivedDatagram? {
        while run.isEmpty {
            guard nextSlot < filled else { return nil }
            open(nextSlot)
            nextSlot += 1
        }
        let length = min(segmentSize, run.count)
        let bytes = UnsafeMutableRawBufferPointer(rebasing: run[..<length])
        run = UnsafeMutableRawBufferPointer(rebasing: run[length...])
        counters.datagrams &+= 1
        counters.bytes &+= length
        return ReceivedDatagram(bytes: bytes, remote: remote, local: local, interface: interface)
    }

    private mutating func open(_ slot: Int) {
        let message = messages + slot
        let flags = message.pointee.header.msg_flags
        guard flags & CInt(MSG_TRUNC | MSG_CTRUNC) == 0 else {
            counters.truncated &+= 1
            return
        }
        guard let remote = transportAddress(at: names + slot) else {
            counters.errors &+= 1
            return
        }
        self.remote = remote
        let length = min(Int(message.pointee.length), slotSize)
        run = UnsafeMutableRawBufferPointer(start: slab + slot * slotSize, count: length)
        segmentSize = length
        local = remote.address.isIPv4 ? .v4Any : .v6Any
        interface = 0
        var control = linux_first_control(&message.pointee.header)
        while let current = control {
            read(current, length: length)
            control = linux_next_control(&message.pointee.header, current)
        }
    }

    private mutating func read(_ control: UnsafeMutablePointer<cmsghdr>, length: Int) {
        guard let data = linux_control_data(control) else { return }
        switch (control.pointee.cmsg_level, control.pointee.cmsg_type) {
        case (CInt(LINUX_SOL_UDP), CInt(LINUX_UDP_GRO)):
            let size = Int(data.loadUnaligned(as: CInt.self))
            if size > 0 { segmentSize = min(size, length) }
        case (CInt(IPPROTO_IPV6), CInt(LINUX_IPV6_PKTINFO)):
            let info = data.loadUnaligned(as: linux_packet_info6.self)
            local = IPAddress(info.address)
            interface = info.interface
        case (CInt(IPPROTO_IP), IP_PKTINFO):
            let info = data.loadUnaligned(as: in_pktinfo.self)
            local = IPAddress(info.ipi_addr)
            interface = UInt32(truncatingIfNeeded: info.ipi_ifindex)
        default:
            break
        }
    }
}
