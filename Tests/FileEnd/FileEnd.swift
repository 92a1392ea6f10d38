// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import GaleneClient
import GaleneProtocol
import ProgramKit
import Synchronization

/// One end of file transfers, played by the library for the browser tests: `file-end https://HOST/group/NAME/ USER`.
///
/// A line of JSON on standard input is a ``Command``; each line of JSON on standard output is a ``Note``. It ends with
/// its input.
@main
struct FileEnd {
    static func main() async throws {
        let (page, name) = (CommandLine.arguments[1], CommandLine.arguments[2])
        let connection = try ServerConnection()
        let events = connection.events
        let status = try await connection.status(of: page)
        try await connection.connect(to: status)
        try await connection.join(group: status.name, username: name, credentials: .none)
        Note(id: connection.id).say()
        let watch = TransferWatch(connection, group: status.name)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                for await command in StandardInput.commands(Command.self) {
                    if let policy = command.policy {
                        watch.policy.withLock { $0 = policy }
                        Note(policy: true).say()
                    }
                    if let send = command.send {
                        try await connection.sendFile(
                            send.path, to: send.to, name: send.name, mimeType: "application/octet-stream")
                    }
                }
                exit(0)
            }
            for try await event in events {
                switch event {
                case .user(.add, let user): Note(added: user.id).say()
                case .user(.delete, let user): Note(gone: user.id).say()
                case .fileTransfer(let file): tasks.addTask { try await watch.follow(file) }
                default: break
                }
            }
        }
    }
}
