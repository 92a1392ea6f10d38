// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
import RTP
import SDP

/// The offerer's side of one stream: whoever sends media. A server for its down streams, a client for its up streams.
///
/// Sections are appended and never used again: that of a track which is no longer sent becomes inactive, a track that
/// comes later gets a section of its own ([RFC 8829 section 5.2](https://www.rfc-editor.org/rfc/rfc8829#section-5.2)).
public struct SenderNegotiation: Sendable {
    /// What to send to the peer.
    public struct Offer: Sendable {
        public var sdp: String
        /// The mid of each of the tracks, in the order in which they were given.
        public var mids: [String]
    }

    /// What an answer led to.
    public struct AppliedAnswer: Sendable {
        public var remote: RemoteTransport
        /// The tracks that the peer receives from now on, in the order of their sections.
        public var accepted: [NegotiatedTrack]
        /// The sections of tracks that the peer does not receive.
        public var rejectedMids: Set<String>
        /// The peer's ICE credentials are new: ICE starts again, DTLS goes on.
        public var iceRestarted: Bool
    }

    private var sections: [Section] = []
    private var remote: RemoteTransport?
    private var version: UInt64 = 0
    private var awaitsAnswer = false

    struct Section: Sendable {
        var mid: String
        /// The last that the section carried.
        var track: OfferedTrack
        /// Whether the track is still sent.
        var isActive: Bool
        /// Rejected by an answer: it stays rejected.
        var isRejected: Bool
    }

    public init() {}

    /// Whether an answer is awaited.
    public var isPending: Bool { awaitsAnswer }

    /// Whether a peer would still parse a description with so many more sections. If not, the stream must be replaced.
    public func hasRoom(for newcomers: Int) -> Bool { sections.count + newcomers <= SDPLimits.sections }

    /// Offers these tracks and no others.
    ///
    /// New ones get their sections audio first. A track whose section was rejected keeps it, rejected.
    public mutating func offer(tracks: [OfferedTrack], local: LocalTransport) -> Offer {
        for index in sections.indices { sections[index].isActive = false }
        var places: [Int?] = tracks.map { track in
            sections.firstIndex { $0.track.ssrc == track.ssrc && $0.track.kind == track.kind }
        }
        let newcomers = tracks.indices.filter { places[$0] == nil }
        for index in newcomers.filter({ tracks[$0].kind == .audio }) + newcomers.filter({ tracks[$0].kind == .video }) {
            places[index] = sections.count
            sections.append(
                Section(mid: String(sections.count), track: tracks[index], isActive: true, isRejected: false))
        }
        for (track, place) in zip(tracks, places) {
            guard let place else { continue }
            sections[place].track = track
            sections[place].isActive = true
        }
        version &+= 1
        awaitsAnswer = true
        let sdp = OfferWriter(sections: sections, local: local, version: version).text
        return Offer(sdp: sdp, mids: places.map { String($0 ?? 0) })
    }

    /// Applies the answer to the last offer. An answer that fails leaves the state as it was.
    public mutating func apply(answer: String) throws(NegotiationError) -> AppliedAnswer {
        guard awaitsAnswer else { throw .unexpectedAnswer }
        let session: SessionDescription
        do {
            session = try SessionDescription(parsing: answer)
        } catch {
            throw .malformed(error)
        }
        // RFC 3264 section 6: the same number of sections, each with its counterpart in its place.
        guard session.media.count == sections.count else { throw .changedSections }
        for (section, answered) in zip(sections, session.media) {
            guard answered.kind.rawValue == section.track.kind.rawValue, answered.mid ?? section.mid == section.mid
            else { throw .changedSections }
        }
        let open = sections.indices.filter { session.media[$0].port != 0 && !sections[$0].isRejected }
        let tagged = try tagged(session, open: open)
        let transport = try DeclaredTransport(session, sections: tagged.map { session.media[$0] })
        if let remote, remote.fingerprint != transport.fingerprint { throw .changedFingerprint }
        let role = try role(for: transport.setup)
        let iceRestarted = remote.map { $0.credentials != transport.credentials } ?? false

        awaitsAnswer = false
        let remote = transport.remote(localRole: role)
        self.remote = remote
        var accepted: [NegotiatedTrack] = []
        var rejected: Set<String> = []
        for index in sections.indices {
            if session.media[index].port == 0 { sections[index].isRejected = true }
            guard sections[index].isActive else { continue }
            if let track = sections[index].negotiated(with: session.media[index], inherited: session.direction) {
                accepted.append(track)
            } else {
                rejected.insert(sections[index].mid)
            }
        }
        return AppliedAnswer(
            remote: remote, accepted: accepted, rejectedMids: rejected, iceRestarted: iceRestarted)
    }

    /// The indices of the open sections, the tagged one of the answer first.
    private func tagged(_ session: SessionDescription, open: [Int]) throws(NegotiationError) -> [Int] {
        guard !open.isEmpty else { throw .nothingAcceptable }
        guard let group = session.bundle else {
            guard open.count == 1 else { throw .notBundled }
            return open
        }
        let places = Dictionary(open.map { (sections[$0].mid, $0) }, uniquingKeysWith: { first, _ in first })
        var seen: Set<String> = []
        let bundled = group.filter { seen.insert($0).inserted }.compactMap { places[$0] }
        guard bundled.count == open.count else { throw .notBundled }
        return bundled
    }

    private func role(for setup: Setup?) throws(NegotiationError) -> DTLSRole {
        let role: DTLSRole
        switch setup {
        // RFC 4145 section 4: absent means active.
        case nil, .active: role = .server
        case .passive: role = .client
        case .actpass, .holdconn: throw .incompatibleSetup
        }
        // RFC 8842 section 5.3: the role stays as long as the association does.
        if let remote, remote.localRole != role { throw .incompatibleSetup }
        return role
    }
}

extension SenderNegotiation.Section {
    /// The track as the peer receives it; `nil` when it does not.
    func negotiated(with answered: MediaDescription, inherited: MediaDirection?) -> NegotiatedTrack? {
        guard !isRejected, (answered.direction ?? inherited ?? .sendrecv).receives,
            answered.payloadTypes.contains(track.codec.payloadType)
        else { return nil }
        var negotiated = NegotiatedTrack(mid: mid, kind: track.kind, codecs: [track.codec])
        if track.kind == .video {
            let payloadType = track.codec.payloadType
            negotiated.feedback =
                NegotiatedFeedback.declared(by: answered, payloadTypes: [payloadType])[payloadType] ?? []
            let extensions = NegotiatedExtensions(declaredBy: answered, isAnswer: true)
            let offered = NegotiatedExtensions.offered
            negotiated.extensions = NegotiatedExtensions(
                mid: extensions.mid == offered.mid ? offered.mid : nil,
                rid: extensions.rid == offered.rid ? offered.rid : nil,
                repairedRID: extensions.repairedRID == offered.repairedRID ? offered.repairedRID : nil)
            let received = answered.attributes.first(Simulcast.self)?.receive.flatMap { $0.map(\.rid) } ?? []
            if negotiated.extensions.rid != nil { negotiated.rids = track.rids.filter(received.contains) }
        }
        negotiated.ssrcs = track.rids.isEmpty ? [track.ssrc] : []
        negotiated.streamID = track.streamID
        negotiated.trackID = track.trackID
        negotiated.cname = track.cname
        return negotiated
    }
}
