// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTP
import SDP

/// A section of an offer with what the answer takes of it.
struct AcceptedSection {
    var mid: String
    var kind: MediaKind
    var codecs: [NegotiatedCodec]
    /// By payload type.
    var feedback: [UInt8: NegotiatedFeedback]
    var extensions: NegotiatedExtensions
    var rids: [String]
    /// What the answer says: `recvonly`, or `inactive` when the offerer does not send.
    var direction: MediaDirection
    /// `nil` when the offerer does not send.
    var track: NegotiatedTrack?

    /// - Parameters:
    ///   - inherited: the session's direction.
    ///   - extensions: what the sections before have fixed.
    /// - Returns: `nil` when no codec suits.
    init?(
        _ section: MediaDescription, mid: String, kind: MediaKind, codecs: [Codec], acceptsSimulcast: Bool,
        inherited: MediaDirection?, extensions earlier: NegotiatedExtensions
    ) {
        self.mid = mid
        self.kind = kind
        self.codecs = CodecMatching.accepted(
            OfferedFormat.formats(of: section), codecs: codecs.filter { $0.kind == kind })
        guard !self.codecs.isEmpty else { return nil }
        feedback = [:]
        extensions = NegotiatedExtensions()
        rids = []
        if kind == .video {
            feedback = NegotiatedFeedback.declared(by: section, payloadTypes: self.codecs.map(\.payloadType))
            extensions = NegotiatedExtensions(declaredBy: section, isAnswer: false).agreeing(with: earlier)
            // Without the extension no packet could say which encoding it belongs to.
            if acceptsSimulcast, extensions.rid != nil { rids = Self.rids(of: section) }
        }
        let sends = (section.direction ?? inherited ?? .sendrecv).sends
        direction = sends ? .recvonly : .inactive
        if sends { track = makeTrack(section) }
    }

    /// The encodings that the offerer sends, in the order of `a=simulcast`, the first alternative of each.
    private static func rids(of section: MediaDescription) -> [String] {
        guard let simulcast = section.attributes.first(Simulcast.self) else { return [] }
        let declared = Set(
            section.attributes.all(RestrictionIdentifier.self).filter { $0.direction == .send }.map(\.id))
        var seen: Set<String> = []
        return simulcast.send.compactMap { alternatives in
            alternatives.map(\.rid).first { declared.contains($0) && seen.insert($0).inserted }
        }.prefix(NegotiationLimits.rids).map { $0 }
    }

    private func makeTrack(_ section: MediaDescription) -> NegotiatedTrack {
        let sources = section.attributes.all(SourceAttribute.self)
        // The sources after the first of such a group repeat or protect it; they carry no media of their own.
        let auxiliary = Set(
            section.attributes.all(SourceGroup.self)
                .filter { $0.semantics == .flowIdentification || $0.semantics == .forwardErrorCorrection }
                .flatMap { $0.ssrcs.dropFirst() })
        var seen: Set<UInt32> = []
        let ssrcs = sources.map(\.ssrc).filter { !auxiliary.contains($0) && seen.insert($0).inserted }
            .prefix(NegotiationLimits.ssrcs)
        func source(_ name: String) -> String? {
            sources.lazy.filter { $0.ssrc == ssrcs.first && $0.attribute.name == name }.first?.attribute.value
        }
        // Before RFC 8830 the identifiers stood with the source.
        let msid =
            section.attributes.first(MediaStreamIdentifier.self) ?? source("msid").flatMap(MediaStreamIdentifier.init)
        // Feedback is sent whatever codec arrives, so only what all of them understand.
        let common = codecs.reduce(kind == .video ? .all : NegotiatedFeedback()) {
            $0.intersection(feedback[$1.payloadType] ?? [])
        }
        return NegotiatedTrack(
            mid: mid, kind: kind, codecs: codecs, feedback: common, extensions: extensions, ssrcs: Array(ssrcs),
            rids: rids,
            // RFC 8830 section 2: "-" stands for no stream.
            streamID: msid.flatMap { $0.stream == "-" ? nil : $0.stream }, trackID: msid?.track,
            cname: source("cname"))
    }
}
