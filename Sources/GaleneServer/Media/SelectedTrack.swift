// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaLoop
import RTP
import WebRTC

/// A track that a receiver is to get of a stream: one section of the publisher's, and what of it.
struct SelectedTrack: Sendable, Equatable {
    /// The encodings that may feed it, best first, never none: one without simulcast. All have one codec, so that going
    /// from one to another is no affair of the receiver's.
    let sources: [UpTrackInfo]
    /// Of a source with spatial layers only the smallest is wanted.
    var isSpatiallyLimited = false

    /// The encoding that speaks for all of them: its section, its kind, its codec.
    var best: UpTrackInfo { sources[0] }

    /// How it travels to receivers: our number, with the parameters that the publisher negotiated.
    var codec: NegotiatedCodec { CodecTable.offered(best.codec) }
}
