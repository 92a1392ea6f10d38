// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Something done to a member.
public struct UserAction: Hashable, Sendable {
    public struct Kind: RawRepresentable, Hashable, Sendable {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        public static let op = Kind(rawValue: "op")
        public static let unop = Kind(rawValue: "unop")
        public static let present = Kind(rawValue: "present")
        public static let unpresent = Kind(rawValue: "unpresent")
        public static let shutUp = Kind(rawValue: "shutup")
        public static let unshutUp = Kind(rawValue: "unshutup")
        public static let kick = Kind(rawValue: "kick")
        public static let identify = Kind(rawValue: "identify")
        /// Merges ``UserAction/value`` into one's own data; null deletes.
        public static let setData = Kind(rawValue: "setdata")
    }

    public var kind: Kind
    public var source: String?
    public var username: String?
    /// The member's client id.
    public var dest: String
    public var value: JSONValue?

    public init(
        kind: Kind, source: String? = nil, username: String? = nil, dest: String, value: JSONValue? = nil
    ) {
        self.kind = kind
        self.source = source
        self.username = username
        self.dest = dest
        self.value = value
    }

    init(_ fields: JSONFields) throws(FormatError) {
        kind = Kind(rawValue: try fields.string("kind") ?? "")
        source = try fields.nonEmptyString("source")
        username = try fields.string("username")
        dest = try fields.string("dest") ?? ""
        value = fields.value("value")
    }

    func write(to writer: inout JSONWriter) {
        writer.field("type", "useraction")
        writer.field("kind", kind)
        writer.field("source", source)
        writer.field("dest", dest)
        writer.field("username", username)
        writer.field("value", value)
    }
}
