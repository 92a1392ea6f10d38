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

    /// The server asks to be left for the one in ALTERNATE-SERVER (RFC 8489 section 10).
    public static let tryAlternate = STUNErrorCode(300, "Try Alternate")
    public static let badRequest = STUNErrorCode(400, "Bad Request")
    /// Long-term credentials are missing or wrong; REALM and NONCE say for what (RFC 8489 section 9.2.4).
    public static let unauthenticated = STUNErrorCode(401, "Unauthenticated")
    /// Consent is revoked ([RFC 7675 section 5.2](https://www.rfc-editor.org/rfc/rfc7675#section-5.2)).
    public static let forbidden = STUNErrorCode(403, "Forbidden")
    public static let unknownAttribute = STUNErrorCode(420, "Unknown Attribute")
    /// The server knows no allocation from here, or knows one already (RFC 8656 section 19).
    public static let allocationMismatch = STUNErrorCode(437, "Allocation Mismatch")
    /// The NONCE is no longer valid, and a new one comes with this (RFC 8489 section 9.2.4).
    public static let staleNonce = STUNErrorCode(438, "Stale Nonce")
    public static let addressFamilyNotSupported = STUNErrorCode(440, "Address Family not Supported")
    public static let wrongCredentials = STUNErrorCode(441, "Wrong Credentials")
    public static let unsupportedTransport = STUNErrorCode(442, "Unsupported Transport Protocol")
    public static let peerAddressFamilyMismatch = STUNErrorCode(443, "Peer Address Family Mismatch")
    public static let allocationQuotaReached = STUNErrorCode(486, "Allocation Quota Reached")
    /// [RFC 8445 section 7.3.1.1](https://www.rfc-editor.org/rfc/rfc8445#section-7.3.1.1).
    public static let roleConflict = STUNErrorCode(487, "Role Conflict")
    public static let serverError = STUNErrorCode(500, "Server Error")
    public static let insufficientCapacity = STUNErrorCode(508, "Insufficient Capacity")
}
