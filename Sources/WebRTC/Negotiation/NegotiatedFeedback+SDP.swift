// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import SDP

extension NegotiatedFeedback {
    /// All that there is: what a server offers for video.
    public static let all: NegotiatedFeedback = [.remb, .nack, .pli, .fir]

    private static let kinds: [(NegotiatedFeedback, RTCPFeedback.Kind)] = [
        (.remb, .remb), (.nack, .nack), (.pli, .pli), (.fir, .fir),
    ]

    /// The attributes that declare this feedback for a payload type.
    func attributes(payloadType: UInt8) -> [Attribute] {
        Self.kinds.filter { contains($0.0) }.map {
            Attribute(RTCPFeedback(payloadType: payloadType, kind: $0.1))
        }
    }

    /// What a section declares for each of its payload types, of what is known here.
    static func declared(by section: MediaDescription, payloadTypes: [UInt8]) -> [UInt8: NegotiatedFeedback] {
        var common: NegotiatedFeedback = []
        var own: [UInt8: NegotiatedFeedback] = [:]
        for attribute in section.attributes.all(RTCPFeedback.self) {
            guard let flag = kinds.first(where: { $0.1 == attribute.kind })?.0 else { continue }
            if let payloadType = attribute.payloadType {
                own[payloadType, default: []].formUnion(flag)
            } else {
                common.formUnion(flag)
            }
        }
        return Dictionary(
            payloadTypes.map { ($0, common.union(own[$0] ?? [])) }, uniquingKeysWith: { first, _ in first })
    }
}
