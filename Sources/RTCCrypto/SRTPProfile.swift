// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A protection profile that DTLS negotiates and SRTP executes; the raw value is that of the IANA registry.
///
/// [RFC 5764 section 4.1.2](https://www.rfc-editor.org/rfc/rfc5764#section-4.1.2),
/// [RFC 7714 section 14.2](https://www.rfc-editor.org/rfc/rfc7714#section-14.2).
public enum SRTPProfile: UInt16, Sendable, CaseIterable {
    case aes128CMHMACSHA1_80 = 0x0001
    case aeadAES128GCM = 0x0007

    public var keyLength: Int { 16 }
    public var saltLength: Int { self == .aeadAES128GCM ? 12 : 14 }
    /// Bytes that protection adds to an RTP packet.
    public var tagLength: Int { self == .aeadAES128GCM ? 16 : 10 }
}

/// The two master keys and salts that a DTLS handshake exports.
///
/// [RFC 5764 section 4.2](https://www.rfc-editor.org/rfc/rfc5764#section-4.2).
public struct SRTPMasterKeys: Sendable {
    public let profile: SRTPProfile
    /// What the DTLS client encrypts with.
    public let clientKey: [UInt8]
    public let clientSalt: [UInt8]
    /// What the DTLS server encrypts with.
    public let serverKey: [UInt8]
    public let serverSalt: [UInt8]

    public init(
        profile: SRTPProfile, clientKey: [UInt8], clientSalt: [UInt8], serverKey: [UInt8], serverSalt: [UInt8]
    ) {
        self.profile = profile
        self.clientKey = clientKey
        self.clientSalt = clientSalt
        self.serverKey = serverKey
        self.serverSalt = serverSalt
    }
}

/// Whoever has the keys can listen: no log and no failed test shows them.
extension SRTPMasterKeys: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "SRTPMasterKeys(\(profile), <redacted>)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
