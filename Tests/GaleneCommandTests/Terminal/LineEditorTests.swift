// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Testing

@testable import galene

@Suite("Editing a line")
struct LineEditorTests {
    private func editor(_ text: String, _ keys: Key...) -> LineEditor {
        var editor = LineEditor()
        editor.insert(text)
        for key in keys {
            let isForEditing = editor.handle(key)
            #expect(isForEditing)
        }
        return editor
    }

    @Test func `typing inserts where the cursor is`() {
        #expect(editor("ac", .left, .character("b")).text == "abc")
        #expect(editor("e", .character("\u{301}"), .left).cursor == 0, "a mark joins its letter")
        #expect(editor("ab", .home, .paste("1\n2")).text == "1\n2ab")
        #expect(editor("ab", .lineBreak, .character("c")).text == "ab\nc")
    }

    @Test func `moves and deletes by characters, words and lines`() {
        #expect(editor("👩‍👩‍👧", .backspace).isEmpty)
        #expect(editor("one two", .deleteWord).text == "one " && editor("one two ", .deleteWord).text == "one ")
        #expect(editor("one two", .wordLeft).cursor == 4 && editor("one two", .home, .wordRight).cursor == 3)
        #expect(editor("one\ntwo", .home).cursor == 4 && editor("one\ntwo", .deleteToStart).text == "one\n")
        #expect(editor("one two", .wordLeft, .deleteToEnd).text == "one ")
        #expect(editor("ab", .home, .delete).text == "b" && editor("ab", .delete).text == "ab")
        #expect(editor("", .backspace, .left, .right, .deleteWord, .deleteToEnd).isEmpty)
    }

    @Test func `calls back what was written, and what was begun`() {
        var editor = LineEditor()
        for line in ["first", "second", "second"] {
            editor.insert(line)
            let taken = editor.take()
            #expect(taken == line && editor.isEmpty)
        }
        editor.insert("draft")
        _ = editor.handle(.up)
        #expect(editor.text == "second")
        _ = editor.handle(.up)
        _ = editor.handle(.up)
        #expect(editor.text == "first")
        _ = editor.handle(.down)
        _ = editor.handle(.down)
        _ = editor.handle(.down)
        #expect(editor.text == "draft" && editor.cursor == 5)
    }

    @Test func `a message is no longer than the page takes`() {
        var editor = LineEditor()
        editor.insert(String(repeating: "x", count: 20_000))
        editor.insert("y")
        #expect(editor.characters.count == LineEditor.maximumLength)
    }

    @Test func `what is typed is broken where the line ends`() {
        var editor = LineEditor()
        editor.insert("abcd漢\ne")
        let typed = TypedText(editor, width: 5)
        #expect(typed.lines == ["abcd", "漢", "e"] && typed.row == 2 && typed.column == 1)
        editor.set("abcde")
        #expect(TypedText(editor, width: 5).lines == ["abcde", ""], "the cursor has a place behind a full line")
    }
}
