// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Any JSON, as `value` and `data` carry it.
///
/// Integers that fit 64 bits stay integers, so that what is forwarded is what was sent. An object's members have no
/// order; of members with the same name the last one counts, as in browsers.
public enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])
}

extension JSONValue {
    public var boolValue: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    public var stringValue: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The number if it is whole and fits, however it was written: `1`, `1.0` and `1e0` are the same to a browser.
    public var integerValue: Int64? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int64(exactly: value)
        default: nil
        }
    }

    public var doubleValue: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    public var arrayValue: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    public var objectValue: [String: JSONValue]? {
        if case .object(let value) = self { value } else { nil }
    }

    public var isNull: Bool { self == .null }

    /// The member of an object; `nil` for other values and for members that are absent or null.
    public subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self, let value = members[name], !value.isNull else { return nil }
        return value
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }
    public init(nilLiteral: ()) { self = .null }
}

extension JSONValue {
    /// Parses one JSON document by [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259).
    ///
    /// - Throws: ``FormatError`` whose reason says line and column, for malformed text, text that is not UTF-8, and
    ///   documents beyond `limits`.
    public init(parsing bytes: RawSpan, limits: JSONLimits = .message) throws(FormatError) {
        self = try JSONParser.parse(bytes, limits: limits)
    }

    public init(parsing bytes: [UInt8], limits: JSONLimits = .message) throws(FormatError) {
        try self.init(parsing: bytes.span.bytes, limits: limits)
    }

    public init(parsing text: String, limits: JSONLimits = .message) throws(FormatError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }

    /// Compact JSON, the members of objects sorted by name: equal values give equal bytes.
    public func encoded() -> [UInt8] {
        var writer = JSONWriter()
        writer.write(self)
        return writer.bytes
    }
}
