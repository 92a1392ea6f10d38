// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// `a=setup`: who begins the DTLS handshake.
///
/// [RFC 4145 section 4](https://www.rfc-editor.org/rfc/rfc4145#section-4),
/// [RFC 8842 section 5.2](https://www.rfc-editor.org/rfc/rfc8842#section-5.2).
public enum Setup: String, AttributeValue {
    case active
    case passive
    /// Only in offers.
    case actpass
    case holdconn

    public static let attributeName = "setup"

    public init?(_ text: String) { self.init(rawValue: text.lowercased()) }
    public var text: String { rawValue }
}
