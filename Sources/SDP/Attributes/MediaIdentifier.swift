// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// `a=mid`: the name of a media section.
///
/// [RFC 5888 section 4](https://www.rfc-editor.org/rfc/rfc5888#section-4).
public struct MediaIdentifier: AttributeValue, RawRepresentable {
    public static let attributeName = "mid"
    public var rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public init?(_ text: String) {
        // RFC 8843 section 9.2 carries it in a header extension, of which the longest form has 255 bytes.
        guard text.isToken, text.utf8.count <= 255 else { return nil }
        rawValue = text
    }

    public var text: String { rawValue }
}
