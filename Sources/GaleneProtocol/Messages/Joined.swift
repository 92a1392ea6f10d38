// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// The server tells a client where it stands with a group.
public struct Joined: Hashable, Sendable {
    public struct Kind: RawRepresentable, Hashable, Sendable {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        public static let join = Kind(rawValue: "join")
        /// Lock state, group data, description or one's own permissions changed.
        public static let change = Kind(rawValue: "change")
        /// The join was refused; another may be tried on the same connection.
        public static let fail = Kind(rawValue: "fail")
        /// The group has moved to the URL in ``Joined/value``.
        public static let redirect = Kind(rawValue: "redirect")
        public static let leave = Kind(rawValue: "leave")
    }

    /// What a program can do about a refusal.
    public struct Failure: RawRepresentable, Hashable, Sendable {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The token names no user, and the client did not either.
        public static let needUsername = Failure(rawValue: "need-username")
        /// The name belongs to somebody with a password.
        public static let duplicateUsername = Failure(rawValue: "duplicate-username")
    }

    public var kind: Kind
    public var group: String
    /// The name that counts from now on. Written even when empty.
    public var username: String
    public var permissions: [Permission]
    public var status: GroupStatus?
    /// The group's data. `nil` must not be taken as «emptied».
    public var data: [String: JSONValue]?
    public var rtcConfiguration: RTCConfiguration?
    /// Only with ``Kind/fail``, and only for the failures that a program can do something about.
    public var error: Failure?
    /// Text for people with ``Kind/fail``, a URL with ``Kind/redirect``.
    public var value: JSONValue?

    public init(
        kind: Kind, group: String, username: String = "", permissions: [Permission] = [],
        status: GroupStatus? = nil, data: [String: JSONValue]? = nil, rtcConfiguration: RTCConfiguration? = nil,
        error: Failure? = nil, value: JSONValue? = nil
    ) {
        self.kind = kind
        self.group = group
        self.username = username
        self.permissions = permissions
        self.status = status
        self.data = data
        self.rtcConfiguration = rtcConfiguration
        self.error = error
        self.value = value
    }

    init(_ fields: JSONFields) throws(FormatError) {
        kind = Kind(rawValue: try fields.string("kind") ?? "")
        group = try fields.string("group") ?? ""
        username = try fields.string("username") ?? ""
        permissions = try fields.tokens("permissions") ?? []
        status = nil
        if let members = try fields.object("status") {
            status = try within("status") { () throws(FormatError) in try GroupStatus(JSONFields(members)) }
        }
        data = try fields.object("data")
        rtcConfiguration = nil
        if let members = try fields.object("rtcConfiguration") {
            rtcConfiguration = try within("rtcConfiguration") { () throws(FormatError) in
                try RTCConfiguration(JSONFields(members))
            }
        }
        error = try fields.token("error")
        value = fields.value("value")
    }

    func write(to writer: inout JSONWriter) {
        writer.field("type", "joined")
        writer.field("kind", kind)
        writer.field("error", error?.rawValue)
        writer.required("username", username)
        writer.field("permissions", permissions)
        if let status {
            writer.key("status")
            status.write(to: &writer)
        }
        writer.field("data", data)
        writer.field("group", group)
        writer.field("value", value)
        if let rtcConfiguration {
            writer.key("rtcConfiguration")
            rtcConfiguration.write(to: &writer)
        }
    }
}
