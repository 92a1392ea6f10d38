// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import RTCTestKit
import Testing

@testable import galene

@Suite("Text of others on a terminal", .row("G-15"), .attack(28))
struct TerminalTextTests {
    @Test(arguments: [
        ("plain", "plain"), ("Zoë 日本語 👩‍👩‍👧 می‌خواهم", "Zoë 日本語 👩‍👩‍👧 می‌خواهم"),
        ("\u{1b}[2J\u{1b}]0;title\u{7}", "␛[2J␛]0;title␇"), ("a\u{9b}31mb", "a\u{fffd}31mb"),
        ("a\r\nb\tc", "a␍␊b c"), ("\u{0}\u{7f}", "␀␡"), ("ab\u{202e}gpj.exe", "ab\u{fffd}gpj.exe"),
        ("\u{2066}x\u{2069}\u{200e}\u{61c}", "\u{fffd}x\u{fffd}\u{fffd}\u{fffd}"),
        // Joiners and variants where a writing has them, and nowhere else.
        ("al\u{200d}i\u{200c}ce", "al\u{fffd}i\u{fffd}ce"),
        ("മന\u{d4d}\u{200d} ক\u{9cd}\u{200c}", "മന\u{d4d}\u{200d} ক\u{9cd}\u{200c}"),
        ("می\u{200c}\u{200c}خ\u{200d}", "می\u{200c}\u{fffd}خ\u{200d}"),
        ("❤\u{fe0f}\u{200d}🔥 1\u{fe0f}\u{20e3} 👍🏽 👩🏽\u{200d}💻", "❤\u{fe0f}\u{200d}🔥 1\u{fe0f}\u{20e3} 👍🏽 👩🏽\u{200d}💻"),
        ("葛\u{e0100} ᠠ\u{180b}", "葛\u{e0100} ᠠ\u{180b}"), ("1\u{fe0f}a\u{fe0f}\u{e0100}", "1\u{fffd}a\u{fffd}\u{fffd}"),
        ("👩\u{200d}", "👩\u{fffd}"), ("a\u{34f}n\u{ad}n", "a\u{fffd}n\u{fffd}n"),
        ("\u{115f}\u{1160}\u{3164}\u{ffa0}", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}"),
        ("a\u{2028}b\u{2029}c\u{feff}", "a\u{fffd}b\u{fffd}c\u{fffd}"),
    ])
    func `does nothing to it`(text: String, shown: String) {
        #expect(Array(TerminalText.printable(text).unicodeScalars) == Array(shown.unicodeScalars))
    }

    @Test func `no scalar that acts is left`() {
        for value in Array(UInt32(0)...0x3000) + Array(0xe000...0x1_0000) + Array(0xe_0000...0xe_1000) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            for shown in TerminalText.printable("a\(scalar)").unicodeScalars {
                switch shown.properties.generalCategory {
                case .control, .lineSeparator, .paragraphSeparator: Issue.record("\(value) becomes \(shown.value)")
                case .format: Issue.record("\(value) becomes \(shown.value)")
                default: #expect(!shown.properties.isDefaultIgnorableCodePoint)
                }
            }
        }
    }

    @Test func `a letter cannot tower over other lines`() {
        let tower = "e" + String(repeating: "\u{301}", count: 1000) + "!"
        #expect(TerminalText.printable(tower).unicodeScalars.count == 2 + TerminalText.maximumMarks)
    }

    @Test func `several lines stay several`() {
        #expect(TerminalText.printableLines("a\r\nb\n\n\u{1b}c\u{b}d") == ["a", "b", "", "␛c␋d"])
    }

    @Test func `JSON is what was sent, and does nothing either`() throws {
        let value: JSONValue = [
            "name": "a\u{9b}31m\u{202e}\u{7f}\u{2028}\u{e0041}-\u{200d}é", "text": "\u{1b}[2J\"\\\n",
        ]
        let line = TerminalText.printable(json: value.encoded())
        #expect(line.contains(#"\u200d"#))
        #expect(try JSONValue(parsing: line) == value)
        #expect(TerminalText.printable(line) == line)
        #expect(line.contains(#"\udb40\udc41"#))
    }

    @Test func `an error shows nothing of it`() {
        #expect(CommandError(.failed, "\u{1b}[31m\u{202e}").description == "␛[31m\u{fffd}")
    }

    @Test(arguments: 0..<40) func `it is cut to fit, and keeps its ending`(columns: Int) {
        let name = "ein sehr langer Name 日本語.mkv"
        let fitted = TerminalText.fitted(name, columns: columns)
        #expect(TextWidth.of(fitted) <= columns)
        if (6..<31).contains(columns) {
            #expect(fitted.contains("…") && fitted.hasSuffix("v") && fitted.hasPrefix("e"))
        }
        #expect(TextWidth.of(TerminalText.padded(name, columns: columns)) == columns)
    }

    @Test func `colours are for terminals, and for who wants them`() {
        #expect(TextStyle.of(isTerminal: true, environment: [:]).red("a") == "\u{1b}[31ma\u{1b}[0m")
        #expect(TextStyle.of(isTerminal: true, environment: ["NO_COLOR": ""]).isOn)
        #expect(!TextStyle.of(isTerminal: true, environment: ["NO_COLOR": "1"]).isOn)
        #expect(!TextStyle.of(isTerminal: true, environment: ["TERM": "dumb"]).isOn)
        #expect(TextStyle.of(isTerminal: false, environment: [:]).red("a") == "a")
    }
}
