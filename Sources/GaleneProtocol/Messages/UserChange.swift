// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Somebody came, changed or left.
public struct UserChange: Hashable, Sendable {
    public struct Kind: RawRepresentable, Hashable, Sendable {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        public static let add = Kind(rawValue: "add")
        /// Carries the whole new state.
        public static let change = Kind(rawValue: "change")
        /// Carries id and name only.
        public static let delete = Kind(rawValue: "delete")
    }

    public var kind: Kind
    public var id: String
    /// Written even when empty.
    public var username: String
    public var permissions: [Permission]
    public var data: [String: JSONValue]

    public init(
        kind: Kind, id: String, username: String, permissions: [Permission] = [], data: [String: JSONValue] = [:]
    ) {
        self.kind = kind
        self.id = id
        self.username = username
        self.permissions = permissions
        self.data = data
    }

    init(_ fields: JSONFields) throws(FormatError) {
        kind = Kind(rawValue: try fields.string("kind") ?? "")
        id = try fields.string("id") ?? ""
        username = try fields.string("username") ?? ""
        permissions = try fields.tokens("permissions") ?? []
        data = try fields.object("data") ?? [:]
    }

    func write(to writer: inout JSONWriter) {
        writer.field("type", "user")
        writer.field("kind", kind)
        writer.field("id", id)
        writer.required("username", username)
        writer.field("permissions", permissions)
        writer.field("data", data)
    }
}
