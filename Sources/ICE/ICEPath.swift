// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase
public import TURN

/// A way to the peer: from which of our addresses to which of its.
public struct ICEPath: Hashable, Sendable, BitwiseCopyable {
    public var remote: TransportAddress
    /// The address to send from: of the socket, or as the packet info of a socket that is bound to all. On a relayed path
    /// the relayed address, which is the server's.
    public var local: IPAddress
    /// Through which of ``ICEAgent/Configuration/turnServers``; `nil` for a path of our own. What is sent on a relayed path
    /// goes through ``ICEAgent/encapsulate(_:for:)`` first.
    public var relay: UInt8?

    public init(remote: TransportAddress, local: IPAddress, relay: UInt8? = nil) {
        self.remote = remote
        self.local = local
        self.relay = relay
    }
}

/// What an agent wants sent: without ``ICEPath/relay`` a datagram from ``local`` to ``remote``; with it, bytes for that TURN
/// server, which listens at ``remote``, as they are: a datagram over UDP, a piece of the stream over TCP and TLS.
public struct ICETransmit: Hashable, Sendable {
    public var bytes: [UInt8]
    public var path: ICEPath

    public init(bytes: [UInt8], path: ICEPath) {
        self.bytes = bytes
        self.path = path
    }

    public var remote: TransportAddress { path.remote }
    public var local: IPAddress { path.local }
    public var relay: UInt8? { path.relay }
}

/// What a peer sent to a relayed address, and is not ICE's: DTLS or media.
public struct ICEReceived: Hashable, Sendable {
    public var bytes: [UInt8]
    public var path: ICEPath
}

/// The candidates that the path in use joins, for statistics and for people.
public struct ICESelectedPair: Hashable, Sendable {
    /// How the peer sees us: a host candidate, a reflexive one when a NAT is between, or a relayed one.
    public var local: ICECandidate
    public var remote: ICECandidate
}

/// What an agent tells its driver.
public enum ICEEvent: Hashable, Sendable {
    /// The full agent reaches the peer: for the first time, or again after ``disconnected``.
    case connected
    /// From now on everything is sent on this path.
    case pathSelected(ICEPath)
    /// The full agent has had no answer for ``ICEAgent/Configuration/disconnectTimeout``, or the address of the path in use
    /// is gone, and checks all pairs again.
    case disconnected
    /// Nothing may be sent any more. Only a restart leads back.
    case failed
    /// The full agent has an address to tell the peer, once ``ICEAgent/gather(now:)`` was called.
    case candidate(ICECandidate)
    /// There are no more for now: what browsers call the end of candidates. Again after an address was added or a restart.
    case gatheringComplete
    /// A TURN server has named another one, over the same kind of transport: the driver connects to that. For TLS the
    /// certificate must name the first server.
    case relayMoved(server: UInt8, to: TransportAddress)
    /// A TURN server relays nothing (any more). The rest goes on without it; ``ICEAgent/allocate(server:now:)`` asks again.
    case relayFailed(server: UInt8, TURNFailure)
}

/// STUN messages that an agent dropped without an answer, by reason. They wrap.
public struct ICEDropCounts: Hashable, Sendable {
    /// Not parseable, or an attribute is malformed.
    public var malformed: UInt64 = 0
    /// A request without USERNAME, MESSAGE-INTEGRITY or FINGERPRINT, or with one that is wrong.
    public var unauthenticated: UInt64 = 0
    /// A response to no check of ours, or from where that check was not sent, or not authenticated.
    public var unexpectedResponse: UInt64 = 0
    /// Anything else: another method, an indication, or a check when the agent has failed.
    public var other: UInt64 = 0
}
