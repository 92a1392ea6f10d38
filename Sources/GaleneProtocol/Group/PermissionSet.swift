// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What a user may do, as a file says it.
public enum PermissionSet: Hashable, Sendable {
    /// A name that stands for several permissions.
    case named(Name)
    /// Permissions by their internal names, used as they are.
    case raw([Permission])

    public enum Name: String, Sendable, CaseIterable {
        case op, present, message, observe, caption, admin
    }

    /// - Parameters:
    ///   - allowsRecording: operators may record.
    ///   - hasUnrestrictedTokens: whoever may present may make tokens.
    public func permissions(allowsRecording: Bool, hasUnrestrictedTokens: Bool) -> [Permission] {
        switch self {
        case .raw(let permissions): permissions
        case .named(.op): [.op, .present, .message, .caption, .token] + (allowsRecording ? [.record] : [])
        case .named(.present): [.present, .message] + (hasUnrestrictedTokens ? [.token] : [])
        case .named(.message): [.message]
        case .named(.observe): []
        case .named(.caption): [.caption]
        case .named(.admin): [.admin]
        }
    }

    init(_ value: JSONValue) throws(FormatError) {
        if case .string(let text) = value {
            guard let name = Name(rawValue: text) else {
                let names = Name.allCases.map(\.rawValue).joined(separator: ", ")
                throw FormatError(reason: "is not one of \(names)")
            }
            self = .named(name)
            return
        }
        do {
            self = .raw(try JSONFields.strings(value, path: "").map(Permission.init(rawValue:)))
        } catch {
            throw FormatError(reason: "is neither the name of a set nor an array of permissions")
        }
    }

    func write(to writer: inout JSONWriter) {
        switch self {
        case .named(let name): writer.write(name.rawValue)
        case .raw(let permissions): writer.write(permissions.map(\.rawValue))
        }
    }
}
