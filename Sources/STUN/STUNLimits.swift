// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import RTCBase

/// What a message may not exceed. Each limit is far above what any peer sends and bounds what one datagram costs.
public enum STUNLimits {
    /// Bytes of a whole message: what a receive slot holds. RFC 8489 section 6.1 keeps messages below the path MTU; a
    /// TURN Data indication adds its header to a full media packet, which still fits.
    public static let messageLength = 2048
    /// Attributes of one message. A Chromium check has 7, a TURN request about 10.
    public static let attributeCount = 32
    /// Bytes of USERNAME: two ICE fragments of 256 characters (RFC 8839 section 5.4) and the colon. RFC 8489 section 14.3
    /// says fewer than 509 for others.
    public static let usernameLength = 513
    /// Bytes of SOFTWARE, REALM, NONCE and a reason phrase: 127 characters in UTF-8 (RFC 8489 sections 14.8 to 14.14).
    public static let textLength = 763
}

extension ParseError {
    static let notSTUN = ParseError("the datagram is not a STUN message")
    static let messageTooLong = ParseError("the STUN message is longer than the limit")
    static let wrongMessageLength = ParseError("the STUN length field does not match the datagram")
    static let tooManyAttributes = ParseError("the STUN message has more attributes than the limit")
    static let wrongAttributeLength = ParseError("a STUN attribute has a length that its type does not allow")
    static let fingerprintNotLast = ParseError("a STUN attribute follows FINGERPRINT")
    static let unknownAddressFamily = ParseError("a STUN address has an unknown family")
    static let wrongErrorCode = ParseError("the STUN error code is not between 300 and 699")
    static let notUTF8 = ParseError("a STUN text attribute is not UTF-8")
}
