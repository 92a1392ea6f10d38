// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// `a=max-message-size`: the longest message of a data channel that its author takes, in bytes; 0 for any.
///
/// [RFC 8841 section 6](https://www.rfc-editor.org/rfc/rfc8841#section-6).
public struct MaximumMessageSize: AttributeValue, RawRepresentable {
    public static let attributeName = "max-message-size"
    public var rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// What holds when the attribute is absent (section 6.1).
    public static let absent = MaximumMessageSize(rawValue: 65536)

    public init?(_ text: String) {
        // The grammar bounds no digits: what exceeds 64 bits is as much as anybody has.
        guard text.utf8.isDigits, text.utf8.count <= 32 else { return nil }
        rawValue = UInt64(text) ?? .max
    }

    public var text: String { String(rawValue) }
}
