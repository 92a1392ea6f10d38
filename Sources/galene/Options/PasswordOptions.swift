// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import Foundation

/// Where a password comes from; never an argument, because every user of the machine may read those.
struct PasswordOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file whose first line is the password. Otherwise GALENE_PASSWORD in the environment; otherwise none.",
            valueName: "file"),
        completion: .file())
    var passwordFile: String?
    @Flag(help: "Ask for the password.")
    var askPassword = false

    func validate() throws {
        guard passwordFile == nil || !askPassword else {
            throw ValidationError("--password-file and --ask-password exclude each other.")
        }
    }

    /// `nil` when none was given.
    func password(environment: [String: String] = ProcessInfo.processInfo.environment) throws(CommandError) -> String? {
        if askPassword { return try PasswordPrompt.ask("Password: ") }
        guard let passwordFile else { return environment["GALENE_PASSWORD"].flatMap { $0.isEmpty ? nil : $0 } }
        do {
            let text = try String(contentsOfFile: passwordFile, encoding: .utf8)
            return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).first.map(String.init)
                ?? ""
        } catch {
            throw CommandError(.usage, "cannot read the password file \(passwordFile)")
        }
    }
}
