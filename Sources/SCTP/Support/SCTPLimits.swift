// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What a peer, or a caller who does not wait, can make grow.
public enum SCTPLimits {
    /// Streams in each direction, as libwebrtc has them: identifiers of data channels lie below.
    public static let streams = 1024
    /// Chunks on their way, and how far ahead of the first missing one a chunk may be: 18 MB in packets of 1150 bytes.
    public static let window = 16_384
    /// Bytes of a receive buffer: 670 Mbit/s at 50 ms.
    public static let receiveBuffer = 4_194_304
    /// Bytes that wait to be sent, all streams together; ``SCTPAssociation/send(_:)`` refuses more. As libwebrtc's
    /// channels have them.
    public static let sendBuffer = 16_777_216
    /// Messages that wait to be sent: small ones cost more than their bytes.
    public static let queuedMessages = 65_536
    /// Bytes that a message or chunk which is kept counts for beside its own, towards ``receiveBuffer``.
    static let overhead = 64
    /// Events that are no messages and wait to be polled; a peer whose further ones are not taken has to ask again.
    static let events = 256
    /// A state cookie, ours or the peer's: it travels in one packet.
    package static let cookieLength = 1024
    /// Bytes of what is reported back to a peer as not understood, in one chunk.
    package static let reportLength = 256
    /// Answers that wait for a packet; more are dropped, and asked for again by who wants them.
    static let answers = 16
    /// Gap blocks that are written into one SACK: 1 KiB. The rest is said by later ones.
    static let gapBlocks = 256
    /// Duplicates that are reported in one SACK.
    static let duplicates = 16
    /// Entries of a FORWARD TSN: 512 bytes.
    static let skippedStreams = 128
    /// What ``SCTPConfiguration/maximumPacketLength`` is at least, in bytes: an INIT ACK fits into it.
    static let shortestPacket = 128
    /// Longest packet that may be asked for, in bytes.
    static let packetLength = 65_535
}
