// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A recursive-descent parser of [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259), strict but for one thing: escaped
/// surrogates without a partner become U+FFFD, because browsers send them.
struct JSONParser: ~Escapable {
    private let bytes: RawSpan
    private var position = 0
    private var depth = 0
    private let maximumDepth: Int

    @_lifetime(copy bytes)
    private init(_ bytes: RawSpan, maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    static func parse(_ bytes: RawSpan, limits: JSONLimits) throws(FormatError) -> JSONValue {
        guard bytes.byteCount <= limits.size else {
            throw FormatError(reason: "the document is larger than \(limits.size) bytes")
        }
        var parser = JSONParser(bytes, maximumDepth: limits.depth)
        let value = try parser.value()
        parser.skipWhitespace()
        guard parser.position == bytes.byteCount else { throw parser.error("something follows the document") }
        return value
    }

    private func error(_ reason: StaticString) -> FormatError {
        var line = 1
        var lineStart = 0
        for offset in 0..<min(position, bytes.byteCount) where byte(offset) == UInt8(ascii: "\n") {
            line += 1
            lineStart = offset + 1
        }
        return FormatError(reason: "line \(line), column \(position - lineStart + 1): \(reason)")
    }

    private func byte(_ offset: Int) -> UInt8 { bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self) }

    private var next: UInt8? { position < bytes.byteCount ? byte(position) : nil }

    @_lifetime(self: copy self)
    private mutating func skipWhitespace() {
        while let next, next == 0x20 || next == 0x0a || next == 0x0d || next == 0x09 { position += 1 }
    }

    @_lifetime(self: copy self)
    private mutating func take(_ expected: UInt8) -> Bool {
        guard next == expected else { return false }
        position += 1
        return true
    }

    @_lifetime(self: copy self)
    private mutating func value() throws(FormatError) -> JSONValue {
        skipWhitespace()
        guard let next else { throw error("the document ends where a value should be") }
        switch next {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw error("there is no value here")
        }
    }

    @_lifetime(self: copy self)
    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(FormatError) -> JSONValue {
        for offset in 0..<word.utf8CodeUnitCount where !take(word.utf8Start[offset]) {
            throw error("there is no value here")
        }
        return value
    }

    @_lifetime(self: copy self)
    private mutating func enter() throws(FormatError) {
        depth += 1
        guard depth <= maximumDepth else { throw error("the document is nested too deeply") }
        position += 1
        skipWhitespace()
    }

    @_lifetime(self: copy self)
    private mutating func array() throws(FormatError) -> JSONValue {
        try enter()
        defer { depth -= 1 }
        var elements: [JSONValue] = []
        guard !take(UInt8(ascii: "]")) else { return .array(elements) }
        while true {
            elements.append(try value())
            skipWhitespace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw error("a comma or the end of the array is missing") }
        }
    }

    @_lifetime(self: copy self)
    private mutating func object() throws(FormatError) -> JSONValue {
        try enter()
        defer { depth -= 1 }
        var members: [String: JSONValue] = [:]
        guard !take(UInt8(ascii: "}")) else { return .object(members) }
        while true {
            skipWhitespace()
            guard next == UInt8(ascii: "\"") else { throw error("the name of a member is missing") }
            let name = try string()
            skipWhitespace()
            guard take(UInt8(ascii: ":")) else { throw error("a colon is missing") }
            members[name] = try value()
            skipWhitespace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw error("a comma or the end of the object is missing") }
        }
    }

    @_lifetime(self: copy self)
    private mutating func digits() -> Int {
        let start = position
        while let next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next) { position += 1 }
        return position - start
    }

    @_lifetime(self: copy self)
    private mutating func number() throws(FormatError) -> JSONValue {
        let start = position
        let isNegative = take(UInt8(ascii: "-"))
        if take(UInt8(ascii: "0")) {
            // RFC 8259 section 6: "Leading zeros are not allowed."
            guard digits() == 0 else { throw error("a number has a leading zero") }
        } else {
            guard digits() > 0 else { throw error("a number has no digits") }
        }
        var isInteger = true
        if take(UInt8(ascii: ".")) {
            isInteger = false
            guard digits() > 0 else { throw error("a number has no digits after its point") }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isInteger = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard digits() > 0 else { throw error("a number has no digits in its exponent") }
        }
        let text = bytes.extracting(start..<position).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        if isInteger, let integer = Int64(text), !(isNegative && integer == 0) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else { throw error("a number is out of range") }
        return .number(number)
    }

    @_lifetime(self: copy self)
    private mutating func string() throws(FormatError) -> String {
        position += 1
        var start = position
        var unescaped: [UInt8] = []
        var isASCII = true
        while let next {
            switch next {
            case UInt8(ascii: "\""):
                let tail = bytes.extracting(start..<position)
                position += 1
                // Strings without escapes, nearly all, are validated where they lie.
                let text: String? =
                    if unescaped.isEmpty {
                        tail.withUnsafeBytes { String(validating: $0, as: UTF8.self) }
                    } else {
                        tail.withUnsafeBytes {
                            unescaped.append(contentsOf: $0)
                            return String(validating: unescaped, as: UTF8.self)
                        }
                    }
                guard let text else { throw error("a string is not UTF-8") }
                guard isASCII || text.isStreamSafe else { throw error("a string has too many combining marks") }
                return text
            case UInt8(ascii: "\\"):
                bytes.extracting(start..<position).withUnsafeBytes { unescaped.append(contentsOf: $0) }
                position += 1
                try escape(into: &unescaped)
                isASCII = false
                start = position
            case 0..<0x20:
                throw error("a string contains a control character")
            default:
                if next >= 0x80 { isASCII = false }
                position += 1
            }
        }
        throw error("a string does not end")
    }

    @_lifetime(self: copy self)
    private mutating func escape(into text: inout [UInt8]) throws(FormatError) {
        guard let escaped = next else { throw error("a string does not end") }
        position += 1
        switch escaped {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escaped)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(try scalar()).utf8)
        default: throw error("an escape is unknown")
        }
    }

    /// A scalar after `\u`, two escapes for one beyond the basic plane (RFC 8259 section 7).
    @_lifetime(self: copy self)
    private mutating func scalar() throws(FormatError) -> Character {
        let unit = try codeUnit()
        if let scalar = Unicode.Scalar(unit) { return Character(scalar) }
        let afterFirst = position
        if (0xd800..<0xdc00).contains(unit), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
            let second = try codeUnit()
            if (0xdc00..<0xe000).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (UInt32(unit) - 0xd800) << 10 + UInt32(second) - 0xdc00)
            {
                return Character(scalar)
            }
        }
        position = afterFirst
        return "\u{fffd}"
    }

    @_lifetime(self: copy self)
    private mutating func codeUnit() throws(FormatError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let next, let digit = Character(Unicode.Scalar(next)).hexDigitValue else {
                throw error("an escape lacks hexadecimal digits")
            }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }
}
