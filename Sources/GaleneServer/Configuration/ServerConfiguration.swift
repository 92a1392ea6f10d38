// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

/// The contents of `data/config.json`; every field is optional.
struct ServerConfiguration: Equatable, Sendable {
    /// `host` or `host:port`. Requests with another `Host` are redirected there.
    var canonicalHost = ""
    /// Origins (`scheme://host[:port]`) whose pages may connect, beside this host's own.
    var allowOrigin: [String] = []
    /// The same for the administrative API.
    var allowAdminOrigin: [String] = []
    /// The externally visible base URL, as a whole or in part. See ``BaseURL``.
    var proxyURL = ""
    /// Whether the administrative API may change group files.
    var writableGroups = false

    init() {}

    /// - Throws: for malformed JSON, fields of the wrong type, and fields that nobody knows: a misspelt name would
    ///   otherwise be a setting that silently does nothing.
    init(parsing bytes: [UInt8]) throws(FormatError) {
        guard let members = try JSONValue(parsing: bytes, limits: .file).objectValue else {
            throw FormatError(reason: "is not an object")
        }
        for (name, value) in members.sorted(by: { $0.key < $1.key }) where !value.isNull {
            switch name {
            case "canonicalHost": canonicalHost = try Self.string(name, value)
            case "allowOrigin": allowOrigin = try Self.strings(name, value)
            case "allowAdminOrigin": allowAdminOrigin = try Self.strings(name, value)
            case "proxyURL": proxyURL = try Self.string(name, value)
            case "writableGroups":
                guard let flag = value.boolValue else { throw FormatError(path: name, reason: "is not true or false") }
                writableGroups = flag
            case "users":
                // Administrators are for the administrative API. Until there is one their form is all that matters.
                guard value.objectValue != nil else { throw FormatError(path: name, reason: "is not an object") }
            // Obsolete; Galène ignores it too.
            case "admin": break
            default: throw FormatError(path: name, reason: "is not a known field")
            }
        }
        guard canonicalHost.isEmpty || BaseURL.isPlausible(host: canonicalHost) else {
            throw FormatError(path: "canonicalHost", reason: "is not a host")
        }
    }

    private static func string(_ name: String, _ value: JSONValue) throws(FormatError) -> String {
        guard let text = value.stringValue else { throw FormatError(path: name, reason: "is not a string") }
        return text
    }

    private static func strings(_ name: String, _ value: JSONValue) throws(FormatError) -> [String] {
        guard let elements = value.arrayValue else { throw FormatError(path: name, reason: "is not an array") }
        var texts: [String] = []
        for element in elements { texts.append(try string(name, element)) }
        return texts
    }
}
