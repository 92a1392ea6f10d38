// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What the world, or a member, may know of a group: the object at `.status` and in `joined` messages.
public struct GroupStatus: Hashable, Sendable {
    public var name: String
    /// Where the group lives instead; then only names and descriptions are present.
    public var redirect: String?
    /// The URL of the group's page. Absent in messages: merge, do not replace.
    public var location: String?
    /// The URL of the WebSocket. Absent in messages.
    public var endpoint: String?
    public var displayName: String?
    public var description: String?
    public var authServer: String?
    public var authPortal: String?
    public var locked: Bool
    /// `nil` for strangers to a group that is not public.
    public var clientCount: Int?
    public var canChangePassword: Bool

    public init(
        name: String, redirect: String? = nil, location: String? = nil, endpoint: String? = nil,
        displayName: String? = nil, description: String? = nil, authServer: String? = nil, authPortal: String? = nil,
        locked: Bool = false, clientCount: Int? = nil, canChangePassword: Bool = false
    ) {
        self.name = name
        self.redirect = redirect
        self.location = location
        self.endpoint = endpoint
        self.displayName = displayName
        self.description = description
        self.authServer = authServer
        self.authPortal = authPortal
        self.locked = locked
        self.clientCount = clientCount
        self.canChangePassword = canChangePassword
    }
}

extension GroupStatus {
    public init(parsing bytes: [UInt8]) throws(FormatError) {
        try self.init(JSONFields(JSONValue(parsing: bytes)))
    }

    public func encoded() -> [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }

    init(_ fields: JSONFields) throws(FormatError) {
        name = try fields.string("name") ?? ""
        redirect = try fields.nonEmptyString("redirect")
        location = try fields.nonEmptyString("location")
        endpoint = try fields.nonEmptyString("endpoint")
        displayName = try fields.nonEmptyString("displayName")
        description = try fields.nonEmptyString("description")
        authServer = try fields.nonEmptyString("authServer")
        authPortal = try fields.nonEmptyString("authPortal")
        locked = try fields.bool("locked") ?? false
        clientCount = try fields.integer("clientCount").map(Int.init)
        canChangePassword = try fields.bool("canChangePassword") ?? false
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.required("name", name)
        writer.field("redirect", redirect)
        writer.field("location", location)
        writer.field("endpoint", endpoint)
        writer.field("displayName", displayName)
        writer.field("description", description)
        writer.field("authServer", authServer)
        writer.field("authPortal", authPortal)
        writer.field("locked", locked)
        if let clientCount {
            writer.key("clientCount")
            writer.write(clientCount)
        }
        writer.field("canChangePassword", canChangePassword)
        writer.endObject()
    }
}
