// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation

/// What the bot says.
enum Conversation {
    enum Answer: Equatable {
        case text(String)
        case file
    }

    static func greeting(_ name: String) -> String? {
        guard !name.isEmpty, name != DemonstrationBot.name else { return nil }
        return
            "Good day, \(name). I am a program, and show you a test pattern. Write “help” to learn what else I can do."
    }

    /// - Parameters:
    ///   - isForBot: whether it can be meant for nobody else; otherwise it has to begin with the bot's name.
    /// - Returns: `nil` for what is not meant for the bot.
    static func answer(_ text: String, isForBot: Bool, of name: String) -> Answer? {
        var words = text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
        if words.first == "bot" {
            words.removeFirst()
        } else if !isForBot {
            return nil
        }
        switch words.first {
        case nil: return .text("Yes, \(name)?")
        case "help":
            return .text(
                "Write “time”, “file” (I offer you one), “hello”, or anything else. When others are here begin with “bot”, "
                    + "or write to me alone.")
        case "time": return .text("It is \(Date().formatted(date: .omitted, time: .standard)) where I am.")
        case "file": return .file
        case "hello", "hi", "hallo", "bonjour", "salut": return .text("Hello, \(name).")
        default:
            return .text("You said “\(text.prefix(200))”. That is all that I have understood; “help” says what I know.")
        }
    }
}
