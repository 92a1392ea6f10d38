// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// `a=ssrc`: something about a source, by its SSRC.
///
/// [RFC 5576 section 4.1](https://www.rfc-editor.org/rfc/rfc5576#section-4.1).
public struct SourceAttribute: AttributeValue {
    public static let attributeName = "ssrc"
    public var ssrc: UInt32
    /// `cname`, `msid`, …
    public var attribute: Attribute

    public init(ssrc: UInt32, _ attribute: Attribute) {
        self.ssrc = ssrc
        self.attribute = attribute
    }

    public init?(_ text: String) {
        guard let (number, rest) = text.splitAtSpace, number.isDigits, let ssrc = UInt32(number) else { return nil }
        let parts = rest.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, name.isToken else { return nil }
        self.init(ssrc: ssrc, Attribute(String(name), parts.count == 2 ? String(parts[1]) : nil))
    }

    public var text: String { "\(ssrc) \(attribute.name)\(attribute.value.map { ":\($0)" } ?? "")" }
}
