// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCTestKit
import Testing

@Suite("JSON", .rfc(8259, "2"))
struct JSONTests {
    private func text(_ value: JSONValue) -> String { String(decoding: value.encoded(), as: UTF8.self) }

    @Test(
        arguments: [
            ("null", JSONValue.null), ("true", true), (" false\n", false), ("0", 0), ("-1", -1), ("1.0", 1.0),
            ("1e2", 100.0), ("-0", -0.0), ("9223372036854775807", .integer(Int64.max)),
            ("9223372036854775808", 9_223_372_036_854_775_808.0), (#""a""#, "a"), ("[]", []), ("[1,[2]]", [1, [2]]),
            (#"{"a":1,"b":{"c":null}}"#, ["a": 1, "b": ["c": nil]]), (#"{"a":1,"a":2}"#, ["a": 2]),
            (#""\"\\\/\b\f\n\r\t\u00e9""#, "\"\\/\u{8}\u{c}\n\r\té"), (#""\ud83d\ude00""#, "😀"),
            (#""\ud83d""#, "\u{fffd}"), (#""\ude00x""#, "\u{fffd}x"), (#""\ud83d\u0041""#, "\u{fffd}A"),
            ("\"é😀\"", "é😀"),
        ] as [(String, JSONValue)])
    func `values are read as they are meant`(source: String, value: JSONValue) throws {
        let parsed = try JSONValue(parsing: source)
        #expect(parsed == value)
        #expect(try JSONValue(parsing: parsed.encoded()) == parsed)
    }

    @Test(arguments: [
        ("", 1, 1), ("nul", 1, 4), ("tru ", 1, 4), ("[1,]", 1, 4), ("[1 2]", 1, 4), ("{\"a\" 1}", 1, 6),
        ("{a:1}", 1, 2), ("{\"a\":1,}", 1, 8), ("01", 1, 3), ("+1", 1, 1), ("1.", 1, 3), (".5", 1, 1), ("1e", 1, 3),
        ("1e999", 1, 6), ("-", 1, 2), ("\"a", 1, 3), ("\"\\x\"", 1, 4), ("\"\\u12g4\"", 1, 6), ("\"a\nb\"", 1, 3),
        ("1 1", 1, 3), ("[\n1,\n  x]", 3, 3), ("NaN", 1, 1), ("\u{feff}1", 1, 1), ("'a'", 1, 1),
    ])
    func `a mistake is reported with its line and column`(source: String, line: Int, column: Int) throws {
        let error = try #require(throws: FormatError.self) { try JSONValue(parsing: source) }
        #expect(error.reason.hasPrefix("line \(line), column \(column): "), "\(error)")
        #expect(error.path.isEmpty)
    }

    @Test(.attack(23), arguments: [("\u{301}", 64), ("\\u0301", 64), ("\u{f73}", 64), ("\u{301}\u{316}", 32)])
    func `combining marks without end are refused`(mark: String, count: Int) {
        let text = "a" + String(repeating: mark, count: count)
        #expect(throws: Never.self) { try JSONValue(parsing: "\"\(text)b\(text)\"") }
        #expect(throws: FormatError.self) { try JSONValue(parsing: "\"\(text)\(mark)\"") }
        // Comparing or hashing these would take minutes.
        let endless = String(repeating: mark, count: 100_000)
        #expect(throws: FormatError.self) { try JSONValue(parsing: "{\"\(endless)\":0}") }
    }

    @Test func `what is not UTF-8 is refused`() {
        for bytes in [[0x22, 0xff, 0x22], [0x22, 0xc3, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22]] as [[UInt8]] {
            #expect(throws: FormatError.self) { try JSONValue(parsing: bytes) }
        }
    }

    @Test(.attack(23)) func `nesting ends at 32 levels, however deep it goes`() throws {
        #expect(throws: Never.self) {
            try JSONValue(parsing: String(repeating: "[", count: 32) + String(repeating: "]", count: 32))
        }
        for opening in ["[", "{\"a\":"] {
            #expect(throws: FormatError.self) { try JSONValue(parsing: String(repeating: opening, count: 33)) }
            #expect(throws: FormatError.self) { try JSONValue(parsing: String(repeating: opening, count: 150_000)) }
        }
    }

    @Test(.attack(23)) func `a document of more than 1 MiB is not looked at`() {
        let text = "\"" + String(repeating: "a", count: JSONLimits.message.size - 2) + "\""
        #expect(throws: Never.self) { try JSONValue(parsing: text) }
        #expect(throws: FormatError(reason: "the document is larger than 1048576 bytes")) {
            try JSONValue(parsing: text + " ")
        }
    }

    @Test func `members are written in order of their names, and nothing that ends a line`() {
        #expect(text(["b": 1, "a": "x\u{1}\n\"\\/é"]) == #"{"a":"x\u0001\n\"\\/é","b":1}"#)
        #expect(text(.number(.infinity)) == "null")
        #expect(text([1.5, 1, nil, true]) == "[1.5,1,null,true]")
    }

    @Test func `values answer for their type alone`() {
        let object: JSONValue = ["a": 1, "n": nil]
        #expect(object["a"]?.integerValue == 1)
        #expect(object["n"] == nil)
        #expect(JSONValue.string("a")["a"] == nil)
        #expect(JSONValue.number(2).integerValue == 2)
        #expect(JSONValue.number(2.5).integerValue == nil)
        #expect(JSONValue.integer(2).doubleValue == 2)
        #expect(JSONValue.integer(1).boolValue == nil)
    }
}
