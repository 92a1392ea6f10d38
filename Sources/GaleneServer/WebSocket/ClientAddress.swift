// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import NIOCore
import RTCBase

/// From where a client is connected: the address of a proxy if one stands before the server.
struct ClientAddress: Sendable {
    /// `IP:port` as people write it; `nil` for a Unix-domain socket. Personal.
    let text: Redacted<String>?
    /// Beside whom the client waits its turn.
    let lane: PasswordVerifier.Lane

    /// A client of this machine's own.
    static let local = ClientAddress(nil)

    init(_ address: SocketAddress?) {
        let isProxy = address.map(Self.isLoopback) ?? true
        lane = isProxy ? .local : address.flatMap(NetworkPrefix.init).map(PasswordVerifier.Lane.network) ?? .local
        guard let address, var host = address.ipAddress, let port = address.port else {
            text = nil
            return
        }
        // A client that speaks IPv4 to a socket for both.
        if host.hasPrefix("::ffff:"), host.contains(".") { host.removeFirst("::ffff:".count) }
        text = Redacted(host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)")
    }

    private static func isLoopback(_ address: SocketAddress) -> Bool {
        guard let host = address.ipAddress else { return true }
        return host == "::1" || host.hasPrefix("127.") || host.hasPrefix("::ffff:127.")
    }
}
