// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Appends JSON to bytes that it owns: compact for messages, indented for files that people edit.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false
    private var isAfterKey = false
    private let isIndented: Bool
    private var depth = 0

    init(isIndented: Bool = false) {
        self.isIndented = isIndented
        bytes.reserveCapacity(256)
    }

    mutating func beginObject() { open(UInt8(ascii: "{")) }
    mutating func endObject() { close(UInt8(ascii: "}")) }
    mutating func beginArray() { open(UInt8(ascii: "[")) }
    mutating func endArray() { close(UInt8(ascii: "]")) }

    mutating func key(_ name: String) {
        startElement()
        string(name)
        bytes.append(UInt8(ascii: ":"))
        if isIndented { bytes.append(0x20) }
        isAfterKey = true
    }

    mutating func write(_ value: String) {
        startElement()
        string(value)
        needsComma = true
    }

    mutating func write(_ value: Bool) { word(value ? "true" : "false") }
    mutating func write(_ value: some FixedWidthInteger) { word(String(value)) }
    mutating func writeNull() { word("null") }

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: writeNull()
        case .bool(let value): write(value)
        case .integer(let value): write(value)
        // JSON has no infinities; nothing that was parsed contains one.
        case .number(let value): value.isFinite ? word(value.description) : writeNull()
        case .string(let value): write(value)
        case .array(let elements):
            beginArray()
            for element in elements { write(element) }
            endArray()
        case .object(let members):
            write(members)
        }
    }

    mutating func write(_ members: [String: JSONValue]) {
        beginObject()
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            key(name)
            write(value)
        }
        endObject()
    }

    mutating func write(_ strings: some Sequence<String>) {
        beginArray()
        for string in strings { write(string) }
        endArray()
    }

    private mutating func open(_ bracket: UInt8) {
        startElement()
        bytes.append(bracket)
        depth += 1
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        depth -= 1
        // An empty object or array stays on its line.
        if needsComma { startLine() }
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func word(_ word: String) {
        startElement()
        bytes.append(contentsOf: word.utf8)
        needsComma = true
    }

    /// What stands before a member's name, or before a value that has none.
    private mutating func startElement() {
        guard !isAfterKey else {
            isAfterKey = false
            return
        }
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        if depth > 0 { startLine() }
    }

    private mutating func startLine() {
        guard isIndented else { return }
        bytes.append(0x0a)
        bytes.append(contentsOf: repeatElement(0x20, count: 4 * depth))
    }

    private mutating func string(_ value: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0x0a: bytes.append(contentsOf: "\\n".utf8)
            case 0x0d: bytes.append(contentsOf: "\\r".utf8)
            case 0x09: bytes.append(contentsOf: "\\t".utf8)
            case 0..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

/// Members that are left out when they have their type's zero value, as the protocol wants it.
extension JSONWriter {
    mutating func field(_ name: String, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        key(name)
        write(value)
    }

    mutating func field(_ name: String, _ value: Bool) {
        guard value else { return }
        key(name)
        write(value)
    }

    mutating func field(_ name: String, _ value: JSONValue?) {
        guard let value, !value.isNull else { return }
        key(name)
        write(value)
    }

    mutating func field(_ name: String, _ value: [String: JSONValue]?) {
        guard let value, !value.isEmpty else { return }
        key(name)
        write(value)
    }

    mutating func field(_ name: String, _ values: [some RawRepresentable<String>]) {
        guard !values.isEmpty else { return }
        key(name)
        write(values.lazy.map(\.rawValue))
    }

    mutating func field(_ name: String, _ value: some RawRepresentable<String>) {
        field(name, value.rawValue)
    }

    mutating func field(_ name: String, _ value: Timestamp?) {
        field(name, value?.wholeSecondsText)
    }

    /// A member that is written even when empty.
    mutating func required(_ name: String, _ value: String) {
        key(name)
        write(value)
    }
}
