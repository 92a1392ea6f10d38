// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import Foundation

@main
struct GaleneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "galene", abstract: "A client of Galène-compatible videoconference servers.",
        discussion: """
            What is there:
              galene status https://example.org/group/demo/
            Take part in a meeting, here in the terminal:
              galene join https://example.org/group/demo/
            Take part in the chat of a meeting, and in its files, with a command for each:
              galene say https://example.org/group/demo/ Good day
              galene listen https://example.org/group/demo/
              galene send-file https://example.org/group/demo/ alice holiday.jpg
            Keep it:
              galene record https://example.org/group/demo/ --directory demo

            A password comes from GALENE_PASSWORD, --password-file or --ask-password, and is never an argument; a token \
            from the URL (?token=) or GALENE_TOKEN. Colours are for terminals, unless NO_COLOR is set.

            \(CommandError.exitCodes)

            Completions: galene --generate-completion-script bash (or zsh, or fish) prints a script for your shell.
            """,
        subcommands: [
            JoinCommand.self,
            PublishCommand.self,
            RecordCommand.self,
            WatchCommand.self,
            StatusCommand.self,
            SayCommand.self,
            ListenCommand.self,
            SendFileCommand.self,
            ReceiveFilesCommand.self,
            LoadCommand.self,
        ])

    /// Ends every command alike: in words on standard error, and with the exit code that belongs to them.
    static func main() async {
        StandardDescriptors.open()
        // A reader that has gone is an error of the write, and a quiet end.
        signal(SIGPIPE, SIG_IGN)
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
