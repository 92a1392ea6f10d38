// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A client enters or leaves a group.
public struct Join: Hashable, Sendable {
    public struct Kind: RawRepresentable, Hashable, Sendable {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        public static let join = Kind(rawValue: "join")
        public static let leave = Kind(rawValue: "leave")
    }

    public var kind: Kind
    public var group: String
    /// `nil` when a token is to supply it.
    public var username: String?
    /// Empty and absent are the same.
    public var password: String
    /// Used instead of the password unless `nil`.
    public var token: String?
    /// The user's own data at first.
    public var data: [String: JSONValue]

    public init(
        kind: Kind = .join, group: String, username: String? = nil, password: String = "", token: String? = nil,
        data: [String: JSONValue] = [:]
    ) {
        self.kind = kind
        self.group = group
        self.username = username
        self.password = password
        self.token = token
        self.data = data
    }

    init(_ fields: JSONFields) throws(FormatError) {
        kind = Kind(rawValue: try fields.string("kind") ?? "")
        group = try fields.string("group") ?? ""
        username = try fields.string("username")
        password = try fields.string("password") ?? ""
        token = try fields.nonEmptyString("token")
        data = try fields.object("data") ?? [:]
    }

    func write(to writer: inout JSONWriter) {
        writer.field("type", "join")
        writer.field("kind", kind)
        writer.field("group", group)
        // An empty name is a name; only an absent one asks the token for it.
        if let username { writer.required("username", username) }
        writer.field("password", password)
        writer.field("token", token)
        writer.field("data", data)
    }
}
