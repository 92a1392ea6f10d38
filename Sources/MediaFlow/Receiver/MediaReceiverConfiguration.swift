// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTP

/// What a ``MediaReceiver`` must know of its track: what was negotiated, and how long it may wait.
public struct MediaReceiverConfiguration: Sendable, Hashable {
    public var codec: Codec
    /// Packets of another payload type are ignored.
    public var payloadType: UInt8
    /// Who reports: the SSRC of our reports, which no media of ours has.
    public var reporterSSRC: UInt32
    /// Whether missing packets may be asked for (`nack`).
    public var acceptsNACK: Bool
    /// Whether a key frame may be asked for (`nack pli`).
    public var acceptsPLI: Bool
    /// Whether the sender takes a bitrate from us (`goog-remb`).
    public var acceptsREMB: Bool
    /// Bits a second that REMB names: no more than the application wants. The default, 1 Gbit/s, bounds nothing: what the
    /// path carries the sender learns from our loss reports.
    public var maximumBitrate: Int
    /// How long after the earliest possible moment frames are played, at least. 20 ms are what a good network's jitter
    /// takes, and the least that reordering needs.
    public var minimumDelay: Duration
    /// And at most. 400 ms are the most that leaves a conversation (ITU-T G.114), and with a round trip of 100 ms room for
    /// three retransmissions. Whoever records takes more.
    public var maximumDelay: Duration

    public static let defaultMaximumBitrate = 1_000_000_000
    public static let defaultMinimumDelay = Duration.milliseconds(20)
    public static let defaultMaximumDelay = Duration.milliseconds(400)
    /// Two seconds fill ``PacketBuffer`` with 4 Mbit/s; a longer wait loses what it waits for.
    public static let longestDelay = Duration.seconds(2)

    /// - Parameters:
    ///   - minimumDelay: clamped to 0 and ``longestDelay``.
    ///   - maximumDelay: clamped to `minimumDelay` and ``longestDelay``.
    public init(
        codec: Codec, payloadType: UInt8, reporterSSRC: UInt32, acceptsNACK: Bool, acceptsPLI: Bool,
        acceptsREMB: Bool, maximumBitrate: Int = Self.defaultMaximumBitrate,
        minimumDelay: Duration = Self.defaultMinimumDelay, maximumDelay: Duration = Self.defaultMaximumDelay
    ) {
        self.codec = codec
        self.payloadType = payloadType & 0x7f
        self.reporterSSRC = reporterSSRC
        self.acceptsNACK = acceptsNACK
        self.acceptsPLI = acceptsPLI && codec.kind == .video
        self.acceptsREMB = acceptsREMB
        self.maximumBitrate = max(0, maximumBitrate)
        self.minimumDelay = min(max(.zero, minimumDelay), Self.longestDelay)
        self.maximumDelay = min(max(self.minimumDelay, maximumDelay), Self.longestDelay)
    }
}
