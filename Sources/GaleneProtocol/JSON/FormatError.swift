// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Why a message or a file could not be understood.
///
/// In a message it is fatal to the connection that sent it (close code 1011); in a file it names the place that its
/// author has to mend. It never contains values of the input, only names of fields.
public struct FormatError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where: names of fields joined by dots, as in `users.alice.permissions`; empty for the document as a whole.
    public var path: String
    /// A sentence in words.
    public var reason: String

    public init(path: String = "", reason: String) {
        self.path = path
        self.reason = reason
    }

    public var description: String { path.isEmpty ? reason : "\(path): \(reason)" }

    /// The same error seen from one level further out.
    func within(_ field: String) -> FormatError {
        FormatError(path: path.isEmpty ? field : "\(field).\(path)", reason: reason)
    }
}
