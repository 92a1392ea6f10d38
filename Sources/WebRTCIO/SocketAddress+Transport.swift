// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import NIOCore
import RTCBase

// By their bits: a text for every datagram would cost more than the datagram.

extension TransportAddress {
    /// `nil` for what is no IP address.
    init?(_ address: SocketAddress) {
        // The layout is the same on every system: the port at byte 2, the address at 4 (IPv4) or 8 (IPv6).
        switch address {
        case .v4(let v4):
            self = withUnsafeBytes(of: v4.address) { bytes in
                TransportAddress(
                    IPAddress(v4: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))),
                    port: UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
            }
        case .v6(let v6):
            self = withUnsafeBytes(of: v6.address) { bytes in
                let ip = IPAddress(
                    high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
                    low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)))
                return TransportAddress(
                    ip, port: UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
            }
        case .unixDomainSocket: return nil
        }
    }
}

extension SocketAddress {
    init(_ address: TransportAddress) throws {
        var packed = ByteBuffer()
        if let v4 = address.address.v4 {
            packed.writeInteger(v4)
        } else {
            packed.writeInteger(address.address.high)
            packed.writeInteger(address.address.low)
        }
        self = try SocketAddress(packedIPAddress: packed, port: Int(address.port))
    }
}
