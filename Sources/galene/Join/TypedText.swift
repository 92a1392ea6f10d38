// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What is being typed, in lines of a terminal, and where the cursor is in it.
struct TypedText: Hashable {
    private(set) var lines: [String] = [""]
    private(set) var row = 0
    private(set) var column = 0
    let isEmpty: Bool

    /// Unlike text that is read, it is broken where the line ends, so that nothing moves while it is typed.
    init(_ editor: LineEditor, width: Int) {
        isEmpty = editor.isEmpty
        var cells = 0
        for (index, character) in editor.characters.enumerated() {
            if index == editor.cursor { (row, column) = (lines.count - 1, cells) }
            if character == "\n" {
                lines.append("")
                cells = 0
                continue
            }
            let shown = TerminalText.printable(String(character))
            let size = TextWidth.of(shown)
            if cells + size > width {
                if index == editor.cursor { (row, column) = (lines.count, 0) }
                lines.append("")
                cells = 0
            }
            lines[lines.count - 1] += shown
            cells += size
        }
        guard editor.cursor == editor.characters.count else { return }
        if cells >= width {
            lines.append("")
            cells = 0
        }
        (row, column) = (lines.count - 1, cells)
    }
}
