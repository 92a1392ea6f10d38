// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Text that others have chosen, made fit to be shown: names, chat, names of files, reasons. Nobody shall move the cursor,
/// change colours, answer questions of the terminal, or turn letters round by what they are called.
enum TerminalText {
    /// Marks that may hang on one letter: more than any script uses, and too few to cover other lines.
    static let maximumMarks = 8

    /// One line: control characters become their pictures (a line break too, a tabulator a blank), others that are not
    /// seen, or act on what is seen, become U+FFFD. So nobody is called like somebody else by what is not seen.
    static func printable(_ text: String) -> String {
        var result = ""
        var marks = 0
        /// What stands before, as it was written; `nil` when it was replaced.
        var previous: Unicode.Scalar?
        let scalars = Array(text.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark: marks += 1
            default: marks = 0
            }
            guard marks <= maximumMarks else { continue }
            let next = index + 1 < scalars.count ? scalars[index + 1] : nil
            if let replacement = replacement(of: scalar), !isNeeded(scalar, after: previous, before: next) {
                result.unicodeScalars.append(replacement)
                previous = nil
            } else {
                result.unicodeScalars.append(scalar)
                previous = scalar
            }
        }
        return result
    }

    /// The same for text that may have several lines.
    static func printableLines(_ text: String) -> [String] {
        text.split(omittingEmptySubsequences: false) { $0.isNewline && $0 != "\u{b}" && $0 != "\u{c}" }.map {
            printable(String($0))
        }
    }

    /// JSON with the same characters as `\u…`: a program reads what was sent, a terminal that shows it does nothing.
    static func printable(json: [UInt8]) -> String {
        var result = ""
        for scalar in String(decoding: json, as: UTF8.self).unicodeScalars {
            // What is below U+0020 JSON has escaped already.
            guard replacement(of: scalar) != nil else {
                result.unicodeScalars.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return result
    }

    /// `nil` for what may stay wherever it stands.
    private static func replacement(of scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar.value {
        case 0x09: return " "
        case 0x00..<0x20: return Unicode.Scalar(0x2400 + scalar.value)
        case 0x7f: return "\u{2421}"
        default: break
        }
        // Fillers, joiners, selectors of variants, and what else is not seen (Unicode 5.3).
        guard !scalar.properties.isDefaultIgnorableCodePoint else { return "\u{fffd}" }
        switch scalar.properties.generalCategory {
        // C1 holds another way to write an escape sequence; format characters turn the direction, or are not seen at all.
        case .control, .format, .lineSeparator, .paragraphSeparator: return "\u{fffd}"
        default: return nil
        }
    }

    /// Whether something that is not seen is part of how it is written here: in other places it would make two names of one
    /// look.
    private static func isNeeded(
        _ scalar: Unicode.Scalar, after previous: Unicode.Scalar?, before next: Unicode.Scalar?
    ) -> Bool {
        guard let previous else { return false }
        let isPicture = previous.properties.isEmoji && previous.value > 0x7f
        switch scalar.value {
        case 0x200c: return isJoined(previous)
        case 0x200d:
            let joinsPictures = isPicture || previous.value == 0xfe0f
            return isJoined(previous)
                || joinsPictures && next.map { $0.properties.isEmoji && $0.value > 0x7f } ?? false
        // A digit needs it in a keycap only.
        case 0xfe0e, 0xfe0f: return isPicture || previous.properties.isEmoji && next?.value == 0x20e3
        case 0xfe00...0xfe0d, 0xe0100...0xe01ef: return previous.properties.isIdeographic
        case 0x180b...0x180d, 0x180f: return (0x1820...0x18aa).contains(previous.value)
        default: return false
        }
    }

    /// Whether it is of a writing whose letters join, so that joiners change what is seen: from Arabic to Myanmar, from the
    /// Philippines to Bali, and their further blocks.
    private static func isJoined(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0600..<0x0e00, 0x0f00..<0x10a0, 0x1700..<0x1c50, 0xa800..<0xac00, 0xfb50..<0xfe00, 0xfe70..<0xff00,
            0x10a00..<0x12000, 0x1e900..<0x1e960:
            break
        default: return false
        }
        switch scalar.properties.generalCategory {
        case .otherLetter, .uppercaseLetter, .lowercaseLetter, .modifierLetter, .nonspacingMark, .spacingMark:
            return !scalar.properties.isDefaultIgnorableCodePoint
        default: return false
        }
    }
}
