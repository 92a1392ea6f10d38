// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// One `a=` line.
///
/// [RFC 8866 section 5.13](https://www.rfc-editor.org/rfc/rfc8866#section-5.13).
public struct Attribute: Hashable, Sendable {
    /// What precedes the colon.
    public var name: String
    /// What follows the colon; `nil` for a property attribute such as `a=rtcp-mux`.
    public var value: String?

    public init(_ name: String, _ value: String? = nil) {
        self.name = name
        self.value = value
    }

    public init(_ value: some AttributeValue) {
        self.name = type(of: value).attributeName
        self.value = value.text
    }
}

/// What the value of a certain attribute says.
public protocol AttributeValue: Hashable, Sendable {
    /// The attribute's name.
    static var attributeName: String { get }

    /// - Returns: `nil` for a malformed value. A peer's malformed attribute is treated as absent, like an unknown one.
    init?(_ text: String)

    /// The attribute's value.
    var text: String { get }
}

extension [Attribute] {
    /// The first well-formed value of an attribute.
    public func first<Value: AttributeValue>(_ type: Value.Type) -> Value? {
        for attribute in self where attribute.name == Value.attributeName {
            if let value = attribute.value.flatMap(Value.init) { return value }
        }
        return nil
    }

    /// All well-formed values of an attribute, in order.
    public func all<Value: AttributeValue>(_ type: Value.Type) -> [Value] {
        compactMap { $0.name == Value.attributeName ? $0.value.flatMap(Value.init) : nil }
    }

    /// Whether a property attribute is present.
    public func contains(_ flag: AttributeFlag) -> Bool {
        contains { $0.name == flag.rawValue }
    }

    public mutating func append(_ value: some AttributeValue) { append(Attribute(value)) }
    public mutating func append(_ flag: AttributeFlag) { append(Attribute(flag.rawValue)) }
}

/// An attribute that has no value.
public struct AttributeFlag: RawRepresentable, Hashable, Sendable {
    public var rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// [RFC 5761 section 5.1.1](https://www.rfc-editor.org/rfc/rfc5761#section-5.1.1)
    public static let rtcpMux = AttributeFlag(rawValue: "rtcp-mux")
    /// [RFC 5506 section 5](https://www.rfc-editor.org/rfc/rfc5506#section-5)
    public static let rtcpReducedSize = AttributeFlag(rawValue: "rtcp-rsize")
    /// [RFC 8839 section 5.3](https://www.rfc-editor.org/rfc/rfc8839#section-5.3)
    public static let iceLite = AttributeFlag(rawValue: "ice-lite")
    /// [RFC 8840 section 4.4](https://www.rfc-editor.org/rfc/rfc8840#section-4.4)
    public static let endOfCandidates = AttributeFlag(rawValue: "end-of-candidates")
    /// [RFC 8285 section 4.1.2](https://www.rfc-editor.org/rfc/rfc8285#section-4.1.2)
    public static let extmapAllowMixed = AttributeFlag(rawValue: "extmap-allow-mixed")
    /// [RFC 8843 section 6](https://www.rfc-editor.org/rfc/rfc8843#section-6)
    public static let bundleOnly = AttributeFlag(rawValue: "bundle-only")
}
