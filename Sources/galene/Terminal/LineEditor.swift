// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// The text that a person types, with a cursor, and what was typed before.
struct LineEditor {
    private(set) var characters: [Character] = []
    /// Before which character.
    private(set) var cursor = 0
    private var history: [String] = []
    /// Which entry of the history is shown; its count for what is typed now.
    private var position = 0
    /// What was typed before one went up into the history.
    private var draft = ""

    /// Lines that can be called back.
    static let maximumHistory = 200
    /// Of a message, in characters: as many as the page takes.
    static let maximumLength = 10_000

    var text: String { String(characters) }
    var isEmpty: Bool { characters.isEmpty }

    /// - Returns: whether the key was one for editing.
    mutating func handle(_ key: Key) -> Bool {
        switch key {
        case .character(let scalar): insert(String(scalar))
        case .paste(let text): insert(text)
        case .lineBreak: insert("\n")
        case .backspace: remove(cursor - 1..<cursor)
        case .delete: remove(cursor..<cursor + 1)
        case .deleteWord: remove(wordStart..<cursor)
        case .deleteToStart: remove(lineStart..<cursor)
        case .deleteToEnd: remove(cursor..<lineEnd)
        case .left: cursor = max(0, cursor - 1)
        case .right: cursor = min(characters.count, cursor + 1)
        case .wordLeft: cursor = wordStart
        case .wordRight: cursor = wordEnd
        case .home: cursor = lineStart
        case .end: cursor = lineEnd
        case .up: recall(position - 1)
        case .down: recall(position + 1)
        default: return false
        }
        return true
    }

    mutating func insert(_ text: String) {
        replace(cursor..<cursor, with: text)
    }

    /// Puts the cursor behind what comes in.
    mutating func replace(_ range: Range<Int>, with text: String) {
        let range = range.clamped(to: 0..<characters.count)
        let room = max(0, Self.maximumLength - characters.count + range.count)
        // What is put together may become one character with what is before it.
        let before = String(characters[..<range.lowerBound]) + text.prefix(room)
        let after = characters[range.upperBound...]
        characters = Array(before + String(after))
        cursor = min(before.count, characters.count)
    }

    mutating func set(_ text: String) { replace(0..<characters.count, with: text) }

    /// Empties it.
    ///
    /// - Returns: what was in it.
    mutating func take() -> String {
        let text = text
        if !text.isEmpty, history.last != text { history.append(text) }
        if history.count > Self.maximumHistory { history.removeFirst() }
        position = history.count
        draft = ""
        set("")
        return text
    }

    private mutating func remove(_ range: Range<Int>) {
        let range = range.clamped(to: 0..<characters.count)
        guard !range.isEmpty else { return }
        replace(range, with: "")
    }

    private mutating func recall(_ new: Int) {
        guard (0...history.count).contains(new), new != position else { return }
        if position == history.count { draft = text }
        position = new
        set(new < history.count ? history[new] : draft)
    }

    private var wordStart: Int {
        var index = cursor
        while index > 0, !characters[index - 1].isWordPart { index -= 1 }
        while index > 0, characters[index - 1].isWordPart { index -= 1 }
        return index
    }

    private var wordEnd: Int {
        var index = cursor
        while index < characters.count, !characters[index].isWordPart { index += 1 }
        while index < characters.count, characters[index].isWordPart { index += 1 }
        return index
    }

    private var lineStart: Int { (characters[..<cursor].lastIndex(of: "\n") ?? -1) + 1 }
    private var lineEnd: Int { characters[cursor...].firstIndex(of: "\n") ?? characters.count }
}

extension Character {
    fileprivate var isWordPart: Bool { isLetter || isNumber }
}
