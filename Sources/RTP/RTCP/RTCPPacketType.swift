// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// The type of an RTCP packet: an open registry, so that a type that we do not know is a value like any other.
///
/// [RFC 3550 section 12.1](https://www.rfc-editor.org/rfc/rfc3550#section-12.1),
/// [RFC 4585 section 6.1](https://www.rfc-editor.org/rfc/rfc4585#section-6.1).
public struct RTCPPacketType: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt8

    @inlinable
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let senderReport = RTCPPacketType(rawValue: 200)
    public static let receiverReport = RTCPPacketType(rawValue: 201)
    public static let sourceDescription = RTCPPacketType(rawValue: 202)
    public static let goodbye = RTCPPacketType(rawValue: 203)
    public static let applicationDefined = RTCPPacketType(rawValue: 204)
    public static let transportFeedback = RTCPPacketType(rawValue: 205)
    public static let payloadFeedback = RTCPPacketType(rawValue: 206)
    public static let extendedReport = RTCPPacketType(rawValue: 207)
}

/// The message types of transport-layer feedback (205).
public enum RTCPTransportFeedbackFormat {
    /// [RFC 4585 section 6.2.1](https://www.rfc-editor.org/rfc/rfc4585#section-6.2.1).
    public static let genericNACK: UInt8 = 1
}

/// The message types of payload-specific feedback (206).
public enum RTCPPayloadFeedbackFormat {
    /// [RFC 4585 section 6.3.1](https://www.rfc-editor.org/rfc/rfc4585#section-6.3.1).
    public static let pictureLossIndication: UInt8 = 1
    /// [RFC 5104 section 4.3.1](https://www.rfc-editor.org/rfc/rfc5104#section-4.3.1).
    public static let fullIntraRequest: UInt8 = 4
    /// [RFC 4585 section 6.4](https://www.rfc-editor.org/rfc/rfc4585#section-6.4); REMB is one of these.
    public static let applicationLayer: UInt8 = 15
}
