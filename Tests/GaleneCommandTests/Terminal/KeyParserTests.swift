// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCTestKit
import Testing

@testable import galene

@Suite("Keys of a terminal")
struct KeyParserTests {
    /// Everything that a terminal says, as one run of bytes with what it means.
    private static let dialogue: [(String, [Key])] = [
        ("a", [.character("a")]), ("é", [.character("é")]), ("漢", [.character("漢")]), ("😀", [.character("😀")]),
        ("\r", [.enter]), ("\n", [.lineBreak]), ("\u{1b}\r", [.lineBreak]), ("\t", [.tab]), ("\u{1b}[Z", [.backTab]),
        ("\u{7f}", [.backspace]), ("\u{1b}[3~", [.delete]), ("\u{17}", [.deleteWord]), ("\u{1b}\u{7f}", [.deleteWord]),
        ("\u{15}", [.deleteToStart]), ("\u{0b}", [.deleteToEnd]),
        ("\u{1b}[A\u{1b}[B\u{1b}[C\u{1b}[D", [.up, .down, .right, .left]), ("\u{1b}OA", [.up]),
        ("\u{1b}[1;5C\u{1b}[1;3D\u{1b}b\u{1b}f", [.wordRight, .wordLeft, .wordLeft, .wordRight]),
        ("\u{1b}[H\u{1b}[F\u{1b}[1~\u{1b}[4~\u{01}\u{05}", [.home, .end, .home, .end, .home, .end]),
        ("\u{1b}[5~\u{1b}[6~", [.pageUp, .pageDown]), ("\u{03}\u{04}", [.control("C"), .control("D")]),
        ("\u{1b}OQ\u{1b}[12~\u{1b}[24~", [.function(2), .function(2), .function(12)]),
        ("\u{1b}[200~one\r\ntwo\ttab\u{1b}[31m!\u{1b}[201~", [.paste("one\ntwo tab[31m!")]),
        ("\u{1b}[?2026;2$y", [.mode(2026, isKnown: true)]), ("\u{1b}[?2026;0$y", [.mode(2026, isKnown: false)]),
        ("\u{1b}]11;rgb:0000/0000/0000\u{07}", []), ("\u{1b}P1$r0m\u{1b}\\", []), ("\u{1b}[13;2u", [.lineBreak]),
        ("z", [.character("z")]),
    ]

    @Test func `are the same however the bytes are cut`() {
        let bytes = Self.dialogue.flatMap { Array($0.0.utf8) }
        let keys = Self.dialogue.flatMap(\.1)
        for cut in 0...bytes.count {
            var parser = KeyParser()
            let parsed = parser.parse(bytes[..<cut]) + parser.parse(bytes[cut...])
            #expect(parsed == keys, "cut at \(cut)")
        }
        var parser = KeyParser()
        var single: [Key] = []
        for byte in bytes { single += parser.parse([byte]) }
        #expect(single == keys)
    }

    @Test func `a lone escape is a key when nothing follows`() {
        var parser = KeyParser()
        let early = parser.parse([0x1b])
        #expect(early == [] && parser.isWaiting)
        let late = parser.flush()
        #expect(late == [.escape] && !parser.isWaiting)
        let after = parser.parse(Array("[A".utf8))
        #expect(after == [.character("["), .character("A")])
    }

    @Test func `what is no UTF-8 becomes replacements, and what follows is read`() {
        for broken: [UInt8] in [
            [0xff], [0xc3], [0xe2, 0x82], [0x80], [0xf5, 0x80], [0xc0, 0xaf], [0xed, 0xa0, 0x80],
        ] {
            var parser = KeyParser()
            let keys = parser.parse(broken + Array("ok".utf8))
            #expect(keys.suffix(2) == [.character("o"), .character("k")] && keys.contains(.character("\u{fffd}")))
        }
    }

    @Test func `neither an endless sequence nor an endless paste fills the memory`() {
        var parser = KeyParser()
        _ = parser.parse(Array("\u{1b}[".utf8) + [UInt8](repeating: UInt8(ascii: "1"), count: 100_000))
        #expect(!parser.isWaiting)
        let long =
            Array("\u{1b}[200~".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: KeyParser.maximumPaste + 1000)
        let keys = parser.parse(long + Array("\u{1b}[201~".utf8))
        guard case .paste(let text)? = keys.last else {
            Issue.record("the paste has no end")
            return
        }
        #expect(text.utf8.count <= KeyParser.maximumPaste + 8)
    }

    @Test(arguments: 0..<50) func `any bytes at all are read`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var parser = KeyParser()
        for _ in 0..<200 {
            var bytes: [UInt8] = []
            for _ in 0..<8 {
                let other = UInt8.random(in: 0...255, using: &random)
                bytes.append([0x1b, 0x5b, 0x3b, 0x7e, 0x31, other].randomElement(using: &random) ?? 0)
            }
            _ = parser.parse(bytes)
            _ = parser.flush()
        }
        _ = parser.parse(Array("\u{7}\u{1b}\\\u{1b}[201~".utf8))
        let keys = parser.parse(Array("ok".utf8))
        #expect(keys == [.character("o"), .character("k")])
    }
}
