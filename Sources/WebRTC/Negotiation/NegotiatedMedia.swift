// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import DTLS
public import ICE
public import RTCCrypto
public import RTP

/// One codec of one media section after negotiation.
public struct NegotiatedCodec: Hashable, Sendable {
    public var codec: Codec
    /// The number on the wire: the offerer's (RFC 8829 section 5.3.1).
    public var payloadType: UInt8
    /// The text of `a=fmtp` after the payload type; empty when there is none.
    public var parameters: String

    public init(codec: Codec, payloadType: UInt8, parameters: String = "") {
        self.codec = codec
        self.payloadType = payloadType
        self.parameters = parameters
    }
}

/// The RTCP feedback that both sides agreed on for a video section.
public struct NegotiatedFeedback: OptionSet, Hashable, Sendable {
    public var rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `goog-remb`
    public static let remb = NegotiatedFeedback(rawValue: 1)
    /// `nack`
    public static let nack = NegotiatedFeedback(rawValue: 2)
    /// `nack pli`
    public static let pli = NegotiatedFeedback(rawValue: 4)
    /// `ccm fir`
    public static let fir = NegotiatedFeedback(rawValue: 8)
}

/// The ids of the header extensions by which a packet names its section and its simulcast encoding; `nil` when not
/// negotiated.
public struct NegotiatedExtensions: Hashable, Sendable {
    public var mid: UInt8?
    public var rid: UInt8?
    public var repairedRID: UInt8?

    public init(mid: UInt8? = nil, rid: UInt8? = nil, repairedRID: UInt8? = nil) {
        self.mid = mid
        self.rid = rid
        self.repairedRID = repairedRID
    }
}

/// One media section that a sender offered and a receiver accepted.
public struct NegotiatedTrack: Hashable, Sendable {
    public var mid: String
    public var kind: MediaKind
    /// Never empty. The first is preferred.
    public var codecs: [NegotiatedCodec]
    public var feedback: NegotiatedFeedback
    public var extensions: NegotiatedExtensions
    /// The SSRCs that the sender declared (without those of RTX); empty when packets name their section themselves.
    public var ssrcs: [UInt32]
    /// The simulcast encodings in the order of the SDP, best first; empty without simulcast.
    public var rids: [String]
    /// The two identifiers of `a=msid`, if declared.
    public var streamID: String?
    public var trackID: String?
    public var cname: String?

    public init(
        mid: String, kind: MediaKind, codecs: [NegotiatedCodec], feedback: NegotiatedFeedback = [],
        extensions: NegotiatedExtensions = .init(), ssrcs: [UInt32] = [], rids: [String] = [],
        streamID: String? = nil, trackID: String? = nil, cname: String? = nil
    ) {
        self.mid = mid
        self.kind = kind
        self.codecs = codecs
        self.feedback = feedback
        self.extensions = extensions
        self.ssrcs = ssrcs
        self.rids = rids
        self.streamID = streamID
        self.trackID = trackID
        self.cname = cname
    }
}

/// Our half of a transport, as we write it into an offer or an answer.
public struct LocalTransport: Sendable {
    public var credentials: ICECredentials
    public var fingerprint: CertificateFingerprint
    /// True for the server: `a=ice-lite` (RFC 8445 section 2.5).
    public var isICELite: Bool
    /// Written into the SDP when not empty, with `a=end-of-candidates`; empty when they are trickled.
    public var candidates: [ICECandidate]

    public init(
        credentials: ICECredentials, fingerprint: CertificateFingerprint, isICELite: Bool,
        candidates: [ICECandidate] = []
    ) {
        self.credentials = credentials
        self.fingerprint = fingerprint
        self.isICELite = isICELite
        self.candidates = candidates
    }
}

/// The peer's half of a transport, as its offer or answer declares it.
public struct RemoteTransport: Hashable, Sendable {
    public var credentials: ICECredentials
    public var fingerprint: CertificateFingerprint
    public var isICELite: Bool
    /// The candidates that the SDP itself carried.
    public var candidates: [ICECandidate]
    /// The role that *we* play, from the two `a=setup` attributes (RFC 5763 section 5).
    public var localRole: DTLSRole

    public init(
        credentials: ICECredentials, fingerprint: CertificateFingerprint, isICELite: Bool,
        candidates: [ICECandidate], localRole: DTLSRole
    ) {
        self.credentials = credentials
        self.fingerprint = fingerprint
        self.isICELite = isICELite
        self.candidates = candidates
        self.localRole = localRole
    }
}
