// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Testing

@testable import galene

@Suite("Width of text on a terminal")
struct TextWidthTests {
    @Test(arguments: [
        ("a", 1), ("é", 1), ("e\u{301}", 1), ("\u{301}", 0), ("\u{200b}", 0), ("\u{1b}", 0), ("漢", 2), ("ア", 2),
        ("한", 2),
        ("\u{1112}\u{1161}\u{11ab}", 2), ("Ａ", 2), ("ｱ", 1), ("😀", 2), ("👩‍👩‍👧", 2), ("🇫🇷", 2), ("👍🏽", 2), ("❤", 1), ("❤️", 2),
        ("✋", 2),
        ("…", 1), ("─", 1), ("▀", 1), ("ß", 1), ("ש", 1), ("ﷺ", 1), ("あいう", 6), ("", 0), ("a漢b", 4),
    ])
    func `is counted in cells`(text: String, cells: Int) {
        #expect(TextWidth.of(text) == cells)
    }

    @Test func `a beginning never ends in half a character`() {
        #expect(TextWidth.prefix("a漢字", cells: 4) == "a漢" && TextWidth.prefix("漢", cells: 1) == "")
        #expect(TextWidth.shortened("漢字漢字", to: 5) == "漢字…" && TextWidth.shortened("漢字", to: 4) == "漢字")
        #expect(TextWidth.shortened("abc", to: 0) == "" && TextWidth.shortened("abc", to: 1) == "…")
    }

    @Test(arguments: [
        ("", 5, [""]), ("hello", 5, ["hello"]), ("hello you", 5, ["hello", "you"]), ("hello you", 7, ["hello", "you"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]), ("ab cdefgh", 4, ["ab", "cdef", "gh"]), ("a\nb", 5, ["a", "b"]),
        ("a\n\nb", 5, ["a", "", "b"]), ("漢字漢字", 5, ["漢字", "漢字"]), ("a b c d", 3, ["a b", "c d"]),
        ("  indented", 20, ["  indented"]), ("漢", 1, [""]), ("one two three", 8, ["one two", "three"]),
    ])
    func `text is wrapped at words`(text: String, width: Int, lines: [String]) {
        #expect(TextWrapping.lines(of: text, width: width) == lines)
    }

    @Test(arguments: 1...12)
    func `no line is wider than it may be, and no letter is lost`(width: Int) {
        let text = "The quick brown fox, 漢字 and emoji 👩‍👩‍👧 jump over averyveryverylongword."
        let lines = TextWrapping.lines(of: text, width: width)
        #expect(lines.allSatisfy { TextWidth.of($0) <= width })
        if width > 1 { #expect(lines.joined().filter { $0 != " " } == text.filter { $0 != " " }) }
    }
}
