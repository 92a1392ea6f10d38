// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import NIOCore
import RTCBase

/// What the addresses of one household or company have in common, so that nobody counts for many: an IPv4 address, or
/// the first 64 bits of an IPv6 address, of which everybody has as many as stars.
struct NetworkPrefix: Hashable, Sendable {
    private let bytes: Redacted<[UInt8]>

    /// - Returns: `nil` for a Unix-domain socket.
    init?(_ address: SocketAddress) {
        // The places of the address in `sockaddr_in` and `sockaddr_in6`: family and port before both, the flow before the
        // second.
        switch address {
        case .v4(let address):
            bytes = Redacted(withUnsafeBytes(of: address.address) { Array($0[4..<8]) })
        case .v6(let address):
            let all = withUnsafeBytes(of: address.address) { Array($0[8..<24]) }
            // IPv4 at a socket for both (RFC 4291 section 2.5.5.2).
            let isMapped = all.starts(with: Array(repeating: 0, count: 10) + [0xff, 0xff])
            bytes = Redacted(Array(isMapped ? all.suffix(4) : all.prefix(8)))
        case .unixDomainSocket:
            return nil
        }
    }
}
