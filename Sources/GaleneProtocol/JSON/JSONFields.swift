// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// The members of an object, taken out by the type that they must have. `null` is the same as absent.
struct JSONFields {
    let members: [String: JSONValue]

    init(_ members: [String: JSONValue]) { self.members = members }

    init(_ value: JSONValue) throws(FormatError) {
        guard case .object(let members) = value else { throw FormatError(reason: "is not an object") }
        self.members = members
    }

    func value(_ name: String) -> JSONValue? {
        guard let value = members[name], !value.isNull else { return nil }
        return value
    }

    func string(_ name: String) throws(FormatError) -> String? {
        guard let value = value(name) else { return nil }
        guard case .string(let text) = value else { throw FormatError(path: name, reason: "is not a string") }
        return text
    }

    /// A string for which empty means absent.
    func nonEmptyString(_ name: String) throws(FormatError) -> String? {
        guard let text = try string(name), !text.isEmpty else { return nil }
        return text
    }

    /// An element of an open set; empty when absent.
    func token<Token: RawRepresentable<String>>(_ name: String) throws(FormatError) -> Token? {
        try nonEmptyString(name).flatMap(Token.init(rawValue:))
    }

    func bool(_ name: String) throws(FormatError) -> Bool? {
        guard let value = value(name) else { return nil }
        guard case .bool(let flag) = value else { throw FormatError(path: name, reason: "is not true or false") }
        return flag
    }

    func integer(_ name: String) throws(FormatError) -> Int64? {
        guard let value = value(name) else { return nil }
        guard let integer = value.integerValue else { throw FormatError(path: name, reason: "is not a whole number") }
        return integer
    }

    func object(_ name: String) throws(FormatError) -> [String: JSONValue]? {
        guard let value = value(name) else { return nil }
        guard case .object(let members) = value else { throw FormatError(path: name, reason: "is not an object") }
        return members
    }

    func array(_ name: String) throws(FormatError) -> [JSONValue]? {
        guard let value = value(name) else { return nil }
        guard case .array(let elements) = value else { throw FormatError(path: name, reason: "is not an array") }
        return elements
    }

    func strings(_ name: String) throws(FormatError) -> [String]? {
        guard let value = value(name) else { return nil }
        return try Self.strings(value, path: name)
    }

    func tokens<Token: RawRepresentable<String>>(_ name: String) throws(FormatError) -> [Token]? {
        try strings(name)?.compactMap(Token.init(rawValue:))
    }

    static func strings(_ value: JSONValue, path: String) throws(FormatError) -> [String] {
        guard case .array(let elements) = value else { throw FormatError(path: path, reason: "is not an array") }
        var strings: [String] = []
        strings.reserveCapacity(elements.count)
        for element in elements {
            guard case .string(let text) = element else {
                throw FormatError(path: path, reason: "contains something that is not a string")
            }
            strings.append(text)
        }
        return strings
    }

    /// A time: RFC 3339 text, or milliseconds since 1970 as version 1 of the protocol had it.
    func time(_ name: String) throws(FormatError) -> Timestamp? {
        guard let value = value(name) else { return nil }
        // Text that is no time is not worth a connection: it is only shown to people.
        if case .string(let text) = value { return Timestamp(rfc3339: text) }
        guard let milliseconds = value.doubleValue else { throw FormatError(path: name, reason: "is not a time") }
        return Int64(exactly: milliseconds.rounded()).map(Timestamp.init(unixMilliseconds:))
    }
}

extension JSONFields {
    /// Refuses fields that nobody knows: in a file, a misspelt name would be a setting that silently does nothing.
    func requireKnown(_ names: Set<String>) throws(FormatError) {
        guard let stranger = members.keys.filter({ !names.contains($0) }).min() else { return }
        throw FormatError(path: stranger, reason: "is not a known field")
    }

    /// RFC 3339 text, and nothing else.
    func strictTime(_ name: String) throws(FormatError) -> Timestamp? {
        guard let text = try string(name) else { return nil }
        guard let time = Timestamp(rfc3339: text) else {
            throw FormatError(path: name, reason: "is not a time of the form 2026-11-21T00:14:45Z")
        }
        return time
    }
}

/// Runs `body`, and puts `name` before the path of the error that it throws.
func within<Result>(
    _ name: String, _ body: () throws(FormatError) -> Result
) throws(FormatError) -> Result {
    do {
        return try body()
    } catch {
        throw error.within(name)
    }
}
