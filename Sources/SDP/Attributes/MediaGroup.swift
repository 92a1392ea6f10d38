// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// `a=group`: media sections that belong together.
///
/// [RFC 5888 section 5](https://www.rfc-editor.org/rfc/rfc5888#section-5),
/// [RFC 8843 section 5](https://www.rfc-editor.org/rfc/rfc8843#section-5).
public struct MediaGroup: AttributeValue {
    public struct Semantics: RawRepresentable, Hashable, Sendable {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        /// One transport for all.
        public static let bundle = Semantics(rawValue: "BUNDLE")
        /// Lip synchronisation.
        public static let lipSync = Semantics(rawValue: "LS")
    }

    public static let attributeName = "group"
    public var semantics: Semantics
    public var mids: [String]

    public init(_ semantics: Semantics, mids: [String]) {
        self.semantics = semantics
        self.mids = mids
    }

    public init?(_ text: String) {
        let words = text.split(separator: " ")
        guard let semantics = words.first, words.allSatisfy(\.isToken) else { return nil }
        self.init(Semantics(rawValue: String(semantics)), mids: words.dropFirst().map(String.init))
    }

    public var text: String { ([semantics.rawValue] + mids).joined(separator: " ") }
}
