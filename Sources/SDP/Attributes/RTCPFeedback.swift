// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// `a=rtcp-fb`: a kind of RTCP feedback for a payload type.
///
/// [RFC 4585 section 4.2](https://www.rfc-editor.org/rfc/rfc4585#section-4.2).
public struct RTCPFeedback: AttributeValue {
    /// The kind with its parameter, as in `nack pli`.
    public struct Kind: RawRepresentable, Hashable, Sendable {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        public static let remb = Kind(rawValue: "goog-remb")
        public static let nack = Kind(rawValue: "nack")
        public static let pli = Kind(rawValue: "nack pli")
        public static let fir = Kind(rawValue: "ccm fir")
        public static let transportCC = Kind(rawValue: "transport-cc")
    }

    public static let attributeName = "rtcp-fb"
    /// `nil` for all payload types of the section (`*`).
    public var payloadType: UInt8?
    public var kind: Kind

    public init(payloadType: UInt8?, kind: Kind) {
        self.payloadType = payloadType
        self.kind = kind
    }

    public init?(_ text: String) {
        guard let (number, kind) = text.splitAtSpace else { return nil }
        if number != "*" {
            guard let payloadType = UInt8(payloadType: number) else { return nil }
            self.payloadType = payloadType
        }
        let words = kind.split(separator: " ")
        guard !words.isEmpty else { return nil }
        self.kind = Kind(rawValue: words.joined(separator: " "))
    }

    public var text: String { "\(payloadType.map(String.init) ?? "*") \(kind.rawValue)" }
}
