// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import GaleneClient
import GaleneProtocol

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say what a server tells everybody of a group.",
        discussion: """
            Nobody joins, and no password is needed.

            What there is to know of a group:
              galene status https://example.org/group/demo/
            How many are in it, for a script:
              galene status https://example.org/group/demo/ --json | jq .clientCount

            \(CommandError.exitCodes)
            """)

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    func run() async throws { try await run(on: .standard) }

    func run(on console: Console) async throws {
        let connection = try server.connection()
        let status = try await server.status(by: connection)
        await connection.close()
        if output.json {
            try console.output.line(json: StatusText.json(status, page: server.page))
        } else {
            for line in StatusText.lines(status, page: server.page, style: console.output.style) {
                try console.output.line(line)
            }
        }
    }
}
