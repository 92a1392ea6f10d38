// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// `a=ice-options`: extensions of ICE.
///
/// [RFC 8839 section 5.6](https://www.rfc-editor.org/rfc/rfc8839#section-5.6).
public struct ICEOptions: AttributeValue {
    public static let attributeName = "ice-options"
    public var options: [String]

    public init(_ options: [String]) { self.options = options }

    public init?(_ text: String) {
        options = text.split(separator: " ").map(String.init)
    }

    public var text: String { options.joined(separator: " ") }

    /// [RFC 8840 section 4.1.3](https://www.rfc-editor.org/rfc/rfc8840#section-4.1.3)
    public static let trickle = "trickle"
}
