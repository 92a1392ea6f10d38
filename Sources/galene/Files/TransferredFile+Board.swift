// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient

extension TransferredFile {
    /// Shows what becomes of it, until nothing does any more. When the task is cancelled the transfer is too, and the
    /// other side is told.
    ///
    /// - Returns: where it was stored.
    func follow(on board: TransferBoard, _ index: Int) async throws -> String? {
        var wasAccepted = false
        var path: String?
        for try await event in events {
            switch event {
            case .state(.inviting): try board.enter(.offered, index)
            case .state(.connecting):
                wasAccepted = true
                try board.enter(.connecting, index)
            case .state(.connected): try board.enter(.moving, index)
            case .progress(let bytes): try board.move(index, to: bytes)
            case .stored(let stored):
                path = stored
                try board.enter(.done(path: stored), index)
            case .state(.done) where isUp: try board.enter(.done(path: nil), index)
            case .cancelled(let reason):
                // Whoever accepts and cannot even begin, has not refused.
                try board.enter(wasAccepted || !isUp ? .cancelled(reason) : .refused(reason), index)
            case .state: break
            }
        }
        if Task.isCancelled { cancel("interrupted") }
        // Whatever it was, it is over; nothing comes after what was said before.
        try board.enter(Task.isCancelled ? .interrupted : .cancelled(nil), index)
        return path
    }
}
