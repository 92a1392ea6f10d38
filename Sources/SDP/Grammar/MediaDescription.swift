// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A media section: an `m=` line and what follows it.
///
/// [RFC 8866 section 5.14](https://www.rfc-editor.org/rfc/rfc8866#section-5.14).
public struct MediaDescription: Hashable, Sendable {
    /// `audio`, `video`, `application`, …
    public struct Kind: RawRepresentable, Hashable, Sendable {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        public static let audio = Kind(rawValue: "audio")
        public static let video = Kind(rawValue: "video")
        public static let application = Kind(rawValue: "application")
    }

    public var kind: Kind
    /// Zero for a rejected section (RFC 3264 section 6), and with `a=bundle-only`.
    public var port: UInt16
    /// The number of ports after a slash, digits; `nil` when absent, as always in WebRTC.
    public var portCount: String?
    /// `UDP/TLS/RTP/SAVPF` and the like.
    public var proto: String
    /// Payload types, or what the protocol wants.
    public var formats: [String]
    /// The `c=` line.
    public var connection: String?
    /// The other lines (`i=`, `b=`, `k=`), in order.
    public var lines: [Line]
    /// In order, with those that nobody knows.
    public var attributes: [Attribute]

    public init(
        kind: Kind, port: UInt16 = 9, proto: String, formats: [String], connection: String? = "IN IP4 0.0.0.0",
        attributes: [Attribute] = []
    ) {
        self.kind = kind
        self.port = port
        self.portCount = nil
        self.proto = proto
        self.formats = formats
        self.connection = connection
        self.lines = []
        self.attributes = attributes
    }
}

extension MediaDescription {
    /// The formats that are payload types, in order.
    public var payloadTypes: [UInt8] {
        formats.compactMap { format in
            guard format.utf8.isDigits, let number = UInt8(format), number < 128 else { return nil }
            return number
        }
    }

    public var mid: String? { attributes.first(MediaIdentifier.self)?.rawValue }

    /// `nil` when the section does not say; then the session's counts, or `sendrecv`.
    public var direction: MediaDirection? { MediaDirection(attributes) }
}
