// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import NIOCore
import RTCBase

extension TransportAddress {
    /// `nil` for what is no IP address.
    init?(_ address: SocketAddress) {
        guard let text = address.ipAddress, let ip = IPAddress(text), let port = address.port.flatMap(UInt16.init)
        else { return nil }
        self.init(ip, port: port)
    }
}

extension SocketAddress {
    init(_ address: TransportAddress) throws {
        self = try SocketAddress(ipAddress: address.address.description, port: Int(address.port))
    }
}
