// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// `a=candidate`, as text: ICE interprets it.
///
/// [RFC 8839 section 5.1](https://www.rfc-editor.org/rfc/rfc8839#section-5.1).
public struct CandidateText: AttributeValue, RawRepresentable {
    public static let attributeName = "candidate"
    /// What follows `candidate:`.
    public var rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public init?(_ text: String) { rawValue = text }
    public var text: String { rawValue }
}
