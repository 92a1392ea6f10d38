// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A name and a password as browsers send them ([RFC 7617](https://www.rfc-editor.org/rfc/rfc7617)).
struct BasicCredentials: Equatable, Sendable {
    var username: String
    var password: String

    /// Each may cost a key derivation; nobody has more than a password and a token.
    static let maximum = 4

    /// Those in an `Authorization` field, which may hold several with commas between them. What is malformed, and other
    /// schemes, are left out.
    static func all(in field: String?) -> [BasicCredentials] {
        guard let field else { return [] }
        return field.split(separator: ",").lazy.compactMap { Self($0) }.prefix(maximum).map { $0 }
    }

    private init?(_ element: Substring) {
        let parts = element.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "basic", let bytes = Data(base64Encoded: String(parts[1])),
            let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            let username = String(validating: bytes[..<colon], as: UTF8.self),
            let password = String(validating: bytes[(colon + 1)...], as: UTF8.self), username.isStreamSafe,
            password.isStreamSafe
        else { return nil }
        self.init(username: username, password: password)
    }

    init(username: String, password: String) {
        self.username = username
        self.password = password
    }
}
