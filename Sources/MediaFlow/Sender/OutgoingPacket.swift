// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A packet that a ``MediaSender`` wants sent.
public struct OutgoingPacket: Hashable, Sendable {
    public var ssrc: UInt32
    /// The sequence number without wrap: what SRTP takes. It rises with each packet of an SSRC, but for repetitions.
    public var index: UInt64
    /// The whole RTP packet in clear. A repetition has the very same bytes, so that its index may be used again
    /// (decisions/0004).
    public var bytes: [UInt8]
    /// The packet was sent before, and has been asked for.
    public var isRepetition: Bool
}
