// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What keeps the server from starting, as the one line that its operator reads.
public struct StartupError: Error, Equatable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        // One error is one line, whatever a file or an option contained.
        self.description = String(description.map { $0.isNewline ? " " : $0 })
    }
}
