// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import CLinuxNet
internal import Glibc
internal import RTCBase

extension IPAddress {
    @inline(__always)
    init(_ address: in6_addr) {
        self = withUnsafeBytes(of: address) { bytes in
            IPAddress(
                high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }

    @inline(__always)
    init(_ address: in_addr) { self.init(v4: UInt32(bigEndian: address.s_addr)) }

    @inline(__always)
    var in6: in6_addr {
        var address = in6_addr()
        withUnsafeMutableBytes(of: &address) { bytes in
            bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
            bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        return address
    }

    /// The IPv4 address; meaningless for an IPv6 one.
    @inline(__always)
    var in4: in_addr { in_addr(s_addr: UInt32(truncatingIfNeeded: low).bigEndian) }
}

/// The address in what `recvmsg`, `getsockname` or `getifaddrs` wrote; `nil` for families other than the Internet's.
@inline(__always)
func transportAddress(at name: UnsafeRawPointer) -> TransportAddress? {
    switch CInt(name.loadUnaligned(as: sa_family_t.self)) {
    case AF_INET6:
        let address = name.loadUnaligned(as: sockaddr_in6.self)
        return TransportAddress(IPAddress(address.sin6_addr), port: UInt16(bigEndian: address.sin6_port))
    case AF_INET:
        let address = name.loadUnaligned(as: sockaddr_in.self)
        return TransportAddress(IPAddress(address.sin_addr), port: UInt16(bigEndian: address.sin_port))
    default:
        return nil
    }
}
