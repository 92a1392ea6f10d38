// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTP
import WebRTC

/// Which section and simulcast encoding an SSRC of an up stream belongs to, and the track that it has become.
///
/// [RFC 8843 section 9.2](https://www.rfc-editor.org/rfc/rfc8843#section-9.2): by the declared SSRC, by the header
/// extensions of its first packets, or by a payload type that only one section uses. Only packets that have been
/// authenticated get here.
struct SourceBinder {
    struct Source {
        let ssrc: UInt32
        /// `nil` for a source that belongs to nothing we accepted (retransmission, padding): it is not asked again.
        let track: Handle?
    }

    /// A publisher with two sections of three encodings and their retransmissions has 12; what is more is refused.
    static let maximumSources = 32

    private(set) var tracks: [NegotiatedTrack]
    private(set) var sources: [Source] = []

    init(tracks: [NegotiatedTrack]) { self.tracks = tracks }

    /// A renegotiation: sources stay bound while their section does; those that belonged to nothing are asked again.
    mutating func update(tracks: [NegotiatedTrack]) {
        self.tracks = tracks
        sources.removeAll { $0.track == nil }
    }

    @inline(__always)
    func source(_ ssrc: UInt32) -> Source? {
        // Indexed, not iterated: looked up for every packet, and an iterator is an allocation in debug builds.
        var position = 0
        while position < sources.count {
            if sources[position].ssrc == ssrc { return sources[position] }
            position += 1
        }
        return nil
    }

    var hasRoom: Bool { sources.count < Self.maximumSources }

    mutating func bind(_ ssrc: UInt32, to track: Handle?) {
        guard sources.count < Self.maximumSources else { return }
        sources.append(Source(ssrc: ssrc, track: track))
    }

    struct Match {
        let track: NegotiatedTrack
        let codec: NegotiatedCodec
        let rid: String?
    }

    enum Resolution {
        case match(Match)
        /// Belongs to nothing we accepted.
        case nothing
        /// The packet does not say; a later one may.
        case unknownYet
    }

    /// What an unbound SSRC is, by the packet that brought it.
    func resolve(_ header: RTPHeader, packet: UnsafeRawBufferPointer) -> Resolution {
        let candidates = tracks.filter { track in
            track.codecs.contains { $0.payloadType == header.payloadType }
        }
        guard !candidates.isEmpty else { return .nothing }
        var section = tracks.first { $0.ssrcs.contains(header.ssrc) }
        if section == nil {
            for track in tracks {
                guard let id = track.extensions.mid,
                    let mid = Self.text(id, of: header, in: packet)
                else { continue }
                section = tracks.first { $0.mid == mid }
                guard section != nil else { return .nothing }
            }
        }
        // A section that neither declares SSRCs nor negotiated the mid extension can only be told by the payload type.
        if section == nil, candidates.count == 1, candidates[0].ssrcs.isEmpty { section = candidates[0] }
        guard let section else { return .unknownYet }
        guard let codec = section.codecs.first(where: { $0.payloadType == header.payloadType }) else {
            return .nothing
        }
        guard !section.rids.isEmpty else { return .match(Match(track: section, codec: codec, rid: nil)) }
        guard let id = section.extensions.rid, let rid = Self.text(id, of: header, in: packet) else {
            return .unknownYet
        }
        guard section.rids.contains(rid) else { return .nothing }
        return .match(Match(track: section, codec: codec, rid: rid))
    }

    /// SDES items in header extensions are UTF-8 (RFC 7941 section 4.1); a mid or rid is a short token.
    private static func text(_ id: UInt8, of header: RTPHeader, in packet: UnsafeRawBufferPointer) -> String? {
        var elements = RTPHeaderExtensionIterator(header)
        while let element = elements.next(in: packet) {
            guard element.id == id else { continue }
            guard (1...32).contains(element.length) else { return nil }
            return String(decoding: packet[element.range], as: UTF8.self)
        }
        return nil
    }
}
