// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A user name fragment and a password, by which the checks of one ICE session authenticate each other.
///
/// [RFC 8445 section 5.3](https://www.rfc-editor.org/rfc/rfc8445#section-5.3).
public struct ICECredentials: Hashable, Sendable {
    public var ufrag: String
    public var password: String

    public init(ufrag: String, password: String) {
        self.ufrag = ufrag
        self.password = password
    }
}
