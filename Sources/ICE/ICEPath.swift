// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// A way to the peer: from which of our addresses to which of its.
public struct ICEPath: Hashable, Sendable, BitwiseCopyable {
    public var remote: TransportAddress
    /// The address to send from: of the socket, or as the packet info of a socket that is bound to all.
    public var local: IPAddress

    public init(remote: TransportAddress, local: IPAddress) {
        self.remote = remote
        self.local = local
    }
}

/// A datagram that an agent wants sent.
public struct ICETransmit: Hashable, Sendable {
    public var bytes: [UInt8]
    public var path: ICEPath

    public init(bytes: [UInt8], path: ICEPath) {
        self.bytes = bytes
        self.path = path
    }

    public var remote: TransportAddress { path.remote }
    public var local: IPAddress { path.local }
}

/// What an agent tells its driver.
public enum ICEEvent: Hashable, Sendable {
    /// The full agent reaches the peer: for the first time, or again after ``disconnected``.
    case connected
    /// From now on everything is sent on this path.
    case pathSelected(ICEPath)
    /// The full agent has had no answer for ``ICEAgent/Configuration/disconnectTimeout`` and checks all pairs again.
    case disconnected
    /// Nothing may be sent any more. Only a restart leads back.
    case failed
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
