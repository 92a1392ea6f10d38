// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// `a=sctp-port`: the port of the SCTP association inside the DTLS association. It only tells associations apart, of which
/// there is one.
///
/// [RFC 8841 section 5.1](https://www.rfc-editor.org/rfc/rfc8841#section-5.1).
public struct SCTPPort: AttributeValue, RawRepresentable {
    public static let attributeName = "sctp-port"
    public var rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// What every browser writes.
    public static let webRTC = SCTPPort(rawValue: 5000)

    public init?(_ text: String) {
        guard text.utf8.isDigits, let number = UInt16(text), number > 0 else { return nil }
        rawValue = number
    }

    public var text: String { String(rawValue) }
}
