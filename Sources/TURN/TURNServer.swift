// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase
public import STUN

/// A relay that a client may ask for an address.
public struct TURNServer: Hashable, Sendable {
    /// How the client reaches the server. What the server sends on to peers is UDP in any case.
    public enum Transport: Hashable, Sendable {
        case udp, tcp, tls

        /// Whether messages come as a stream of bytes, to be taken apart by ``TURNStreamParser``.
        public var isStream: Bool { self != .udp }
    }

    /// Where the server listens: an address, never a name. Whoever has a name resolves it before.
    public var address: TransportAddress
    public var transport: Transport
    /// What the server knows the client by; `nil` for a server that asks nobody.
    public var credentials: LongTermCredentials?

    public init(_ address: TransportAddress, transport: Transport = .udp, credentials: LongTermCredentials? = nil) {
        self.address = address
        self.transport = transport
        self.credentials = credentials
    }
}
