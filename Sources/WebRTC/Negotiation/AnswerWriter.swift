// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
import RTP
import SDP

/// Writes the answer to an offer ([RFC 8829 section 5.3](https://www.rfc-editor.org/rfc/rfc8829#section-5.3)).
struct AnswerWriter {
    var session: SessionDescription
    var mids: [String?]
    var accepted: [AcceptedSection?]
    /// The mids of accepted sections, the tagged one first.
    var bundle: [String]
    var local: LocalTransport
    var role: DTLSRole
    var version: UInt64

    var text: String {
        var attributes = local.sessionAttributes(bundle: bundle)
        // RFC 8285 section 4.1.2: an answer has it only if the offer had.
        if session.attributes.contains(.extmapAllowMixed) { attributes.append(.extmapAllowMixed) }
        let media = session.media.indices.map { index in
            accepted[index].map { accept(session.media[index], $0) } ?? reject(session.media[index], mids[index])
        }
        return SessionDescription(
            origin: Origin(sessionID: "1", sessionVersion: String(version)), attributes: attributes, media: media
        ).text
    }

    private func reject(_ section: MediaDescription, _ mid: String?) -> MediaDescription {
        // RFC 3264 section 6: a rejected section has port 0 and keeps at least one format, which nobody reads.
        MediaDescription(
            kind: section.kind, port: 0, proto: section.proto, formats: Array(section.formats.prefix(1)),
            attributes: (mid.map { [Attribute(MediaIdentifier(rawValue: $0))] } ?? [])
                + [MediaDirection.inactive.attribute])
    }

    private func accept(_ section: MediaDescription, _ accepted: AcceptedSection) -> MediaDescription {
        var attributes = local.sectionAttributes(mid: accepted.mid, setup: role == .client ? .active : .passive)
        attributes.append(.rtcpMux)
        if section.attributes.contains(.rtcpReducedSize) { attributes.append(.rtcpReducedSize) }
        if section.attributes.contains(.extmapAllowMixed) { attributes.append(.extmapAllowMixed) }
        for codec in accepted.codecs {
            attributes += codec.attributes(feedback: accepted.feedback[codec.payloadType] ?? [])
        }
        let offered = section.attributes.all(ExtensionMap.self)
        attributes += accepted.extensions.attributes { uri in
            // RFC 8285 section 7: what was offered sendonly is answered recvonly.
            offered.first { $0.uri == uri && $0.direction?.sends != false }?.direction == .sendonly ? .recvonly : nil
        }
        if !accepted.rids.isEmpty {
            for rid in accepted.rids { attributes.append(RestrictionIdentifier(id: rid, direction: .recv)) }
            attributes.append(Simulcast(receive: accepted.rids.map { [Simulcast.Alternative(rid: $0)] }))
        }
        if accepted.mid == bundle.first { attributes += local.candidateAttributes }
        attributes.append(accepted.direction.attribute)
        return MediaDescription(
            kind: section.kind, proto: section.proto, formats: accepted.codecs.map { String($0.payloadType) },
            attributes: attributes)
    }
}

extension NegotiatedCodec {
    /// `a=rtpmap`, `a=rtcp-fb` and `a=fmtp`.
    func attributes(feedback: NegotiatedFeedback) -> [Attribute] {
        var attributes: [Attribute] = []
        attributes.append(
            RTPMap(
                payloadType: payloadType, encodingName: codec.encodingName, clockRate: codec.clockRate,
                channels: codec.channels))
        attributes += feedback.attributes(payloadType: payloadType)
        if !parameters.isEmpty {
            attributes.append(FormatParameters(payloadType: payloadType, parameters: parameters))
        }
        return attributes
    }
}
