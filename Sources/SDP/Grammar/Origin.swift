// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// The `o=` line.
///
/// [RFC 8866 section 5.2](https://www.rfc-editor.org/rfc/rfc8866#section-5.2).
public struct Origin: Hashable, Sendable {
    public var username: String
    /// Digits; browsers use the whole of 64 bits, others more.
    public var sessionID: String
    /// Digits; rises with each description of the same session.
    public var sessionVersion: String
    /// Network type, address type and address.
    public var address: String

    public init(
        username: String = "-", sessionID: String, sessionVersion: String, address: String = "IN IP4 0.0.0.0"
    ) {
        self.username = username
        self.sessionID = sessionID
        self.sessionVersion = sessionVersion
        self.address = address
    }

    init?(_ text: String) {
        let fields = text.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
        guard fields.count == 4, fields.allSatisfy({ !$0.isEmpty }), fields[1].isDigits, fields[2].isDigits else {
            return nil
        }
        self.init(
            username: String(fields[0]), sessionID: String(fields[1]), sessionVersion: String(fields[2]),
            address: String(fields[3]))
    }

    var text: String { "\(username) \(sessionID) \(sessionVersion) \(address)" }
}
