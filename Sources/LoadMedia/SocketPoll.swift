// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLinuxNet
import Glibc
import MediaLoop
import RTCBase

/// Any number of sockets behind one descriptor: an epoll instance that the executor's own watches in turn.
struct SocketPoll: ~Copyable {
    let descriptor: Int32
    private let events: UnsafeMutablePointer<epoll_event>
    private static let capacity = 256

    init() throws(LoadMediaError) {
        descriptor = epoll_create1(CInt(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw LoadMediaError("epoll_create1 failed: \(String(cString: strerror(errno)))") }
        events = .allocate(capacity: Self.capacity)
        events.initialize(repeating: epoll_event(), count: Self.capacity)
    }

    deinit {
        close(descriptor)
        events.deallocate()
    }

    /// Watches a socket, which leaves by being closed.
    func add(_ socket: borrowing DatagramSocket, as handle: Handle) throws(LoadMediaError) {
        var event = epoll_event(
            events: EPOLLIN.rawValue,
            data: epoll_data_t(u64: UInt64(handle.index) << 32 | UInt64(handle.generation)))
        guard epoll_ctl(descriptor, EPOLL_CTL_ADD, socket.descriptor, &event) == 0 else {
            throw LoadMediaError("epoll_ctl failed: \(String(cString: strerror(errno)))")
        }
    }

    /// How many sockets have something to read; ``ready(_:)`` names them until the next call.
    func wait() -> Int { max(0, Int(epoll_wait(descriptor, events, CInt(Self.capacity), 0))) }

    func ready(_ position: Int) -> Handle {
        let bits = events[position].data.u64
        return Handle(index: UInt32(truncatingIfNeeded: bits >> 32), generation: UInt32(truncatingIfNeeded: bits))
    }
}

/// Why the media half of a load test cannot run. The description is one line for whoever started it.
public struct LoadMediaError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}
