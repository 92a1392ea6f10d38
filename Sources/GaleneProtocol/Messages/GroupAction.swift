// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Something done to the group.
public struct GroupAction: Hashable, Sendable {
    public struct Kind: RawRepresentable, Hashable, Sendable {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        public static let clearChat = Kind(rawValue: "clearchat")
        public static let lock = Kind(rawValue: "lock")
        public static let unlock = Kind(rawValue: "unlock")
        public static let record = Kind(rawValue: "record")
        public static let unrecord = Kind(rawValue: "unrecord")
        public static let subgroups = Kind(rawValue: "subgroups")
        /// Merges ``GroupAction/value`` into the group's data; null deletes.
        public static let setData = Kind(rawValue: "setdata")
        public static let makeToken = Kind(rawValue: "maketoken")
        public static let editToken = Kind(rawValue: "edittoken")
        public static let listTokens = Kind(rawValue: "listtokens")
    }

    public var kind: Kind
    public var source: String?
    public var username: String?
    public var value: JSONValue?

    public init(kind: Kind, source: String? = nil, username: String? = nil, value: JSONValue? = nil) {
        self.kind = kind
        self.source = source
        self.username = username
        self.value = value
    }

    init(_ fields: JSONFields) throws(FormatError) {
        kind = Kind(rawValue: try fields.string("kind") ?? "")
        source = try fields.nonEmptyString("source")
        username = try fields.string("username")
        value = fields.value("value")
    }

    func write(to writer: inout JSONWriter) {
        writer.field("type", "groupaction")
        writer.field("kind", kind)
        writer.field("source", source)
        writer.field("username", username)
        writer.field("value", value)
    }
}
