// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// What a ``TURNClient`` tells whoever drives it.
public enum TURNEvent: Hashable, Sendable {
    /// The server relays: one address, or one of each family. `mapped` is the client as the server sees it.
    case allocated([TransportAddress], mapped: TransportAddress?)
    /// What is sent to peers at this address gets there from now on.
    case permitted(IPAddress)
    /// The server relays nothing to peers at this address.
    case refused(IPAddress, TURNFailure)
    /// Everything goes to another server from now on, over the same kind of transport: it is to be connected to. For TLS
    /// its certificate must name the first server (RFC 8489 section 10).
    case moved(TransportAddress)
    /// Nothing is relayed any more.
    case failed(TURNFailure)
    /// The server has confirmed that the allocation is gone, or was not heard in time.
    case closed
}

/// What a peer sent to the relayed address.
public struct TURNData: Hashable, Sendable {
    public var peer: TransportAddress
    public var bytes: [UInt8]

    public init(peer: TransportAddress, bytes: [UInt8]) {
        self.peer = peer
        self.bytes = bytes
    }
}

/// What a client dropped, by reason. They wrap.
public struct TURNDropCounts: Hashable, Sendable {
    /// Not parseable.
    public var malformed: UInt64 = 0
    /// A response to no request of ours, or one that is not authenticated.
    public var unexpectedResponse: UInt64 = 0
    /// From a peer without permission, or on a channel that is not bound.
    public var unpermitted: UInt64 = 0
    /// To a peer without permission, or longer than ``TURNLimits/payloadLength``.
    public var unsent: UInt64 = 0
    /// Anything else.
    public var other: UInt64 = 0

    public init() {}
}
