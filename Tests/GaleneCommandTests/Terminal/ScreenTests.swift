// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCTestKit
import Testing

@testable import galene

@Suite("What is sent to a terminal")
struct ScreenTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `nothing is sent when nothing is different`() {
        var screen = Screen(colors: .full)
        var canvas = Canvas(width: 10, height: 2)
        canvas.write("hello", x: 0, y: 0)
        let first = screen.update(to: canvas, caret: .init(x: 0, y: 1))
        let second = screen.update(to: canvas, caret: .init(x: 0, y: 1))
        let third = screen.update(to: canvas, caret: .init(x: 1, y: 1))
        #expect(!first.isEmpty && second.isEmpty && text(third) == "\u{1b}[?25l\u{1b}[2;2H\u{1b}[?25h")
    }

    @Test func `only what is different is sent`() {
        var screen = Screen(colors: .full)
        var canvas = Canvas(width: 40, height: 5)
        canvas.write("one line of text that is there", x: 0, y: 2)
        _ = screen.update(to: canvas, caret: nil)
        canvas.write("tale", x: 9, y: 2)
        let bytes = screen.update(to: canvas, caret: nil)
        #expect(text(bytes) == "\u{1b}[?25l\u{1b}[3;10H\u{1b}[0mtale")
    }

    @Test func `a frame appears in one piece where the terminal can`() {
        var screen = Screen(colors: .full)
        screen.isSynchronized = true
        let bytes = text(screen.update(to: Canvas(width: 4, height: 1), caret: nil))
        #expect(bytes.hasPrefix("\u{1b}[?2026h") && bytes.hasSuffix("\u{1b}[?2026l"))
    }

    @Test func `colours are what the terminal can show`() {
        var canvas = Canvas(width: 1, height: 1)
        canvas.place(
            Cell(text: "x", width: 1, style: Style(foreground: .rgb(red: 255, green: 0, blue: 0), attributes: .bold)),
            x: 0,
            y: 0)
        func sent(_ colors: ColorDepth) -> String {
            var screen = Screen(colors: colors)
            return text(screen.update(to: canvas, caret: nil))
        }
        #expect(sent(.full).contains("\u{1b}[0;1;38;2;255;0;0mx") && sent(.palette).contains("\u{1b}[0;1;38;5;196mx"))
        #expect(sent(.none).contains("\u{1b}[0;1mx"))
        #expect(ColorDepth(environment: ["NO_COLOR": "1", "COLORTERM": "truecolor"]) == .none)
        #expect(ColorDepth(environment: ["NO_COLOR": "", "COLORTERM": "truecolor"]) == .full)
        #expect(ColorDepth(environment: ["TERM": "xterm-256color"]) == .palette)
        #expect(TerminalColor.rgb(red: 128, green: 128, blue: 128).inPalette == .palette(244))
        #expect(TerminalColor.rgb(red: 0, green: 0, blue: 0).inPalette == .palette(16))
    }

    @Test func `of a wide character that is half overwritten nothing is left`() {
        var canvas = Canvas(width: 6, height: 1)
        canvas.write("漢字漢", x: 0, y: 0)
        canvas.write("x", x: 1, y: 0)
        canvas.write("y", x: 4, y: 0)
        #expect(canvas.text == " x字y")
        canvas.write("漢", x: 5, y: 0)
        #expect(canvas.text == " x字y", "a wide character does not fit into the last column")
    }

    @Test func `marks without end are cut, and what is outside is left out`() {
        var canvas = Canvas(width: 3, height: 1)
        canvas.write("a" + String(repeating: "\u{301}", count: 500), x: 0, y: 0)
        #expect(canvas[0, 0].text.unicodeScalars.count == Canvas.maximumScalars)
        canvas.write("out", x: -2, y: 0)
        canvas.write("out", x: 0, y: 7)
        canvas.fill(Area(x: -5, y: -5, width: 100, height: 3), style: .dim)
        canvas.fill(Area(x: 2, y: 0, width: 100, height: 100), style: .dim, with: "|")
        #expect(canvas.text == "t |")
    }

    @Test(arguments: 0..<40) func `a terminal shows each canvas, whatever it showed before`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let colors = [ColorDepth.full, .palette, .none][Int(seed % 3)]
        var screen = Screen(colors: colors)
        var terminal = TestTerminal(width: 24, height: 6)
        var canvas = Canvas(width: 24, height: 6)
        for _ in 0..<30 {
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                let words = ["hello", "漢字", "─▀│", "👩‍👩‍👧!", "   ", "é", "❤️x", "a"]
                let style = Style(
                    foreground: [.standard, .palette(3), .palette(200), .rgb(red: 8, green: 16, blue: 240)]
                        .randomElement(using: &random) ?? .standard,
                    background: [.standard, .palette(4), .rgb(red: 240, green: 0, blue: 8)].randomElement(
                        using: &random) ?? .standard,
                    attributes: [[], .bold, .dim, [.bold, .reversed]].randomElement(using: &random) ?? [])
                canvas.write(
                    words.randomElement(using: &random) ?? "", x: .random(in: -2..<24, using: &random),
                    y: .random(in: 0..<6, using: &random), style: style)
            }
            if Int.random(in: 0..<8, using: &random) == 0 { screen.forget() }
            terminal.receive(screen.update(to: canvas, caret: .init(x: 3, y: 2)))
            var fresh = Screen(colors: colors)
            var expected = TestTerminal(width: 24, height: 6)
            expected.receive(fresh.update(to: canvas, caret: .init(x: 3, y: 2)))
            #expect(terminal.rows == expected.rows && terminal.x == 3 && terminal.y == 2)
            #expect(
                terminal.rows.map { $0.map(\.text).joined() }
                    == (0..<6).map { y in (0..<24).map { canvas[$0, y].text }.joined() })
        }
    }
}
