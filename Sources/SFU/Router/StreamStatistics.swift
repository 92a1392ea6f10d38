// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// How one stream of a publisher or a subscriber fares at one moment. What is not known is `nil`.
public struct StreamStatistics: Sendable, Hashable {
    /// Bits a second of the whole transport: what a publisher is asked not to exceed, or what a subscriber says that its
    /// path carries (REMB both).
    public var maximumBitrate: Int64?
    public var tracks: [TrackStatistics]

    public init(maximumBitrate: Int64? = nil, tracks: [TrackStatistics] = []) {
        self.maximumBitrate = maximumBitrate
        self.tracks = tracks
    }
}

/// How one track fares: an SSRC of a publisher, or what a subscriber gets in its place.
public struct TrackStatistics: Sendable, Hashable {
    /// Where a subscriber stands in one dimension of a layered source.
    public struct Layer: Sendable, Hashable {
        /// The highest layer that the subscriber gets.
        public var current: UInt8
        /// The highest that its source sends.
        public var highest: UInt8

        public init(current: UInt8, highest: UInt8) {
            self.current = current
            self.highest = highest
        }
    }

    /// Of a subscriber's track whose source has several such layers.
    public var spatial: Layer?
    public var temporal: Layer?
    /// Bits of payload a second, over the last whole second.
    public var bitrate: Int64
    /// Bits a second: the track's share of what a publisher is asked not to exceed, or what a subscriber's path carries as
    /// far as its losses and estimates have shown.
    public var maximumBitrate: Int64?
    /// Of what was sent, 0 to 1: by the last report to a publisher, or by a subscriber's last.
    public var fractionLost: Double
    /// To the subscriber and back; a publisher's is not measured.
    public var roundTrip: Duration?
    /// Interarrival jitter (RFC 3550 section 6.4.1) here, or as a subscriber reports it.
    public var jitter: Duration?

    public init(
        spatial: Layer? = nil, temporal: Layer? = nil, bitrate: Int64 = 0, maximumBitrate: Int64? = nil,
        fractionLost: Double = 0, roundTrip: Duration? = nil, jitter: Duration? = nil
    ) {
        self.spatial = spatial
        self.temporal = temporal
        self.bitrate = bitrate
        self.maximumBitrate = maximumBitrate
        self.fractionLost = fractionLost
        self.roundTrip = roundTrip
        self.jitter = jitter
    }
}
