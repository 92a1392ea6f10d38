// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// How many cells of a terminal text takes.
///
/// What is counted is what people see as one character (an extended grapheme cluster of
/// [UAX 29](https://www.unicode.org/reports/tr29/)), by its base:
/// - no cell for a lone combining mark, a format character and a control character;
/// - two cells for what [UAX 11](https://www.unicode.org/reports/tr11/) calls wide or fullwidth, by blocks, for emoji that
///   are pictures of themselves, for flags, and for what a variation selector makes a picture;
/// - one for everything else, the ambiguous ones of UAX 11 included.
///
/// Terminals disagree on some of these. ``Screen`` therefore says where the cursor is after each character that is not plain.
enum TextWidth {
    static func of(_ character: Character) -> Int {
        if let ascii = character.asciiValue { return (0x20..<0x7f).contains(ascii) ? 1 : 0 }
        let scalars = character.unicodeScalars
        guard let base = scalars.first(where: { !isZero($0) }) else { return 0 }
        if isWide(base) { return 2 }
        guard scalars.count > 1 else { return 1 }
        if isRegionalIndicator(base) { return 2 }
        return base.properties.isEmoji && scalars.contains("\u{fe0f}") ? 2 : 1
    }

    static func of(_ text: some StringProtocol) -> Int { text.reduce(0) { $0 + of($1) } }

    /// - Returns: the longest beginning that fits.
    static func prefix(_ text: String, cells: Int) -> Substring {
        var left = cells
        var end = text.startIndex
        while end < text.endIndex {
            left -= of(text[end])
            guard left >= 0 else { break }
            end = text.index(after: end)
        }
        return text[..<end]
    }

    /// - Returns: the text, or as much of it as fits before an ellipsis.
    static func shortened(_ text: String, to cells: Int) -> String {
        guard cells > 0 else { return "" }
        guard of(text) > cells else { return text }
        return prefix(text, cells: cells - 1) + "…"
    }

    private static func isZero(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }

    private static func isRegionalIndicator(_ scalar: Unicode.Scalar) -> Bool {
        (0x1f1e6...0x1f1ff).contains(scalar.value)
    }

    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.value >= 0x1100 else { return false }
        if scalar.properties.isEmojiPresentation, !isRegionalIndicator(scalar) { return true }
        // The blocks whose characters EastAsianWidth.txt calls W or F, unassigned ones included.
        switch scalar.value {
        case 0x1100...0x115f, 0x2329...0x232a, 0x2e80...0x303e, 0x3041...0x4dbf, 0x4e00...0xa4cf, 0xa960...0xa97f,
            0xac00...0xd7a3, 0xf900...0xfaff, 0xfe10...0xfe19, 0xfe30...0xfe6f, 0xff01...0xff60, 0xffe0...0xffe6,
            0x16fe0...0x18dff, 0x1aff0...0x1b2ff, 0x1f200...0x1f265, 0x20000...0x3fffd:
            return true
        default: return false
        }
    }
}
