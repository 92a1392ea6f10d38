// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import GaleneProtocol

/// Accepts every file that members offer, until it is interrupted:
/// `example-receive-files https://HOST/group/NAME/ DIRECTORY`.
@main
struct ReceiveFiles {
    static func main() async throws {
        let (page, directory) = (CommandLine.arguments[1], CommandLine.arguments[2])
        let connection = try ServerConnection()
        let events = connection.events
        let status = try await connection.status(of: page)
        try await connection.connect(to: status)
        try await connection.join(group: status.name, username: "receiver", credentials: .none)
        try await withThrowingTaskGroup(of: Void.self) { transfers in
            for try await event in events {
                guard case .fileTransfer(let file) = event else { continue }
                transfers.addTask {
                    try await file.receive(into: directory)
                    for try await event in file.events {
                        if case .stored(let path) = event { print(path) }
                        if case .cancelled(let reason) = event { print("cancelled: \(reason ?? "no reason given")") }
                    }
                }
            }
        }
    }
}
