// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import GaleneClient
import ProgramKit
import Synchronization

/// Follows transfers, tells what becomes of them, and does in one of their states what the test wants.
final class TransferWatch: Sendable {
    let policy = Mutex(Command.Policy())
    private let connection: ServerConnection
    private let group: String
    /// Progress is told after so many bytes, and at the end.
    private static let progressInterval: Int64 = 1 << 20

    init(_ connection: ServerConnection, group: String) {
        self.connection = connection
        self.group = group
    }

    func follow(_ file: TransferredFile) async throws {
        let policy = policy.withLock { $0 }
        let key = file.fullID
        Note(file: key, offer: .init(up: file.isUp, name: file.name, size: file.size, username: file.username)).say()
        var told: Int64 = 0
        for try await event in file.events {
            switch event {
            case .state(.cancelled): continue
            case .state(let state):
                let left = state == .closed ? await connection.transferredFiles.count : nil
                Note(file: key, state: state.rawValue, left: left).say()
                if state != .connected || file.size == 0 { try await meet(state, of: file, policy) }
                if state == .inviting, !file.isUp { await accept(file, policy) }
            case .progress(let bytes):
                if told == 0 || bytes - told >= Self.progressInterval || bytes == file.size {
                    told = bytes
                    Note(file: key, progress: bytes).say()
                }
                try await meet(.connected, of: file, policy)
            case .stored(let path): Note(file: key, stored: path).say()
            case .cancelled(let reason): Note(file: key, state: "cancelled", reason: reason).say()
            }
        }
    }

    private func accept(_ file: TransferredFile, _ policy: Command.Policy) async {
        guard policy.receive ?? true, await file.state == .inviting, let directory = policy.into else { return }
        do {
            try await file.receive(into: directory)
        } catch {
            Note(file: file.fullID, error: "\(error)").say()
        }
    }

    private func meet(_ state: FileTransferState, of file: TransferredFile, _ policy: Command.Policy) async throws {
        guard policy.at == state.rawValue, let act = policy.act else { return }
        switch act {
        case .cancel: await file.cancel("enough")
        case .leave: try await connection.leave(group: group)
        case .close: await connection.close()
        case .die: kill(getpid(), SIGKILL)
        }
    }
}
