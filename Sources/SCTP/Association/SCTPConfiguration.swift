// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What one association is to be like.
public struct SCTPConfiguration: Sendable {
    /// `a=sctp-port` of our description (RFC 8841): 5000 in every browser.
    public var localPort: UInt16 = 5000
    /// The peer's.
    public var remotePort: UInt16 = 5000
    /// The longest packet to send, in bytes: ``DTLSAssociation/maximumDataLength`` of what carries it. RFC 8261 section 5
    /// leaves the path's MTU to DTLS, so it is not searched for.
    public var maximumPacketLength = 1150
    /// The longest message that the peer may send, in bytes: what our `a=max-message-size` says. As in libwebrtc.
    public var maximumIncomingMessage = 262_144
    /// The longest message that the peer takes: its `a=max-message-size`; 64 KiB where it says none (RFC 8841 section 6.1).
    public var maximumOutgoingMessage = 65_536
    /// Bytes that are kept for messages which are incomplete, out of order or not polled yet; at least twice
    /// ``maximumIncomingMessage``.
    public var receiveBuffer = SCTPLimits.receiveBuffer
    /// Whether packets may come without a checksum (RFC 9653): DTLS has checked them already. For nothing but DTLS.
    public var acceptsZeroChecksum = true

    // RFC 9260 section 16 where nothing else is said.

    /// Before the first measurement. RFC 9260 has 1 s; libwebrtc too has 500 ms, because ICE has proved the path.
    public var initialTimeout = Duration.milliseconds(500)
    /// RTO.Min. 1 s in the RFC, 400 ms in libwebrtc: twice the longest delay of a SACK.
    public var minimumTimeout = Duration.milliseconds(400)
    /// RTO.Max. 60 s in the RFC; a person who waits for a network to come back waits for this.
    public var maximumTimeout = Duration.seconds(10)
    /// How long a SACK may wait for a second packet: the RFC allows 200 ms and wants it well below the peer's timeout.
    public var sackDelay = Duration.milliseconds(50)
    /// HB.interval.
    public var heartbeatInterval = Duration.seconds(30)
    /// Max.Init.Retransmits.
    public var maximumInitRetransmissions = 8
    /// Association.Max.Retrans: there is one path, so Path.Max.Retrans has no meaning of its own.
    public var maximumRetransmissions = 10
    /// Valid.Cookie.Life.
    public var cookieLifetime = Duration.seconds(60)

    public init() {}
}
