// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser

@main
struct GaleneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "galene", abstract: "A client of Galène-compatible videoconference servers.",
        subcommands: [LoadCommand.self])
}
