// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// A user name fragment and a password, by which the checks of one ICE session authenticate each other.
///
/// Printing shows the fragment only.
///
/// [RFC 8445 section 5.3](https://www.rfc-editor.org/rfc/rfc8445#section-5.3).
public struct ICECredentials: Hashable, Sendable {
    public var ufrag: String
    public var password: String

    /// Credentials as they are. Those that a peer sent go through ``init(parsingUfrag:password:)``.
    public init(ufrag: String, password: String) {
        self.ufrag = ufrag
        self.password = password
    }

    /// A peer's credentials from `a=ice-ufrag` and `a=ice-pwd`.
    ///
    /// [RFC 8839 section 5.4](https://www.rfc-editor.org/rfc/rfc8839#section-5.4): 4 to 256 and 22 to 256 characters out
    /// of letters, digits, `+` and `/`.
    /// - Throws: ``ParseError`` when they are not of this form.
    public init(parsingUfrag ufrag: String, password: String) throws(ParseError) {
        guard Self.isToken(ufrag, length: 4...256) else { throw .invalidUfrag }
        guard Self.isToken(password, length: 22...256) else { throw .invalidPassword }
        self.init(ufrag: ufrag, password: password)
    }

    /// New credentials of ours.
    ///
    /// RFC 8445 section 5.3 wants at least 24 bits of randomness in the fragment and 128 in the password. 8 characters
    /// are 48 bits: a server that has many sessions on one port keys them by fragment, and these do not collide. The 24
    /// of the password are 144 bits.
    /// - Parameter generator: cryptographic outside tests.
    public static func random(using generator: inout some RandomNumberGenerator) -> ICECredentials {
        ICECredentials(ufrag: token(8, using: &generator), password: token(24, using: &generator))
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static func token(_ length: Int, using generator: inout some RandomNumberGenerator) -> String {
        // 64 characters: 6 bits each, 10 of them from one draw.
        var bytes: [UInt8] = []
        while bytes.count < length {
            var bits = generator.next() as UInt64
            for _ in 0..<min(10, length - bytes.count) {
                bytes.append(alphabet[Int(bits & 63)])
                bits >>= 6
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func isToken(_ text: some StringProtocol, length: ClosedRange<Int>) -> Bool {
        length.contains(text.utf8.count) && text.utf8.allSatisfy(isICECharacter)
    }

    /// RFC 8839 section 5.1: "ice-char = ALPHA / DIGIT / "+" / "/"".
    private static func isICECharacter(_ character: UInt8) -> Bool {
        switch character {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}

extension ICECredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "\(ufrag):<redacted>" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["ufrag": ufrag]) }
}

extension ParseError {
    static let invalidUfrag = ParseError("the ICE user name fragment is not 4 to 256 ice-chars")
    static let invalidPassword = ParseError("the ICE password is not 22 to 256 ice-chars")
}
