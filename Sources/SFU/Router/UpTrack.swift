// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
import RTCBase
public import RTP

/// What the router must know of a track that a publisher sends.
public struct UpTrackConfiguration: Sendable {
    public var ssrc: UInt32
    public var codec: Codec
    /// Whether the publisher understands PLI; without it key frames cannot be asked for.
    public var acceptsPLI: Bool
    /// Whether missing packets can be asked for (`nack`).
    public var acceptsNACK: Bool
    /// Whether a bitrate can be demanded of the publisher (`goog-remb`).
    public var acceptsREMB: Bool
    /// The least of several simulcast encodings, which has a rate of its own (spec 7.11).
    public var isLowestEncoding: Bool

    public init(
        ssrc: UInt32, codec: Codec, acceptsPLI: Bool, acceptsNACK: Bool = false, acceptsREMB: Bool,
        isLowestEncoding: Bool = false
    ) {
        self.ssrc = ssrc
        self.codec = codec
        self.acceptsPLI = acceptsPLI
        self.acceptsNACK = acceptsNACK
        self.acceptsREMB = acceptsREMB
        self.isLowestEncoding = isLowestEncoding
    }
}

/// A track that comes in: its cache, what its receiver reports say, and who gets it.
struct UpTrack: ~Copyable {
    let configuration: UpTrackConfiguration
    let publisher: Handle
    var ring: PacketRing
    var reception: ReceptionStatistics
    var rate = RateMeter()
    var layers = LayerMeter()
    var keyFrames = KeyFrameRequester()
    var nacks = NackWindow()
    /// The last sender report: its NTP time and the RTP timestamp of the same moment.
    var senderReport: TimestampMap.Origin?
    /// The down tracks that it feeds, or is about to.
    var downTracks: [Handle] = []
    /// Down tracks that it may feed, whether it does or not.
    var audience = 0
    /// Where the newest key frame begins, and when that came.
    var keyFrame: UInt64?
    var keyFrameArrival: Instant?
    /// Whether the router's list of tracks with fresh packets has this one.
    var isListed = false
    /// Whether the router's list of tracks with missing packets has this one.
    var isRepairing = false

    init(_ configuration: UpTrackConfiguration, publisher: Handle) {
        self.configuration = configuration
        self.publisher = publisher
        ring = PacketRing(capacity: CacheSize.minimum(configuration.codec.kind))
        reception = ReceptionStatistics(clockRate: configuration.codec.clockRate)
    }
}
