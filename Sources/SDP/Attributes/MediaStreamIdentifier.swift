// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// `a=msid`: the browser's stream and track that a section carries.
///
/// [RFC 8830 section 2](https://www.rfc-editor.org/rfc/rfc8830#section-2).
public struct MediaStreamIdentifier: AttributeValue {
    public static let attributeName = "msid"
    /// `-` for a track that belongs to no stream.
    public var stream: String
    public var track: String?

    public init(stream: String, track: String?) {
        self.stream = stream
        self.track = track
    }

    public init?(_ text: String) {
        let words = text.split(separator: " ")
        guard (1...2).contains(words.count), words.allSatisfy(\.isToken) else { return nil }
        self.init(stream: String(words[0]), track: words.count == 2 ? String(words[1]) : nil)
    }

    public var text: String { stream + (track.map { " \($0)" } ?? "") }
}
