// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Text that others have chosen, made fit to be shown: names, chat, names of files, reasons. Nobody shall move the cursor,
/// change colours, answer questions of the terminal, or turn letters round by what they are called.
enum TerminalText {
    /// Marks that may hang on one letter: more than any script uses, and too few to cover other lines.
    static let maximumMarks = 8

    /// One line: control characters become their pictures (a line break too, a tabulator a blank), others that are not
    /// seen and act on what is seen become U+FFFD.
    static func printable(_ text: String) -> String {
        var result = ""
        var marks = 0
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark: marks += 1
            default: marks = 0
            }
            guard marks <= maximumMarks else { continue }
            result.unicodeScalars.append(replacement(of: scalar) ?? scalar)
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

    /// `nil` for what may stay.
    private static func replacement(of scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar.value {
        case 0x09: return " "
        case 0x00..<0x20: return Unicode.Scalar(0x2400 + scalar.value)
        case 0x7f: return "\u{2421}"
        // Between letters and parts of an emoji they are part of how it is written.
        case 0x200c, 0x200d: return nil
        default: break
        }
        switch scalar.properties.generalCategory {
        // C1 holds another way to write an escape sequence; format characters turn the direction, or are not seen at all.
        case .control, .format, .lineSeparator, .paragraphSeparator: return "\u{fffd}"
        default: return nil
        }
    }
}
