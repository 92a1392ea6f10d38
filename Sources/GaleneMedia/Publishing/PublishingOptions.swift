// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTP

/// How a source is published.
public struct PublishingOptions: Hashable, Sendable {
    /// VP8 by default: every browser decodes it, and libvpx encodes it at a low cost.
    public var videoCodec = Codec.vp8
    /// Whether a small encoding goes beside the full one, for receivers with little room. Off by default: it costs CPU time,
    /// and with two members nobody needs it.
    public var isSimulcast = false
    /// Bits a second of the full picture; by default what its size asks for (``EncodingPlan``).
    public var maximumVideoBitrate: Int?
    /// Bits a second of the sound: by default what speech and most music need in Opus.
    public var audioBitrate = 64_000
    /// How many pictures a second encoders plan for; of other rates they notice it by the times.
    public var framesPerSecond = 30.0
    public var includesPictures = true
    public var includesSound = true

    public init() {}
}
