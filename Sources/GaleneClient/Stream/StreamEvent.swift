// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTP

/// What happens to a stream: the counterpart of the callbacks of the JavaScript library (spec 11.2.2).
public enum StreamEvent: Sendable {
    /// `onnegotiationcompleted`: descriptions have been exchanged, again after each renegotiation.
    case negotiated
    /// `ondowntrack`: the publisher has added a track, which ``Stream/frames`` will name by its id.
    case track(StreamTrack)
    /// The publisher has taken a track away.
    case trackRemoved(StreamTrack)
    /// `onstatus`
    case status(StreamStatus)
    /// `onstats`, as often as ``Stream/setStatsInterval(_:)`` says.
    case statistics(StreamStatistics)
    /// The encoder of an up stream is to make its next frame of this encoding a key frame.
    case keyFrameRequested(track: String, rid: String?)
    /// The encoder of an up stream may use so many bits a second for this encoding from now on.
    case targetBitrate(track: String, rid: String?, bitsPerSecond: Int)
    /// `onabort` of the older interface: the server does not want the up stream, which ends with this.
    case aborted
    /// `onerror`: the stream is of no use; ``closed(isReplaced:)`` follows.
    case failed(ServerConnectionError)
    /// `onclose`: the stream is over.
    ///
    /// - Parameter isReplaced: another one with the same local id takes its place.
    case closed(isReplaced: Bool)
}

/// Where the transport of a stream is in its life: the ICE connection states of browsers.
public enum StreamStatus: String, Sendable, Hashable {
    case new, checking, connected, disconnected, failed, closed
}

/// A track of a down stream.
public struct StreamTrack: Sendable, Hashable, Identifiable {
    /// Unique in its stream, and stays when the stream is negotiated again.
    public var id: String
    public var kind: MediaKind
    /// What it may come in; usually one.
    public var codecs: [Codec]

    package init(id: String, kind: MediaKind, codecs: [Codec]) {
        self.id = id
        self.kind = kind
        self.codecs = codecs
    }
}

/// A track that is published.
public struct PublishedTrack: Sendable, Hashable, Identifiable {
    /// One encoding of a simulcast.
    public struct Encoding: Sendable, Hashable {
        /// The name by which frames say that they belong to it; `nil` for the only one.
        public var rid: String?
        /// Bits a second that it is never asked to exceed.
        public var maximumBitrate: Int

        /// - Parameter maximumBitrate: 4 Mbit/s by default, what browsers take for 1080p.
        public init(rid: String? = nil, maximumBitrate: Int = 4_000_000) {
            self.rid = rid
            self.maximumBitrate = maximumBitrate
        }
    }

    public var id: String
    public var codec: Codec
    public var encodings: [Encoding]

    /// - Parameters:
    ///   - id: by which the application knows it; the kind of its codec by default.
    ///   - encodings: in decreasing order of throughput. Galène's servers expect `h` and `l` of those who send two.
    public init(_ codec: Codec, id: String? = nil, encodings: [Encoding] = [Encoding()]) {
        self.id = id ?? codec.kind.rawValue
        self.codec = codec
        self.encodings = encodings
    }

    /// As pages of Galène send their cameras: a full encoding and one of 100 kbit/s.
    public static let simulcast = [Encoding(rid: "h"), Encoding(rid: "l", maximumBitrate: 100_000)]
}
