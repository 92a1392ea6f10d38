// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Which files are taken.
struct FileAcceptance: Sendable {
    enum Verdict: Sendable, Hashable {
        case accept
        case ask
        /// The sender is told why.
        case refuse(String)
    }

    /// Names or client ids; everybody when empty.
    var from: [String] = []
    /// In bytes.
    var maximumSize: Int64?
    var asks = false
    /// How many more.
    var left: Int?

    /// What becomes of an offer; what is accepted counts.
    mutating func judge(user: String, id: String, size: Int64) -> Verdict {
        guard from.isEmpty || from.contains(user) || from.contains(id) else {
            return .refuse("files are taken from certain members only")
        }
        if let maximumSize, size > maximumSize {
            return .refuse("the file is too large: at most \(ByteCount.text(maximumSize)) are taken")
        }
        if let left {
            guard left > 0 else { return .refuse("no more files are taken") }
            if !asks { self.left = left - 1 }
        }
        return asks ? .ask : .accept
    }

    /// Somebody has said yes.
    mutating func approve() -> Verdict {
        guard let left else { return .accept }
        guard left > 0 else { return .refuse("no more files are taken") }
        self.left = left - 1
        return .accept
    }
}
