// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient

/// A file that is offered or on its way.
struct FileEntry: Hashable, Sendable, Identifiable {
    /// The ``TransferredFile/fullID``.
    let id: String
    /// By which commands name it.
    let number: Int
    /// Whether it is sent from here.
    let isUp: Bool
    /// As it may be shown.
    let name: String
    let person: String
    /// In bytes.
    let size: Int64
    var state = FileTransferState.inviting
    /// Bytes.
    var transferred: Int64 = 0

    /// 0 to 100.
    var percent: Int { size > 0 ? Int(Double(min(transferred, size)) / Double(size) * 100) : 100 }

    /// Whether an answer is expected from here.
    var isOffer: Bool { !isUp && state == .inviting }

    var headline: String { "\(name) (\(ByteCount.text(size))) \(isUp ? "to" : "from") \(person)" }
}
