// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A message for people.
public struct Chat: Hashable, Sendable {
    public struct Kind: RawRepresentable, Hashable, Sendable {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        public static let normal = Kind(rawValue: "")
        /// An action in the first person.
        public static let me = Kind(rawValue: "me")
        /// A subtitle.
        public static let caption = Kind(rawValue: "caption")
    }

    public var kind: Kind
    /// Assigned by the server to broadcasts that have none.
    public var id: String?
    public var source: String?
    public var username: String?
    /// `nil` for everybody.
    public var dest: String?
    /// Forwarded untouched.
    public var value: JSONValue?
    /// The sender wants no copy.
    public var noEcho: Bool
    /// Set by the server: the sender is an operator, or the server itself.
    public var privileged: Bool
    /// Set by the server.
    public var time: Timestamp?

    public init(
        kind: Kind = .normal, id: String? = nil, source: String? = nil, username: String? = nil, dest: String? = nil,
        value: JSONValue?, noEcho: Bool = false, privileged: Bool = false, time: Timestamp? = nil
    ) {
        self.kind = kind
        self.id = id
        self.source = source
        self.username = username
        self.dest = dest
        self.value = value
        self.noEcho = noEcho
        self.privileged = privileged
        self.time = time
    }

    init(_ fields: JSONFields) throws(FormatError) {
        kind = Kind(rawValue: try fields.string("kind") ?? "")
        id = try fields.nonEmptyString("id")
        source = try fields.nonEmptyString("source")
        username = try fields.string("username")
        dest = try fields.nonEmptyString("dest")
        value = fields.value("value")
        noEcho = try fields.bool("noecho") ?? false
        privileged = try fields.bool("privileged") ?? false
        time = try fields.time("time")
    }

    func write(to writer: inout JSONWriter, type: String) {
        writer.field("type", type)
        writer.field("kind", kind)
        writer.field("id", id)
        writer.field("source", source)
        writer.field("dest", dest)
        writer.field("username", username)
        writer.field("privileged", privileged)
        writer.field("time", time)
        writer.field("noecho", noEcho)
        writer.field("value", value)
    }
}
