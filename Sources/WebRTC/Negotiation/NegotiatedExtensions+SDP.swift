// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import SDP

extension NegotiatedExtensions {
    /// The ids that a server offers for video.
    public static let offered = NegotiatedExtensions(mid: 1, rid: 2, repairedRID: 3)

    /// The extensions that a section's sender may use, of those that are known here.
    ///
    /// - Parameter isAnswer: in an answer, directions are those of the other side.
    init(declaredBy section: MediaDescription, isAnswer: Bool) {
        self.init()
        var used: Set<Int> = []
        for map in section.attributes.all(ExtensionMap.self) {
            // RFC 8285 section 4.2: the id 15 is reserved in the one-byte form; those above 255 are only proposals.
            guard map.id != 15, let id = UInt8(exactly: map.id) else { continue }
            if let direction = map.direction {
                guard isAnswer ? direction.receives : direction.sends else { continue }
            }
            // RFC 8285 section 6: an id that is mapped twice in one section is a mistake; the first counts.
            guard used.insert(map.id).inserted else { continue }
            switch map.uri {
            case ExtensionMap.mid where mid == nil: mid = id
            case ExtensionMap.rtpStreamID where rid == nil: rid = id
            case ExtensionMap.repairedRTPStreamID where repairedRID == nil: repairedRID = id
            default: continue
            }
        }
    }

    /// Only what agrees with `earlier`, the extensions of sections before on the same transport: packets are assigned
    /// to sections by these ids, so that one id cannot mean two things.
    ///
    /// RFC 8843 section 9.2: "the same extension ID value MUST be used".
    func agreeing(with earlier: NegotiatedExtensions) -> NegotiatedExtensions {
        let taken = [earlier.mid, earlier.rid, earlier.repairedRID]
        func check(_ id: UInt8?, _ before: UInt8?) -> UInt8? {
            guard let id else { return nil }
            if let before { return before == id ? id : nil }
            return taken.contains(id) ? nil : id
        }
        return NegotiatedExtensions(
            mid: check(mid, earlier.mid), rid: check(rid, earlier.rid),
            repairedRID: check(repairedRID, earlier.repairedRID))
    }

    /// These extensions, completed by those of `other`.
    func merging(_ other: NegotiatedExtensions) -> NegotiatedExtensions {
        NegotiatedExtensions(
            mid: mid ?? other.mid, rid: rid ?? other.rid, repairedRID: repairedRID ?? other.repairedRID)
    }

    /// - Parameter direction: who may send them, where the offer restricted it; an answer says the reverse.
    func attributes(direction: (String) -> MediaDirection? = { _ in nil }) -> [Attribute] {
        [
            (mid, ExtensionMap.mid), (rid, ExtensionMap.rtpStreamID), (repairedRID, ExtensionMap.repairedRTPStreamID),
        ].compactMap { id, uri in
            id.map { Attribute(ExtensionMap(id: Int($0), direction: direction(uri), uri: uri)) }
        }
    }
}
