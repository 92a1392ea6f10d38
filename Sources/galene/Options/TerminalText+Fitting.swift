// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// How much room text takes on a terminal.
extension TerminalText {
    /// Columns of printable text, as terminals count them: by letter, and two for wide ones.
    static func columns(_ text: some StringProtocol) -> Int { text.reduce(0) { $0 + columns(of: $1) } }

    static func columns(of character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        if character.unicodeScalars.contains("\u{fe0f}") { return 2 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return isWide(first) ? 2 : 1
        }
    }

    /// At most so many columns; what does not fit is left out in the middle, so that the ending of a file's name stays.
    static func fitted(_ text: String, columns limit: Int) -> String {
        guard columns(text) > limit else { return text }
        guard limit > 1 else { return limit == 1 ? "…" : "" }
        var (head, tail) = ("", [Character]())
        var left = limit - 1
        var rest = text[...]
        // By turns from both ends, the beginning first.
        while let first = rest.popFirst(), left >= columns(of: first) {
            left -= columns(of: first)
            head.append(first)
            guard let last = rest.popLast(), left >= columns(of: last) else { break }
            left -= columns(of: last)
            tail.append(last)
        }
        return head + "…" + String(tail.reversed())
    }

    /// The same, and never less.
    static func padded(_ text: String, columns: Int) -> String {
        let text = fitted(text, columns: columns)
        return text + String(repeating: " ", count: max(0, columns - Self.columns(text)))
    }

    /// East Asian wide and fullwidth characters, and emoji (Unicode Standard Annex 11).
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0xa4cf, 0xa960...0xa97f,
            0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x20000...0x3fffd:
            true
        default: scalar.properties.isEmojiPresentation
        }
    }
}
