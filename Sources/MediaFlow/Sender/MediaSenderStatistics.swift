// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What a ``MediaSender`` has counted of one encoding since it was made, and what its receiver reports.
public struct MediaSenderStatistics: Sendable, Hashable {
    public var rid: String?
    public var ssrc: UInt32 = 0
    /// Packets sent for the first time, and bytes of their payloads.
    public var packets = 0
    public var bytes = 0
    public var repeatedPackets = 0
    /// Packets asked for that were not sent again: too old, never sent, or beyond the budget.
    public var refusedRequests = 0
    public var frames = 0
    public var keyFrames = 0
    /// Frames that were not sent, because too much was waiting or a key frame was due.
    public var droppedFrames = 0
    /// Key frames that the receiver has asked for (PLI, FIR), before pacing.
    public var keyFrameRequests = 0
    /// Bits a second, of payload, over the last second.
    public var bitrate = 0
    /// Bits a second that the encoding may have; `nil` before the receiver has said so.
    public var targetBitrate: Int?
    /// Loss in the interval of the last report about us, of 256.
    public var fractionLost: UInt8 = 0
    /// `nil` before the first report that tells it.
    public var roundTrip: Duration?

    public init() {}
}
