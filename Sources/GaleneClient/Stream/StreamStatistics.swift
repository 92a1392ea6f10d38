// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What was counted of a stream. Spec 11.2.5.
public struct StreamStatistics: Sendable, Hashable {
    /// One encoding of an up stream.
    public struct Outbound: Sendable, Hashable {
        /// The ``PublishedTrack/id``.
        public var track: String
        public var rid: String?
        public var ssrc: UInt32
        /// Since the beginning.
        public var bytesSent: Int
        public var packetsSent: Int
        public var framesSent: Int
        /// Bits a second since the last look; `nil` at the first.
        public var rate: Double?
        /// What the server has asked not to exceed, in bits a second.
        public var targetBitrate: Int?
        /// 0 to 1, by the last report of the server.
        public var fractionLost: Double
        public var roundTrip: Duration?
    }

    /// One track of a down stream.
    public struct Inbound: Sendable, Hashable {
        /// The ``StreamTrack/id``.
        public var track: String
        public var bytesReceived: Int
        public var packetsReceived: Int
        public var packetsLost: Int
        public var framesReceived: Int
        public var framesDropped: Int
        /// Bits a second since the last look; `nil` at the first.
        public var rate: Double?
        /// 0 to 1, over the last second.
        public var fractionLost: Double
        public var jitter: Duration
        /// Seconds of full volume since the beginning; `nil` of a track of which no decoder has told anything
        /// (``Stream/didDecode(_:sampleRate:track:)``).
        public var totalAudioEnergy: Double?
        /// The mean of the squared volume since the last look, 0 to 1; `nil` at the first, and without a decoder.
        public var audioEnergy: Double?
    }

    public var outbound: [Outbound] = []
    public var inbound: [Inbound] = []

    public init() {}
}
