// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTP
import SDP

/// Writes the offer of a stream ([RFC 8829 section 5.2](https://www.rfc-editor.org/rfc/rfc8829#section-5.2)).
struct OfferWriter {
    var sections: [SenderNegotiation.Section]
    var local: LocalTransport
    var version: UInt64

    var text: String {
        let bundle = sections.filter { !$0.isRejected }.map(\.mid)
        var attributes = local.sessionAttributes(bundle: bundle)
        attributes.append(.extmapAllowMixed)
        return SessionDescription(
            origin: Origin(sessionID: "1", sessionVersion: String(version)), attributes: attributes,
            media: sections.map { section($0, isFirst: $0.mid == bundle.first) }
        ).text
    }

    private func section(_ section: SenderNegotiation.Section, isFirst: Bool) -> MediaDescription {
        let track = section.track
        var media = MediaDescription(
            kind: MediaDescription.Kind(rawValue: track.kind.rawValue), proto: "UDP/TLS/RTP/SAVPF",
            formats: [String(track.codec.payloadType)])
        guard !section.isRejected else {
            media.port = 0
            media.attributes = [
                Attribute(MediaIdentifier(rawValue: section.mid)), MediaDirection.inactive.attribute,
            ]
            return media
        }
        media.attributes = local.sectionAttributes(mid: section.mid, setup: .actpass)
        media.attributes.append(.rtcpMux)
        media.attributes.append(.rtcpReducedSize)
        media.attributes += track.codec.attributes(feedback: track.kind == .video ? .all : [])
        if track.kind == .video { media.attributes += NegotiatedExtensions.offered.attributes() }
        if section.isActive { describe(track, in: &media) }
        if isFirst { media.attributes += local.candidateAttributes }
        media.attributes.append((section.isActive ? MediaDirection.sendonly : .inactive).attribute)
        return media
    }

    private func describe(_ track: OfferedTrack, in media: inout MediaDescription) {
        let msid = MediaStreamIdentifier(
            stream: Self.token(track.streamID, or: "dummy"), track: Self.token(track.trackID, or: track.kind.rawValue))
        media.attributes.append(msid)
        guard track.rids.isEmpty || track.kind == .audio else {
            for rid in track.rids { media.attributes.append(RestrictionIdentifier(id: rid, direction: .send)) }
            media.attributes.append(Simulcast(send: track.rids.map { [Simulcast.Alternative(rid: $0)] }))
            return
        }
        // RFC 5576 section 6.1: a byte-string; nothing in it may end the line.
        let cname = String(String.UnicodeScalarView(track.cname.unicodeScalars.filter { $0.value >= 0x20 }))
        media.attributes.append(
            SourceAttribute(ssrc: track.ssrc, Attribute("cname", cname.isEmpty ? msid.stream : cname)))
        media.attributes.append(SourceAttribute(ssrc: track.ssrc, Attribute("msid", msid.text)))
    }

    /// The text with everything replaced that RFC 8830 section 2 does not allow in an identifier, and cut to its 64
    /// characters: identifiers may come from people, as a stream's label does.
    private static func token(_ text: String, or fallback: String) -> String {
        let characters = text.unicodeScalars.prefix(64).map { scalar in
            let character = String(Character(scalar))
            return character.isToken ? character : "_"
        }
        return characters.isEmpty ? fallback : characters.joined()
    }
}
