// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import RTCBase

/// What a server or a peer can make a TURN client keep, send or wait for.
public enum TURNLimits {
    /// Peers' IP addresses with a permission: as many as remote candidates of one ICE agent.
    public static let permissions = 32
    /// Peers with a channel. One is in use, and a path that is left keeps its own until it expires.
    public static let channels = 32
    /// How often one request is repeated with a new nonce before the server is given up. A nonce that is stale at once
    /// again helps nobody.
    public static let staleNonces = 3
    /// How many other servers are tried that servers name (300).
    public static let alternates = 3
    /// Bytes of user name, realm and nonce together that we put into a request: with everything else they stay within
    /// `STUNLimits.messageLength`.
    public static let challengeLength = 1536
    /// Bytes of a peer's datagram that are relayed, either way: more than any path carries.
    public static let payloadLength = 1600
    /// Bytes of one message on a stream. A longer one, which is a peer's long datagram, is skipped.
    public static let frameLength = 2048
}

extension ParseError {
    static let notChannelData = ParseError("the datagram is not ChannelData")
    static let wrongChannelLength = ParseError("the length of ChannelData does not match the datagram")
    static let notTURN = ParseError("the stream carries something that is neither STUN nor ChannelData")
}
