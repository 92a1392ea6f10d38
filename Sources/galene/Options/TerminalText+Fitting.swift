// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Printable text in the room that a line has for it.
extension TerminalText {
    /// At most so many columns; what does not fit is left out in the middle, so that the ending of a file's name stays.
    static func fitted(_ text: String, columns limit: Int) -> String {
        guard TextWidth.of(text) > limit else { return text }
        guard limit > 1 else { return limit == 1 ? "…" : "" }
        var (head, tail) = ("", [Character]())
        var left = limit - 1
        var rest = text[...]
        // By turns from both ends, the beginning first.
        while let first = rest.popFirst(), left >= TextWidth.of(first) {
            left -= TextWidth.of(first)
            head.append(first)
            guard let last = rest.popLast(), left >= TextWidth.of(last) else { break }
            left -= TextWidth.of(last)
            tail.append(last)
        }
        return head + "…" + String(tail.reversed())
    }

    /// The same, and never less.
    static func padded(_ text: String, columns: Int) -> String {
        let text = fitted(text, columns: columns)
        return text + String(repeating: " ", count: max(0, columns - TextWidth.of(text)))
    }
}
