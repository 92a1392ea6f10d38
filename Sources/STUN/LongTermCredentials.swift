// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

internal import RTCCrypto

/// A user name and a password that a server knows under its realm.
///
/// [RFC 8489 section 9.2](https://www.rfc-editor.org/rfc/rfc8489#section-9.2). Printing shows nothing of them.
public struct LongTermCredentials: Hashable, Sendable {
    public var username: String
    public var password: String

    public init(username: String, password: String) {
        self.username = username
        self.password = password
    }

    /// The key of MESSAGE-INTEGRITY (RFC 8489 section 9.2.2):
    /// `key = MD5(username ":" OpaqueString(realm) ":" OpaqueString(password))`.
    ///
    /// The profile OpaqueString (RFC 8265) changes nothing but exotic spaces and composed characters, and no server that
    /// we know applies it; neither do we.
    public func key(realm: String) -> [UInt8] { MD5.digest(Array("\(username):\(realm):\(password)".utf8)) }
}

extension LongTermCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "<redacted>" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
