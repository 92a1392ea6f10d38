// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase
public import RTP

/// What a ``MediaSender`` must know of its track: what was negotiated.
public struct MediaSenderConfiguration: Sendable, Hashable {
    /// One encoding of the track: the only one, or one of a simulcast.
    public struct Encoding: Sendable, Hashable {
        /// The name by which SDP and packets know it (RFC 8851); `nil` for the only encoding of a track without simulcast.
        public var rid: String?
        /// Random and never used before in this connection (RFC 3550 section 8).
        public var ssrc: UInt32
        /// Bits a second that the encoder is never asked to exceed, at most ``MediaSenderConfiguration/highestBitrate``.
        public var maximumBitrate: Int

        public init(rid: String? = nil, ssrc: UInt32, maximumBitrate: Int = MediaSenderConfiguration.defaultBitrate) {
            self.rid = rid
            self.ssrc = ssrc
            self.maximumBitrate = max(1, maximumBitrate)
        }
    }

    /// The header extension by which a receiver finds out which section and encoding an SSRC is.
    public struct Identification: Sendable, Hashable {
        /// The section (`a=mid`) and the number that `a=extmap` gives to `urn:ietf:params:rtp-hdrext:sdes:mid`.
        public var mid: String?
        public var midID: UInt8?
        /// The number of `urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id`.
        public var ridID: UInt8?

        public init(mid: String? = nil, midID: UInt8? = nil, ridID: UInt8? = nil) {
            self.mid = mid
            self.midID = midID
            self.ridID = ridID
        }
    }

    /// 4 Mbit/s: what browsers' encoders want for 1080p. For what is smaller the encoder knows its own limit.
    public static let defaultBitrate = 4_000_000
    /// 1 Gbit/s, beyond which nothing is a limit any more.
    public static let highestBitrate = 1_000_000_000
    /// Browsers send three.
    public static let maximumEncodings = 4

    public var codec: Codec
    public var payloadType: UInt8
    /// The canonical name, the same for all tracks that are to be played together (RFC 3550 section 6.5.1).
    public var cname: String
    /// In decreasing order of throughput, as in `a=simulcast`; those beyond ``maximumEncodings`` are ignored.
    public var encodings: [Encoding]
    public var identification: Identification
    /// Bytes of an RTP payload at most.
    public var maximumPayloadSize: Int
    /// Relates our clock to the wall clock; the same for all tracks that are to be played together.
    public var wallClock: WallClock

    public init(
        codec: Codec, payloadType: UInt8, cname: String, encodings: [Encoding],
        identification: Identification = Identification(),
        maximumPayloadSize: Int = VP8Packetizer.defaultMaximumPayloadSize, wallClock: WallClock
    ) {
        self.codec = codec
        self.payloadType = payloadType & 0x7f
        self.cname = cname
        self.encodings = Array(encodings.prefix(Self.maximumEncodings))
        self.identification = identification
        self.maximumPayloadSize = maximumPayloadSize
        self.wallClock = wallClock
    }
}
