// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient

/// One file on its way, as far as it is shown.
struct Transfer: Sendable {
    enum Phase: Sendable, Hashable {
        /// Others go first.
        case queued
        /// Offered, and not answered yet.
        case offered
        case connecting
        case moving
        /// A received file is at a path.
        case done(path: String?)
        /// Not accepted, with the reason where there is one.
        case refused(String?)
        /// Broken off, with the reason where there is one.
        case cancelled(String?)
        /// Broken off by whoever runs the command.
        case interrupted

        var isOver: Bool {
            switch self {
            case .queued, .offered, .connecting, .moving: false
            case .done, .refused, .cancelled, .interrupted: true
            }
        }
    }

    let isUp: Bool
    /// The other side: its name, not fit for a terminal, and its client id.
    let user: String
    let userID: String
    /// As its sender has it, not fit for a terminal.
    let name: String
    let size: Int64
    /// Its id, once there is one.
    var id = ""
    private(set) var phase = Phase.queued
    private(set) var bytes: Int64 = 0
    private(set) var rate = TransferRate()
    /// When it began to move, and when it was over.
    private(set) var began: Duration?
    private(set) var ended: Duration?
    /// When a program was last told of its progress.
    var told: Duration?

    init(isUp: Bool, user: String, userID: String, name: String, size: Int64) {
        self.isUp = isUp
        self.user = user
        self.userID = userID
        self.name = name
        self.size = size
    }

    init(_ file: TransferredFile) {
        self.init(isUp: file.isUp, user: file.username ?? "", userID: file.userID, name: file.name, size: file.size)
        id = file.id
    }

    var shownUser: String { TerminalText.printable(user.isEmpty ? userID : user) }
    var shownName: String { TerminalText.printable(name) }

    /// Nothing comes after the end.
    mutating func enter(_ phase: Phase, at now: Duration) {
        guard !self.phase.isOver else { return }
        self.phase = phase
        if phase == .moving, began == nil {
            began = now
            rate.add(0, at: now)
        }
        if phase.isOver { ended = now }
    }

    mutating func move(to bytes: Int64, at now: Duration) {
        self.bytes = bytes
        rate.add(bytes, at: now)
    }
}
