// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation

/// The file that the bot offers.
enum Present {
    static let name = "from-the-bot.txt"

    /// - Returns: where it lies: one place, so that files do not pile up.
    static func write() throws -> String {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "galene-demonstration-\(ProcessInfo.processInfo.processIdentifier).txt")
        let text = """
            This file came to you straight from a program, without passing through the server.

            Offer one yourself: choose “Send a file” in the list of people, or from a terminal

                galene send-file URL USER FILE

            """
        try Data(text.utf8).write(to: url, options: .atomic)
        return url.path
    }
}
