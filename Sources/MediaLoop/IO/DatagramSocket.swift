// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import CLinuxNet
internal import Glibc
internal import RTCBase

/// A UDP port on every address of the machine: one IPv6 socket that also carries IPv4 (in mapped form).
///
/// Where the system has no IPv6 at all, an IPv4 socket. Closed when the value ends. Read it by ``ReceiveBatch``, write to
/// it by ``SendBatch``.
public struct DatagramSocket: ~Copyable, Sendable {
    public enum Family: Sendable, BitwiseCopyable { case dualStack, ipv4 }

    /// For ``MediaExecutor/start(name:sockets:onWakeup:)``; owned by this value.
    public let descriptor: Int32
    public let port: UInt16
    public let family: Family
    /// Bytes of socket buffer that the kernel granted, of ``wantedBufferSize`` asked for; less is worth a word at start.
    public let receiveBufferSize: Int
    public let sendBufferSize: Int
    /// Whether the kernel cuts one message into packets (UDP_SEGMENT, Linux 4.18).
    public let canSegment: Bool
    /// Whether runs of packets arrive as one message (UDP_GRO, Linux 5.0).
    public let coalesces: Bool

    /// 4 MiB: a third of a second of 100 Mbit/s, for moments in which the thread is held up.
    public static var wantedBufferSize: Int { 4 << 20 }

    /// - Parameters:
    ///   - port: 0 for any free one.
    ///   - coalescing: whether to let the kernel join received packets (a burst of 8 then costs a fifth, and
    ///     ``ReceiveBatch`` has slots of 64 KiB).
    public init(port: UInt16, coalescing: Bool = true) throws(SocketError) {
        do {
            self = try DatagramSocket(family: .dualStack, port: port, coalescing: coalescing)
        } catch {
            // EAFNOSUPPORT: the kernel has no IPv6. EADDRNOTAVAIL: it has, switched off. Other errors concern the port.
            guard case .system(_, let code) = error, code == EAFNOSUPPORT || code == EADDRNOTAVAIL else { throw error }
            self = try DatagramSocket(family: .ipv4, port: port, coalescing: coalescing)
        }
    }

    package init(family: Family, port: UInt16, coalescing: Bool) throws(SocketError) {
        let type = CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(family == .dualStack ? AF_INET6 : AF_INET, type, 0)
        guard descriptor >= 0 else {
            if errno == EAFNOSUPPORT, family == .ipv4 { throw .noInternetProtocol }
            throw .last("socket")
        }
        do throws(SocketError) {
            self.port = try Self.bind(descriptor, family: family, port: port)
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.family = family
        receiveBufferSize = Self.grow(descriptor, SO_RCVBUF, forcing: SO_RCVBUFFORCE)
        sendBufferSize = Self.grow(descriptor, SO_SNDBUF, forcing: SO_SNDBUFFORCE)
        // A size of zero changes nothing; kernels without segmentation refuse the option.
        canSegment = Self.set(descriptor, CInt(LINUX_SOL_UDP), CInt(LINUX_UDP_SEGMENT), 0)
        coalesces = coalescing && Self.set(descriptor, CInt(LINUX_SOL_UDP), CInt(LINUX_UDP_GRO), 1)
    }

    deinit { close(descriptor) }

    private static func bind(_ descriptor: CInt, family: Family, port: UInt16) throws(SocketError) -> UInt16 {
        let isBound: Bool
        switch family {
        case .dualStack:
            guard set(descriptor, CInt(IPPROTO_IPV6), IPV6_V6ONLY, 0) else { throw .last("setsockopt") }
            guard set(descriptor, CInt(IPPROTO_IPV6), IPV6_RECVPKTINFO, 1) else { throw .last("setsockopt") }
            // We cannot make a publisher's packets smaller, so a packet that does not fit must be fragmented, not lost.
            // IPv6 routers do not fragment: the sender must heed the path MTU, which is never below 1280.
            set(descriptor, CInt(IPPROTO_IPV6), IPV6_MTU_DISCOVER, CInt(LINUX_PMTUDISC_DONT))
            var name = sockaddr_in6()
            name.sin6_family = sa_family_t(AF_INET6)
            name.sin6_port = port.bigEndian
            isBound = bind(descriptor, &name)
        case .ipv4:
            guard set(descriptor, CInt(IPPROTO_IP), IP_PKTINFO, 1) else { throw .last("setsockopt") }
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = port.bigEndian
            isBound = bind(descriptor, &name)
        }
        guard isBound else { throw .last("bind", port: port) }
        // IPv4 routers fragment what has no DF bit. OMIT leaves it clear and, unlike DONT, believes no ICMP message about
        // the path: a forged one could claim 552 bytes, below which segmentation fails (RFC 8900 section 3.7).
        set(descriptor, CInt(IPPROTO_IP), IP_MTU_DISCOVER, CInt(LINUX_PMTUDISC_OMIT))

        var name = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutableBytes(of: &name) { bytes -> UInt16? in
            guard let base = bytes.baseAddress else { return nil }
            guard getsockname(descriptor, base.assumingMemoryBound(to: sockaddr.self), &length) == 0 else { return nil }
            return transportAddress(at: base)?.port
        }
        guard let result else { throw .last("getsockname") }
        return result
    }

    private static func bind<Name>(_ descriptor: CInt, _ name: inout Name) -> Bool {
        withUnsafeBytes(of: &name) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { names in
                Glibc.bind(descriptor, names.baseAddress, socklen_t(MemoryLayout<Name>.size)) == 0
            }
        }
    }

    /// Asks for the buffer with the privilege to exceed the system's limit, then without; returns what was granted.
    private static func grow(_ descriptor: CInt, _ option: CInt, forcing forced: CInt) -> Int {
        let wanted = CInt(wantedBufferSize)
        if !set(descriptor, SOL_SOCKET, forced, wanted) { set(descriptor, SOL_SOCKET, option, wanted) }
        var granted: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        getsockopt(descriptor, SOL_SOCKET, option, &granted, &length)
        // socket(7): the kernel doubles the value, for its bookkeeping, and reports the doubled one.
        return Int(granted) / 2
    }

    @discardableResult
    private static func set(_ descriptor: CInt, _ level: CInt, _ option: CInt, _ value: CInt) -> Bool {
        var value = value
        return setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<CInt>.size)) == 0
    }
}
