// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import Foundation

@main
struct GaleneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "galene", abstract: "A client of Galène-compatible videoconference servers.",
        subcommands: [JoinCommand.self, LoadCommand.self])

    /// Ends every command alike: in words on standard error, and with the exit code that belongs to them.
    static func main() async {
        do {
            var command = try parseAsRoot()
            do {
                if var command = command as? any AsyncParsableCommand {
                    try await command.run()
                } else {
                    try command.run()
                }
            } catch let error as CommandError {
                throw error
            } catch let error where Self.isForParser(error) {
                throw error
            } catch {
                throw CommandError(error)
            }
        } catch let error as CommandError {
            finish(error)
        } catch {
            exit(withError: error)
        }
    }

    private static func finish(_ error: CommandError) -> Never {
        switch error.kind {
        case .outputClosed, .interrupted: break
        default: try? LineWriter.standardError.line("galene: \(error)")
        }
        Foundation.exit(error.exitCode)
    }

    /// What asks for help, is told as a wrong option, or has said everything.
    private static func isForParser(_ error: any Error) -> Bool {
        error is CleanExit || error is ValidationError || error is ExitCode || exitCode(for: error) == .success
    }
}
