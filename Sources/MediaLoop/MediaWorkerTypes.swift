// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase
public import RTP
public import WebRTC

/// A stream (one peer connection) on a worker.
public struct StreamID: Hashable, Sendable {
    public let handle: Handle
    public init(_ handle: Handle) { self.handle = handle }
}

/// A track of an up stream on a worker: one SSRC, which is one section or one simulcast encoding of it.
public struct UpTrackID: Hashable, Sendable {
    public let handle: Handle
    public init(_ handle: Handle) { self.handle = handle }
}

/// An up track that carries packets.
public struct UpTrackInfo: Hashable, Sendable {
    public let id: UpTrackID
    public let kind: MediaKind
    public let codec: NegotiatedCodec
    /// The simulcast encoding; `nil` without simulcast.
    public let rid: String?
    public let mid: String
    public let streamID: String?
    public let trackID: String?
    public let cname: String?

    public init(
        id: UpTrackID, kind: MediaKind, codec: NegotiatedCodec, rid: String?, mid: String, streamID: String?,
        trackID: String?, cname: String?
    ) {
        self.id = id
        self.kind = kind
        self.codec = codec
        self.rid = rid
        self.mid = mid
        self.streamID = streamID
        self.trackID = trackID
        self.cname = cname
    }
}

/// A track that a down stream is to carry.
///
/// Which track it is, `mid`, `ssrc` and `payloadType` say. Its sources and its restriction may change in its life
/// (``MediaWorker/updateDownStream(_:local:tracks:)``), without a new negotiation.
public struct DownTrackParameters: Hashable, Sendable {
    /// What it is fed from: simulcast encodings of one section and one codec, the best first; one without simulcast.
    /// Which of them a receiver gets, what its path carries decides. At most ``maximumSources``.
    public let sources: [UpTrackID]
    public let mid: String
    public let ssrc: UInt32
    /// What the receiver expects on the wire; the source's number is replaced by it.
    public let payloadType: UInt8
    public let feedback: NegotiatedFeedback
    /// Of a source with spatial layers only the smallest is wanted (`video-low` without simulcast).
    public let isSpatiallyLimited: Bool

    /// Browsers send three encodings. What is more than this is left alone.
    public static let maximumSources = 4

    /// - Parameter sources: not empty.
    public init(
        sources: [UpTrackID], mid: String, ssrc: UInt32, payloadType: UInt8, feedback: NegotiatedFeedback,
        isSpatiallyLimited: Bool = false
    ) {
        self.sources = sources
        self.mid = mid
        self.ssrc = ssrc
        self.payloadType = payloadType
        self.feedback = feedback
        self.isSpatiallyLimited = isSpatiallyLimited
    }

    /// Whether both are the same track, whatever feeds it.
    func isSameTrack(as other: DownTrackParameters) -> Bool {
        mid == other.mid && ssrc == other.ssrc && payloadType == other.payloadType
    }
}

/// What a worker tells the control plane. Bounded: each kind happens a bounded number of times a stream.
public enum MediaEvent: Sendable {
    /// The first packet of a track has been authenticated: the stream can be pushed with it.
    case upTrackStarted(stream: StreamID, UpTrackInfo)
    /// ICE and DTLS are done.
    case connected(stream: StreamID)
    /// The peer has not been heard of for 30 s, or DTLS failed: negotiate again or give up.
    case failed(stream: StreamID, reason: String)
    /// The peer closed the DTLS association.
    case closed(stream: StreamID)
}

/// Why a worker refused what the control plane asked for.
public enum MediaError: Error, Sendable, Equatable {
    case noSuchStream
    /// The worker already carries as many streams as it may.
    case tooManyStreams
    /// Another stream of the worker already uses that user name fragment: draw new credentials.
    case credentialsInUse
    /// The stream has already sent with that SSRC: draw a new one for each section.
    case ssrcUsedBefore
}
