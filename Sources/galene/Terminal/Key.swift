// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What a person does on a keyboard, as a terminal tells it.
enum Key: Hashable, Sendable {
    /// A character, or a part of one: marks come by themselves.
    case character(Unicode.Scalar)
    /// What was pasted in one piece, with line breaks, without other control characters.
    case paste(String)
    case enter
    /// Enter with a modifier, or Ctrl-J: a line break in what is typed.
    case lineBreak
    case tab, backTab, escape
    case backspace, delete, deleteWord, deleteToStart, deleteToEnd
    case left, right, up, down, home, end, pageUp, pageDown
    case wordLeft, wordRight
    /// With a capital letter.
    case control(Unicode.Scalar)
    /// F1 and so on.
    case function(Int)
    /// The terminal's answer to a question about one of its private modes (DECRPM).
    case mode(Int, isKnown: Bool)
}
