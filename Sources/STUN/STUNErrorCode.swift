// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Why a request was refused, as ERROR-CODE carries it.
///
/// [RFC 8489 section 14.8](https://www.rfc-editor.org/rfc/rfc8489#section-14.8).
public struct STUNErrorCode: Hashable, Sendable {
    /// 300 to 699.
    public var code: UInt16
    /// Text for people; at most 763 bytes are sent or accepted.
    public var reason: String

    public init(_ code: UInt16, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    /// Consent is revoked ([RFC 7675 section 5.2](https://www.rfc-editor.org/rfc/rfc7675#section-5.2)).
    public static let forbidden = STUNErrorCode(403, "Forbidden")
    public static let unknownAttribute = STUNErrorCode(420, "Unknown Attribute")
    /// [RFC 8445 section 7.3.1.1](https://www.rfc-editor.org/rfc/rfc8445#section-7.3.1.1).
    public static let roleConflict = STUNErrorCode(487, "Role Conflict")
}
