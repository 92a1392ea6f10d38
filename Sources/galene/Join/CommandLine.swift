// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A command as it is typed in the chat: `/name arguments`, parsed as our page parses it.
struct CommandLine: Hashable {
    var name: String
    /// The first argument, which may be in quotes and have backslashes in it.
    var first: String
    /// What follows it.
    var rest: String
    /// Everything after the name, where that is one text.
    var all: String

    /// - Parameter text: begins with a slash.
    init(_ text: String) {
        let body = text.dropFirst()
        let end = body.firstIndex(where: \.isWhitespace) ?? body.endIndex
        name = String(body[..<end])
        all = Self.trimmed(body[end...])
        (first, rest) = Self.splitFirst(all)
    }

    /// Whether what is typed is a command; two slashes begin a message that begins with one.
    static func isCommand(_ text: String) -> Bool { text.hasPrefix("/") && !text.hasPrefix("//") }

    /// The first word, which may be in quotes and have backslashes in it, and what follows it.
    static func splitFirst(_ text: String) -> (first: String, rest: String) {
        let text = trimmed(text[...])
        if let quote = text.first, quote == "\"" || quote == "'" {
            let (first, end) = word(text.dropFirst(), until: { $0 == quote })
            if end < text.endIndex, text[end] == quote {
                let after = text[text.index(after: end)...]
                if after.isEmpty || after.first?.isWhitespace == true { return (first, trimmed(after)) }
            }
        }
        let (first, end) = word(text[...], until: \.isWhitespace)
        return (first, trimmed(text[end...]))
    }

    /// Up to where it ends, or to a backslash that stands before nothing.
    private static func word(_ text: Substring, until isEnd: (Character) -> Bool) -> (String, String.Index) {
        var result = ""
        var index = text.startIndex
        while index < text.endIndex, !isEnd(text[index]) {
            if text[index] == "\\" {
                let escaped = text.index(after: index)
                guard escaped < text.endIndex else { break }
                index = escaped
            }
            result.append(text[index])
            index = text.index(after: index)
        }
        return (result, index)
    }

    static func trimmed(_ text: Substring) -> String {
        let start = text.drop(while: \.isWhitespace)
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }

    /// As the first argument of a command: in quotes where it needs them.
    static func quoted(_ name: String) -> String {
        let isPlain = !name.isEmpty && !name.contains { $0.isWhitespace || $0 == "\\" || $0 == "\"" || $0 == "'" }
        guard !isPlain else { return name }
        return "\"" + name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
