// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

#if canImport(Glibc)
    import Glibc
    public import RTCBase

    /// A socket on 127.0.0.1, UDP or TCP, that never blocks; for tests against programs that are not ours.
    public final class LoopbackFlow {
        public enum Kind { case udp, tcp }

        public let descriptor: Int32
        private let kind: Kind

        public init(_ kind: Kind) throws {
            self.kind = kind
            descriptor = try Self.open(kind == .udp ? SOCK_DGRAM : SOCK_STREAM, port: 0)
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        }

        /// Connects; a stream waits for that.
        public convenience init(_ kind: Kind, to remote: TransportAddress) throws {
            try self.init(kind)
            _ = Self.withAddress(remote) { connect(descriptor, $0, $1) }
            guard kind == .tcp else { return }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard poll(&waiting, 1, 10_000) == 1, waiting.revents & Int16(POLLERR | POLLHUP) == 0 else {
                throw OracleError(message: "nobody listens")
            }
        }

        deinit { close(descriptor) }

        public var address: TransportAddress {
            TransportAddress(.v4Loopback, port: Self.port(of: descriptor))
        }

        public func send(_ bytes: [UInt8]) {
            // Tests send little: a stream's buffer takes it at once.
            _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        }

        public func send(_ bytes: [UInt8], to remote: TransportAddress) {
            _ = Self.withAddress(remote) { sendto(descriptor, bytes, bytes.count, 0, $0, $1) }
        }

        /// What has come next, and from where: a datagram or a piece of the stream.
        public func receive() -> (bytes: [UInt8], from: TransportAddress)? {
            var buffer = [UInt8](repeating: 0, count: 65536)
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let count = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    recvfrom(descriptor, &buffer, buffer.count, 0, $0, &length)
                }
            }
            guard count > 0 || count == 0 && kind == .udp else { return nil }
            let ip = IPAddress(v4: UInt32(bigEndian: address.sin_addr.s_addr))
            return (Array(buffer[..<count]), TransportAddress(ip, port: UInt16(bigEndian: address.sin_port)))
        }

        /// Waits until one of the sockets has something, or for so many milliseconds.
        public static func wait(for flows: [LoopbackFlow], milliseconds: Int32) {
            var waiting = flows.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
            poll(&waiting, nfds_t(waiting.count), milliseconds)
        }

        /// The moment, on the clock that no one sets.
        public static var now: Instant {
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
        }

        static func open(_ type: __socket_type, port: UInt16) throws -> Int32 {
            let descriptor = socket(AF_INET, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), 0)
            let local = TransportAddress(.v4Loopback, port: port)
            guard descriptor >= 0, withAddress(local, { bind(descriptor, $0, $1) }) == 0 else {
                close(descriptor)
                throw OracleError(message: "no socket")
            }
            return descriptor
        }

        static func port(of descriptor: Int32) -> UInt16 {
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            _ = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
            }
            return UInt16(bigEndian: address.sin_port)
        }

        private static func withAddress<R>(
            _ address: TransportAddress, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R
        ) -> R {
            var ip = sockaddr_in()
            ip.sin_family = sa_family_t(AF_INET)
            ip.sin_port = address.port.bigEndian
            ip.sin_addr.s_addr = (address.address.v4 ?? 0).bigEndian
            return withUnsafePointer(to: &ip) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
    }
#endif
