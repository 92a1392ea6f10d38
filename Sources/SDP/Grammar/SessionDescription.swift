// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A session description.
///
/// [RFC 8866 section 5](https://www.rfc-editor.org/rfc/rfc8866#section-5).
public struct SessionDescription: Hashable, Sendable {
    /// Always 0.
    public var version: Int
    public var origin: Origin
    /// The `s=` line; `-` when there is no name.
    public var name: String
    /// The `t=` lines; `0 0` in WebRTC.
    public var timing: [String]
    /// The `c=` line.
    public var connection: String?
    /// The other lines (`i=`, `u=`, `e=`, `p=`, `b=`, `r=`, `z=`, `k=`), in order.
    public var lines: [Line]
    /// In order, with those that nobody knows.
    public var attributes: [Attribute]
    public var media: [MediaDescription]

    public init(
        origin: Origin, name: String = "-", timing: [String] = ["0 0"], attributes: [Attribute] = [],
        media: [MediaDescription] = []
    ) {
        self.version = 0
        self.origin = origin
        self.name = name
        self.timing = timing
        self.connection = nil
        self.lines = []
        self.attributes = attributes
        self.media = media
    }
}

extension SessionDescription {
    /// The mids of the first BUNDLE group; `nil` when there is none.
    public var bundle: [String]? {
        attributes.all(MediaGroup.self).first { $0.semantics == .bundle }?.mids
    }

    /// `nil` when the session does not say.
    public var direction: MediaDirection? { MediaDirection(attributes) }
}
