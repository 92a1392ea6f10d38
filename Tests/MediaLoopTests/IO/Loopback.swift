// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLinuxNet
import Glibc
import MediaLoop
import RTCBase

/// A datagram, copied out of its batch.
struct Arrival: Equatable {
    var bytes: [UInt8]
    var remote: TransportAddress
    var local: IPAddress
    var interface: UInt32

    init(_ datagram: ReceivedDatagram) {
        bytes = Array(datagram.bytes)
        remote = datagram.remote
        local = datagram.local
        interface = datagram.interface
    }
}

/// A socket with its batches, for tests over the loopback interface.
struct Peer: ~Copyable {
    let socket: DatagramSocket
    var receiving: ReceiveBatch
    var sending: SendBatch

    init(_ family: DatagramSocket.Family = .dualStack, coalescing: Bool = true) throws {
        socket = try DatagramSocket(family: family, port: 0, coalescing: coalescing)
        receiving = ReceiveBatch(for: socket)
        sending = SendBatch(for: socket)
    }

    func address(_ address: IPAddress) -> TransportAddress { TransportAddress(address, port: socket.port) }

    mutating func append(_ bytes: [UInt8], to path: Path) {
        sending.slot().copyMemory(from: bytes, byteCount: bytes.count)
        sending.append(length: bytes.count, to: path, on: socket)
    }

    mutating func send(_ packets: [[UInt8]], to path: Path) {
        for packet in packets { append(packet, to: path) }
        sending.flush(to: socket)
    }

    /// Sends again what the kernel refuses because it is still making the route: it gives a new IPv6 address its route
    /// in the background. What it takes has arrived when the call returns.
    mutating func sendUntilTaken(_ packets: [[UInt8]], to path: Path) {
        let end = MonotonicClock.now() + .seconds(5)
        repeat {
            let before = sending.counters.datagrams
            send(packets, to: path)
            if sending.counters.datagrams != before { return }
            sched_yield()
        } while MonotonicClock.now() < end
    }

    /// Sends until the receiver gets something: an IPv6 address that has just been added takes packets a moment before
    /// it delivers them.
    mutating func sendUntilReceived(_ packets: [[UInt8]], to path: Path, by receiver: inout Peer) -> [Arrival] {
        for _ in 0..<50 {
            sendUntilTaken(packets, to: path)
            let arrivals = receiver.receive(packets.count, patience: 200)
            if !arrivals.isEmpty { return arrivals }
        }
        return []
    }

    /// Waits for that many datagrams; fewer, if none comes for `patience` milliseconds.
    mutating func receive(_ count: Int, patience: Int32 = 5000) -> [Arrival] {
        var arrivals: [Arrival] = []
        while arrivals.count < count {
            guard receiving.receive(from: socket) > 0 else {
                guard waitUntilReadable(patience) else { break }
                continue
            }
            while let datagram = receiving.next() { arrivals.append(Arrival(datagram)) }
        }
        return arrivals
    }

    private func waitUntilReadable(_ patience: Int32) -> Bool {
        var entry = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, patience) > 0
    }
}

/// Packets that differ in every byte from each other.
func packets(sizes: [Int]) -> [[UInt8]] {
    sizes.enumerated().map { index, size in
        (0..<size).map { UInt8(truncatingIfNeeded: index &* 31 &+ $0 &* 7 &+ size) }
    }
}

/// Sends a datagram of any size to 127.0.0.1, past the batch and its slots.
func sendRaw(_ size: Int, from socket: borrowing DatagramSocket, toPort port: UInt16) throws {
    var name = sockaddr_in6()
    name.sin6_family = sa_family_t(AF_INET6)
    name.sin6_port = port.bigEndian
    withUnsafeMutableBytes(of: &name.sin6_addr) { bytes in
        bytes.copyBytes(from: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1])
    }
    let bytes = [UInt8](repeating: 5, count: size)
    let sent = withUnsafeBytes(of: &name) { name in
        name.withMemoryRebound(to: sockaddr.self) { names in
            sendto(socket.descriptor, bytes, size, 0, names.baseAddress, socklen_t(MemoryLayout<sockaddr_in6>.size))
        }
    }
    precondition(sent == size, "loopback takes a datagram of \(size) bytes")
}
