// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// `a=fingerprint`, as text: the digest of a certificate.
///
/// [RFC 8122 section 5](https://www.rfc-editor.org/rfc/rfc8122#section-5).
public struct Fingerprint: AttributeValue {
    public static let attributeName = "fingerprint"
    /// In lower case, as in `sha-256`.
    public var hashFunction: String
    /// Pairs of hexadecimal digits with colons between them.
    public var digest: String

    public init(hashFunction: String, digest: String) {
        self.hashFunction = hashFunction
        self.digest = digest
    }

    public init?(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count == 2, words[0].isToken else { return nil }
        self.init(hashFunction: words[0].lowercased(), digest: String(words[1]))
    }

    public var text: String { "\(hashFunction) \(digest)" }
}
