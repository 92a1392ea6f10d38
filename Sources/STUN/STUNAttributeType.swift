// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// The kind of an attribute: 16 bits of an open registry.
///
/// [RFC 8489 section 18.3](https://www.rfc-editor.org/rfc/rfc8489#section-18.3),
/// [RFC 8445 section 16.1](https://www.rfc-editor.org/rfc/rfc8445#section-16.1),
/// [RFC 8656 section 18](https://www.rfc-editor.org/rfc/rfc8656#section-18).
public struct STUNAttributeType: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    public var rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let mappedAddress = STUNAttributeType(rawValue: 0x0001)
    public static let username = STUNAttributeType(rawValue: 0x0006)
    public static let messageIntegrity = STUNAttributeType(rawValue: 0x0008)
    public static let errorCode = STUNAttributeType(rawValue: 0x0009)
    public static let unknownAttributes = STUNAttributeType(rawValue: 0x000a)
    public static let channelNumber = STUNAttributeType(rawValue: 0x000c)
    public static let lifetime = STUNAttributeType(rawValue: 0x000d)
    public static let xorPeerAddress = STUNAttributeType(rawValue: 0x0012)
    public static let data = STUNAttributeType(rawValue: 0x0013)
    public static let realm = STUNAttributeType(rawValue: 0x0014)
    public static let nonce = STUNAttributeType(rawValue: 0x0015)
    public static let xorRelayedAddress = STUNAttributeType(rawValue: 0x0016)
    public static let requestedAddressFamily = STUNAttributeType(rawValue: 0x0017)
    public static let evenPort = STUNAttributeType(rawValue: 0x0018)
    public static let requestedTransport = STUNAttributeType(rawValue: 0x0019)
    public static let dontFragment = STUNAttributeType(rawValue: 0x001a)
    public static let messageIntegritySHA256 = STUNAttributeType(rawValue: 0x001c)
    public static let xorMappedAddress = STUNAttributeType(rawValue: 0x0020)
    public static let reservationToken = STUNAttributeType(rawValue: 0x0022)
    public static let priority = STUNAttributeType(rawValue: 0x0024)
    public static let useCandidate = STUNAttributeType(rawValue: 0x0025)
    public static let additionalAddressFamily = STUNAttributeType(rawValue: 0x8000)
    public static let addressErrorCode = STUNAttributeType(rawValue: 0x8001)
    public static let software = STUNAttributeType(rawValue: 0x8022)
    public static let alternateServer = STUNAttributeType(rawValue: 0x8023)
    public static let fingerprint = STUNAttributeType(rawValue: 0x8028)
    public static let iceControlled = STUNAttributeType(rawValue: 0x8029)
    public static let iceControlling = STUNAttributeType(rawValue: 0x802a)

    /// Whether a message that carries the attribute may be processed by whoever knows the attribute only.
    ///
    /// RFC 8489 section 14: "Attributes with type values between 0x0000 and 0x7FFF are comprehension-required".
    public var isComprehensionRequired: Bool { rawValue < 0x8000 }

    /// The comprehension-required attributes that Binding and ICE define. One of TURN in a Binding request is as unknown
    /// there as a number that nobody has registered.
    public static let understoodInBinding: Set<STUNAttributeType> = [
        .mappedAddress, .username, .messageIntegrity, .errorCode, .unknownAttributes, .realm, .nonce,
        .messageIntegritySHA256, .xorMappedAddress, .priority, .useCandidate,
    ]

    /// The comprehension-required attributes that a client of TURN knows (RFC 8656 section 18).
    public static let understoodInTURN: Set<STUNAttributeType> = understoodInBinding.union([
        .channelNumber, .lifetime, .xorPeerAddress, .data, .xorRelayedAddress, .requestedAddressFamily, .evenPort,
        .requestedTransport, .dontFragment, .reservationToken,
    ])
}
