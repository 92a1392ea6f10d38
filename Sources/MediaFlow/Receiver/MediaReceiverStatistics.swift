// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What a ``MediaReceiver`` has counted since it was made, over all sources of its track.
public struct MediaReceiverStatistics: Sendable, Hashable {
    /// Packets, and bytes of their payloads.
    public var packets = 0
    public var bytes = 0
    /// Packets that came a second time while the first was still here.
    public var duplicates = 0
    /// Packets that came after their turn.
    public var latePackets = 0
    /// Packets that came because they were asked for.
    public var repairedPackets = 0
    /// Packets that never came, as far as they were waited for.
    public var lostPackets = 0
    /// Packets of another payload type, of a source before its second packet, too long, or that contradict themselves.
    public var refusedPackets = 0
    /// Frames given out, and how many of them were key frames. Each packet of sound is one.
    public var frames = 0
    public var keyFrames = 0
    /// Frames that came whole or in part and were not given out.
    public var droppedFrames = 0
    /// Packets asked for, again and again ones included.
    public var requestedPackets = 0
    /// Key frames asked for.
    public var keyFrameRequests = 0
    /// How often the track went on with another SSRC, or with other numbers.
    public var restarts = 0
    /// Bits of payload a second, over the last whole second.
    public var bitrate = 0
    /// Interarrival jitter ([RFC 3550 section 6.4.1](https://www.rfc-editor.org/rfc/rfc3550#section-6.4.1)).
    public var jitter = Duration.zero
    /// Loss in the interval of the last report, of 256.
    public var fractionLost: UInt8 = 0
    /// How long after the earliest possible moment frames are played at present.
    public var playoutDelay = Duration.zero

    public init() {}
}
