// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
public import RTP
import SDP

/// The answerer's side of one stream: whoever receives media. A server for its up streams, a client for its down
/// streams; in this protocol the offerer is always the sender.
///
/// Accepts what it knows, rejects other sections with port 0, and answers later offers of the same stream
/// ([RFC 8829 section 5.3](https://www.rfc-editor.org/rfc/rfc8829#section-5.3)). Everything travels on one transport
/// ([RFC 8843](https://www.rfc-editor.org/rfc/rfc8843)); a section outside the bundle is rejected. An offer that fails
/// leaves the state as it was.
public struct ReceiverNegotiation: Sendable {
    /// What an offer led to.
    public struct Answer: Sendable {
        /// The session description to send back.
        public var sdp: String
        public var remote: RemoteTransport
        /// The sections in which the offerer sends, in their order; empty when all are inactive.
        public var tracks: [NegotiatedTrack]
        /// The offerer's ICE credentials are new: ICE starts again, DTLS goes on (RFC 8842 section 4).
        public var iceRestarted: Bool
    }

    /// The codecs that are accepted.
    public let codecs: [Codec]
    /// Whether a track may come in several encodings. If not, `a=simulcast` is not answered, and the offerer sends one
    /// (RFC 8853 section 5.3.2).
    public let acceptsSimulcast: Bool
    private var sections: [Section] = []
    private var remote: RemoteTransport?
    private var version: UInt64 = 0

    private struct Section {
        /// Some peers write none for a section that they have given up.
        var mid: String?
        var kind: MediaDescription.Kind
        var isRejected: Bool
    }

    public init(codecs: [Codec], acceptsSimulcast: Bool = true) {
        self.codecs = codecs
        self.acceptsSimulcast = acceptsSimulcast
    }

    /// Answers an offer of this stream.
    public mutating func answer(offer: String, local: LocalTransport) throws(NegotiationError) -> Answer {
        try answer(offer: offer) { _ in local }
    }

    /// Answers an offer of this stream.
    ///
    /// - Parameter local: told whether the offer restarts ICE, in which case our credentials must be new as well
    ///   (RFC 8445 section 9).
    public mutating func answer(
        offer: String, local: (_ iceRestarted: Bool) -> LocalTransport
    ) throws(NegotiationError) -> Answer {
        let session: SessionDescription
        do {
            session = try SessionDescription(parsing: offer)
        } catch {
            throw .malformed(error)
        }
        let mids = try Self.mids(of: session)
        try checkContinuity(session, mids)

        var offered = acceptable(session, mids: mids)
        let bundle = Self.bundle(session, accepted: offered)
        let bundled = Set(bundle)
        for index in offered.indices where !bundled.contains(offered[index]?.mid ?? "") { offered[index] = nil }
        let transport = try DeclaredTransport(
            session, sections: bundle.compactMap { mid in mids.firstIndex(of: mid).map { session.media[$0] } })
        if let remote, remote.fingerprint != transport.fingerprint { throw .changedFingerprint }
        let role = try role(for: transport.setup)
        let iceRestarted = remote.map { $0.credentials != transport.credentials } ?? false

        version &+= 1
        let remote = transport.remote(localRole: role)
        self.remote = remote
        sections = zip(zip(mids, session.media), offered).map {
            Section(mid: $0.0, kind: $0.1.kind, isRejected: $1 == nil)
        }
        let sdp = AnswerWriter(
            session: session, mids: mids, accepted: offered, bundle: bundle, local: local(iceRestarted), role: role,
            version: version)
        return Answer(
            sdp: sdp.text, remote: remote, tracks: offered.compactMap { $0?.track }, iceRestarted: iceRestarted)
    }

    private static func mids(of session: SessionDescription) throws(NegotiationError) -> [String?] {
        var mids: [String?] = []
        var seen: Set<String> = []
        for section in session.media {
            let mid = section.mid
            if let mid {
                guard seen.insert(mid).inserted else { throw .duplicateMid }
            } else {
                guard !section.isOpen else { throw .missingMid }
            }
            mids.append(mid)
        }
        return mids
    }

    /// RFC 8829 section 5.2.2: sections keep their place and their mid; only a rejected one may be used anew.
    private func checkContinuity(_ session: SessionDescription, _ mids: [String?]) throws(NegotiationError) {
        guard session.media.count >= sections.count else { throw .changedSections }
        for (index, section) in sections.enumerated() where !section.isRejected {
            guard mids[index] ?? section.mid == section.mid, session.media[index].kind == section.kind else {
                throw .changedSections
            }
        }
    }

    /// Each section as it could be accepted by itself; `nil` for those that cannot.
    private func acceptable(_ session: SessionDescription, mids: [String?]) -> [AcceptedSection?] {
        var extensions = NegotiatedExtensions()
        return zip(mids, session.media).map { mid, section in
            guard let mid, let kind = MediaKind(rawValue: section.kind.rawValue), section.isRTP, section.isOpen,
                section.attributes.contains(.rtcpMux),
                let accepted = AcceptedSection(
                    section, mid: mid, kind: kind, codecs: codecs, acceptsSimulcast: acceptsSimulcast,
                    inherited: session.direction, extensions: extensions)
            else { return nil }
            extensions = extensions.merging(accepted.extensions)
            return accepted
        }
    }

    /// The mids of the sections that share the transport, the tagged one first.
    private static func bundle(_ session: SessionDescription, accepted: [AcceptedSection?]) -> [String] {
        let acceptable = accepted.compactMap { $0?.mid }
        guard let group = session.bundle else {
            // Without a group each section would have a transport of its own: the first alone is accepted.
            return Array(acceptable.prefix(1))
        }
        let set = Set(acceptable)
        var seen: Set<String> = []
        return group.filter { set.contains($0) && seen.insert($0).inserted }
    }

    /// RFC 8842 section 5.3: the role stays as long as the association does.
    private func role(for setup: Setup?) throws(NegotiationError) -> DTLSRole {
        let current = remote?.localRole
        switch setup {
        // RFC 5763 section 5 wants offers to say actpass; one that says nothing leaves the choice to us as well.
        case nil, .actpass: return current ?? .client
        case .passive:
            guard current != .server else { throw .incompatibleSetup }
            return .client
        case .active:
            guard current != .client else { throw .incompatibleSetup }
            return .server
        case .holdconn: throw .incompatibleSetup
        }
    }
}
