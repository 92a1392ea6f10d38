// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

extension GroupDescription {
    /// Parses a group file. Unknown fields are errors; obsolete ones are upgraded, with a warning.
    ///
    /// - Throws: ``FormatError`` with the path of the field.
    public init(parsing bytes: [UInt8]) throws(FormatError) {
        let fields = try JSONFields(JSONValue(parsing: bytes, limits: .file))
        try fields.requireKnown(Self.fieldNames.union(Self.obsoleteFieldNames))
        displayName = try fields.nonEmptyString("displayName")
        description = try fields.nonEmptyString("description")
        contact = try fields.nonEmptyString("contact")
        comment = try fields.nonEmptyString("comment")
        isPublic = try fields.bool("public") ?? false
        redirect = try fields.nonEmptyString("redirect")
        maximumClients = Int(try fields.count("max-clients"))
        // 0 is the default, as for every field of the file.
        let age = try fields.count("max-history-age")
        maximumHistoryAge = age == 0 ? Self.defaultHistoryAge : age
        notBefore = try fields.strictTime("not-before")
        expires = try fields.strictTime("expires")
        allowRecording = try fields.bool("allow-recording") ?? false
        unrestrictedTokens = try fields.bool("unrestricted-tokens") ?? false
        autoSubgroups = try fields.bool("auto-subgroups") ?? false
        autoLock = try fields.bool("autolock") ?? false
        autoKick = try fields.bool("autokick") ?? false
        if let members = try fields.object("users") {
            users = try within("users") { () throws(FormatError) in try UserDescription.users(members) }
        }
        if let value = fields.value("wildcard-user") {
            wildcardUser = try within("wildcard-user") { () throws(FormatError) in try UserDescription(value) }
        }
        authKeys = try fields.array("authKeys") ?? []
        guard authKeys.allSatisfy({ $0.objectValue != nil }) else {
            throw FormatError(path: "authKeys", reason: "contains something that is not an object")
        }
        authServer = try fields.nonEmptyString("authServer")
        authPortal = try fields.nonEmptyString("authPortal")
        if let names = try fields.strings("codecs"), !names.isEmpty { codecs = names }
        try upgrade(fields)
        warnings += UserDescription.warnings(users).map { $0.within("users") }
        if let mistake = wildcardUser?.passwordMistake {
            warnings.append(mistake.within("password").within("wildcard-user"))
        }
    }

    private static let fieldNames: Set<String> = [
        "displayName", "description", "contact", "comment", "public", "redirect", "max-clients", "max-history-age",
        "not-before", "expires", "allow-recording", "unrestricted-tokens", "auto-subgroups", "autolock", "autokick",
        "users", "wildcard-user", "authKeys", "authServer", "authPortal", "codecs",
    ]

    private static let obsoleteFieldNames: Set<String> = [
        "op", "presenter", "other", "allow-subgroups", "allow-anonymous",
    ]

    /// Takes over the fields that `users`, `wildcard-user` and `auto-subgroups` have replaced.
    private mutating func upgrade(_ fields: JSONFields) throws(FormatError) {
        let lists: [(String, PermissionSet.Name)] = [("op", .op), ("presenter", .present), ("other", .message)]
        for (name, permissions) in lists {
            guard let entries = try fields.array(name) else { continue }
            warnings.append(FormatError(path: name, reason: "is obsolete; use users and wildcard-user"))
            for entry in entries {
                try within(name) { () throws(FormatError) in try upgrade(entry, to: permissions, of: name) }
            }
        }
        if let flag = try fields.bool("allow-subgroups") {
            warnings.append(FormatError(path: "allow-subgroups", reason: "is obsolete; use auto-subgroups"))
            autoSubgroups = autoSubgroups || flag
        }
        if try fields.bool("allow-anonymous") != nil {
            warnings.append(FormatError(path: "allow-anonymous", reason: "is obsolete and has no effect"))
        }
    }

    private mutating func upgrade(
        _ entry: JSONValue, to permissions: PermissionSet.Name, of list: String
    ) throws(FormatError) {
        let fields = try JSONFields(entry)
        try fields.requireKnown(["username", "password"])
        var password: Password? = .wildcard
        if let value = fields.value("password") {
            password = try within("password") { () throws(FormatError) in try Password(value) }
        }
        let user = UserDescription(password: password, permissions: .named(permissions))
        guard let username = try fields.nonEmptyString("username") else {
            guard wildcardUser == nil else {
                warnings.append(FormatError(path: list, reason: "contains a second entry for all other users, ignored"))
                return
            }
            wildcardUser = user
            return
        }
        guard users[username] == nil else {
            warnings.append(FormatError(path: list, reason: "contains a user that is described elsewhere, ignored"))
            return
        }
        users[username] = user
    }

    /// The description as a group file, indented, without fields that have their default value.
    public func encoded() -> [UInt8] {
        var writer = JSONWriter(isIndented: true)
        writer.beginObject()
        writer.field("displayName", displayName)
        writer.field("description", description)
        writer.field("contact", contact)
        writer.field("comment", comment)
        writer.field("public", isPublic)
        writer.field("redirect", redirect)
        writer.field("max-clients", Int64(maximumClients), unless: 0)
        writer.field("max-history-age", maximumHistoryAge, unless: Self.defaultHistoryAge)
        writer.field("not-before", notBefore?.text)
        writer.field("expires", expires?.text)
        writer.field("allow-recording", allowRecording)
        writer.field("unrestricted-tokens", unrestrictedTokens)
        writer.field("auto-subgroups", autoSubgroups)
        writer.field("autolock", autoLock)
        writer.field("autokick", autoKick)
        UserDescription.write(users, to: &writer)
        if let wildcardUser {
            writer.key("wildcard-user")
            wildcardUser.write(to: &writer)
        }
        if !authKeys.isEmpty { writer.field("authKeys", .array(authKeys)) }
        writer.field("authServer", authServer)
        writer.field("authPortal", authPortal)
        if codecs != Self.defaultCodecs {
            writer.key("codecs")
            writer.write(codecs)
        }
        writer.endObject()
        return writer.bytes + [0x0a]
    }
}

extension JSONFields {
    /// A whole number that is not negative; 0 when absent.
    fileprivate func count(_ name: String) throws(FormatError) -> Int64 {
        let number = try integer(name) ?? 0
        // 2^31 - 1: beyond, sums of seconds and of members could leave their range.
        guard (0...Int64(Int32.max)).contains(number) else {
            throw FormatError(path: name, reason: "is not in 0...\(Int32.max)")
        }
        return number
    }
}

extension JSONWriter {
    fileprivate mutating func field(_ name: String, _ value: Int64, unless standard: Int64) {
        guard value != standard else { return }
        key(name)
        write(value)
    }
}
