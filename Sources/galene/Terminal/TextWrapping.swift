// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Text in lines of a terminal.
enum TextWrapping {
    /// Breaks text at its own line breaks, and before the word that does not fit; a word longer than a line is broken where
    /// the line ends. Spaces at a break are left out.
    ///
    /// - Parameter width: in cells; a character that needs more is left out.
    /// - Returns: at least one line.
    static func lines(of text: String, width: Int) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { wrap($0, width: max(1, width)) }
    }

    private static func wrap(_ text: Substring, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        var cells = 0
        /// Where the last space of the line is: the text before it, and the text after it with its cells.
        var before: String?
        var word = ""
        var wordCells = 0
        for character in text {
            let size = TextWidth.of(character)
            guard size <= width else { continue }
            if cells + size > width {
                if character == " " {
                    lines.append(line)
                    (line, cells, before, word, wordCells) = ("", 0, nil, "", 0)
                    continue
                }
                if let whole = before {
                    lines.append(whole)
                    (line, cells) = (word, wordCells)
                } else {
                    lines.append(line)
                    (line, cells, word, wordCells) = ("", 0, "", 0)
                }
                before = nil
                // What stood behind the space may fill the line by itself.
                if cells + size > width {
                    lines.append(line)
                    (line, cells, word, wordCells) = ("", 0, "", 0)
                }
            }
            // After a break of ours there is no space to begin with.
            if character == " ", line.isEmpty, !lines.isEmpty { continue }
            if character == " " {
                before = line
                (word, wordCells) = ("", 0)
            } else {
                word.append(character)
                wordCells += size
            }
            line.append(character)
            cells += size
        }
        lines.append(line)
        return lines
    }
}
