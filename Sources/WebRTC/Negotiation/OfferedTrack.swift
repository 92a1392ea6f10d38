// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTP

/// A track that a sender offers.
public struct OfferedTrack: Hashable, Sendable {
    public var kind: MediaKind
    /// The one codec of the section.
    public var codec: NegotiatedCodec
    /// What tells tracks of a stream apart: a track with another SSRC is another track, with another section.
    public var ssrc: UInt32
    /// The two identifiers of `a=msid`.
    public var streamID: String
    public var trackID: String
    public var cname: String
    /// The simulcast encodings, best first; empty without simulcast. With them the SSRC is not declared, because each
    /// encoding has its own.
    public var rids: [String]

    public init(
        kind: MediaKind, codec: NegotiatedCodec, ssrc: UInt32, streamID: String, trackID: String, cname: String,
        rids: [String] = []
    ) {
        self.kind = kind
        self.codec = codec
        self.ssrc = ssrc
        self.streamID = streamID
        self.trackID = trackID
        self.cname = cname
        self.rids = rids
    }
}
