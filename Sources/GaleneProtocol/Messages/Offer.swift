// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// The sender of media proposes a stream, or renegotiates one whose id is known.
public struct Offer: Hashable, Sendable {
    public var id: String
    /// `camera`, `screenshare`, `video` or the sender's own word; by it receivers select.
    public var label: String
    public var sdp: String
    /// The id of the stream that this one takes the place of.
    public var replace: String?
    /// The id of the client that sends the stream.
    public var source: String?
    /// The name of that client. The server writes it even when empty.
    public var username: String?
    /// `renegotiate` or absent from clients; servers ignore it.
    public var kind: String?

    public init(
        id: String, label: String = "", sdp: String, replace: String? = nil, source: String? = nil,
        username: String? = nil, kind: String? = nil
    ) {
        self.id = id
        self.label = label
        self.sdp = sdp
        self.replace = replace
        self.source = source
        self.username = username
        self.kind = kind
    }

    init(_ fields: JSONFields) throws(FormatError) {
        id = try fields.string("id") ?? ""
        label = try fields.string("label") ?? ""
        sdp = try fields.string("sdp") ?? ""
        replace = try fields.nonEmptyString("replace")
        source = try fields.nonEmptyString("source")
        username = try fields.string("username")
        kind = try fields.nonEmptyString("kind")
    }

    func write(to writer: inout JSONWriter) {
        writer.field("type", "offer")
        writer.field("kind", kind)
        writer.field("id", id)
        writer.field("replace", replace)
        writer.field("label", label)
        writer.field("source", source)
        if let username { writer.required("username", username) }
        writer.field("sdp", sdp)
    }
}
