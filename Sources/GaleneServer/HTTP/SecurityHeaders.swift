// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import HTTPTypes

/// The header fields that every page and file carries.
enum SecurityHeaders {
    /// - Parameter authServer: the group's authorisation server, which its page must be able to reach.
    static func add(to fields: inout HTTPFields, authServer: String? = nil) {
        let extra = authServer.flatMap(source).map { "\($0) " } ?? ""
        // 'unsafe-eval' lets the background blur compile its WebAssembly.
        fields[.contentSecurityPolicy] =
            "connect-src \(extra)ws: wss: 'self'; img-src 'self'; media-src blob: 'self'; "
            + "script-src 'unsafe-eval' 'self'; default-src 'self'"
        fields[.referrerPolicy] = "no-referrer"
        fields[.xContentTypeOptions] = "nosniff"
    }

    /// The URL if it can be one element of the policy: a space or a semicolon in it would write policy of its own.
    private static func source(_ url: String) -> String? {
        guard url.hasPrefix("https://") || url.hasPrefix("http://") else { return nil }
        guard url.utf8.allSatisfy({ (0x21...0x7e).contains($0) && !";,'\"".utf8.contains($0) }) else { return nil }
        return url
    }
}

extension HTTPField.Name {
    // The literals are valid names (RFC 9110 section 5.6.2).
    static let referrerPolicy = Self("Referrer-Policy")!
}
