// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// `a=ssrc-group`: sources that belong together.
///
/// [RFC 5576 section 4.2](https://www.rfc-editor.org/rfc/rfc5576#section-4.2).
public struct SourceGroup: AttributeValue {
    public struct Semantics: RawRepresentable, Hashable, Sendable {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        /// Flow identification: the first is repeated by the others (RTX).
        public static let flowIdentification = Semantics(rawValue: "FID")
        /// Forward error correction: the first is protected by the others.
        public static let forwardErrorCorrection = Semantics(rawValue: "FEC-FR")
        /// Simulcast without rids, best last.
        public static let simulcast = Semantics(rawValue: "SIM")
    }

    public static let attributeName = "ssrc-group"
    public var semantics: Semantics
    public var ssrcs: [UInt32]

    public init(_ semantics: Semantics, ssrcs: [UInt32]) {
        self.semantics = semantics
        self.ssrcs = ssrcs
    }

    public init?(_ text: String) {
        let words = text.split(separator: " ")
        guard let semantics = words.first, semantics.isToken else { return nil }
        let ssrcs = words.dropFirst().compactMap { $0.isDigits ? UInt32($0) : nil }
        guard ssrcs.count == words.count - 1 else { return nil }
        self.init(Semantics(rawValue: String(semantics)), ssrcs: ssrcs)
    }

    public var text: String { ([semantics.rawValue] + ssrcs.map(String.init)).joined(separator: " ") }
}
