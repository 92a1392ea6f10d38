// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// An entry of `users`, or the wildcard user.
public struct UserDescription: Hashable, Sendable {
    /// `nil` for a user that cannot log in by password, but whose name is taken.
    public var password: Password?
    /// `nil` for a user that may join, and nothing else.
    public var permissions: PermissionSet?

    public init(password: Password? = nil, permissions: PermissionSet? = nil) {
        self.password = password
        self.permissions = permissions
    }

    init(_ value: JSONValue) throws(FormatError) {
        let fields = try JSONFields(value)
        try fields.requireKnown(["password", "permissions"])
        if let value = fields.value("password") {
            password = try within("password") { () throws(FormatError) in try Password(value) }
        }
        if let value = fields.value("permissions") {
            permissions = try within("permissions") { () throws(FormatError) in try PermissionSet(value) }
        }
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        if let password {
            writer.key("password")
            password.write(to: &writer)
        }
        if let permissions {
            writer.key("permissions")
            permissions.write(to: &writer)
        }
        writer.endObject()
    }

    /// The members of an object of users.
    static func users(_ members: [String: JSONValue]) throws(FormatError) -> [String: UserDescription] {
        var users: [String: UserDescription] = [:]
        for name in members.keys.sorted() {
            guard let value = members[name] else { continue }
            // Whoever has no password cannot log in, and nobody else can under that name.
            users[name] =
                value.isNull
                ? UserDescription() : try within(name) { () throws(FormatError) in try UserDescription(value) }
        }
        return users
    }

    /// Mistakes that keep users out, by name.
    static func warnings(_ users: [String: UserDescription]) -> [FormatError] {
        users.sorted { $0.key < $1.key }.compactMap { name, user in
            user.passwordMistake?.within("password").within(name)
        }
    }

    /// Why nobody can log in with the password that the file says.
    var passwordMistake: FormatError? {
        guard case .unusable(_, let error)? = password else { return nil }
        return FormatError(path: error.path, reason: "\(error.reason): nobody can log in with this password")
    }

    static func write(_ users: [String: UserDescription], to writer: inout JSONWriter) {
        guard !users.isEmpty else { return }
        writer.key("users")
        writer.beginObject()
        for (name, user) in users.sorted(by: { $0.key < $1.key }) {
            writer.key(name)
            user.write(to: &writer)
        }
        writer.endObject()
    }
}
