// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What `data/config.json` says of the server. Every field is optional there.
public struct ServerConfiguration: Hashable, Sendable {
    /// `host` or `host:port`; requests with another `Host` are redirected there. Empty for none.
    public var canonicalHost = ""
    /// Origins (`scheme://host[:port]`) whose pages may connect, beside this host's own.
    public var allowOrigin: [String] = []
    /// The same for the administrative API.
    public var allowAdminOrigin: [String] = []
    /// The externally visible base URL, as a whole or in part. Empty for none.
    public var proxyURL = ""
    /// Whether the administrative API may change group files.
    public var writableGroups = false
    /// Those who administer the whole server, by the permission `admin`.
    public var users: [String: UserDescription] = [:]

    /// What the file says that is obsolete, for the administrator's eyes.
    public var warnings: [FormatError] = []

    public init() {}

    /// Parses the file. Unknown fields are errors.
    ///
    /// - Throws: ``FormatError`` with the path of the field.
    public init(parsing bytes: [UInt8]) throws(FormatError) {
        let fields = try JSONFields(JSONValue(parsing: bytes, limits: .file))
        try fields.requireKnown([
            "canonicalHost", "allowOrigin", "allowAdminOrigin", "proxyURL", "writableGroups", "users", "admin",
        ])
        canonicalHost = try fields.string("canonicalHost") ?? ""
        allowOrigin = try fields.strings("allowOrigin") ?? []
        allowAdminOrigin = try fields.strings("allowAdminOrigin") ?? []
        proxyURL = try fields.string("proxyURL") ?? ""
        writableGroups = try fields.bool("writableGroups") ?? false
        if let members = try fields.object("users") {
            users = try within("users") { () throws(FormatError) in try UserDescription.users(members) }
        }
        warnings += UserDescription.warnings(users).map { $0.within("users") }
        if fields.value("admin") != nil {
            warnings.append(FormatError(path: "admin", reason: "is obsolete and has no effect; use users"))
        }
    }
}
