// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// What went wrong with a file, a device or a codec.
public struct MediaError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Kind: Hashable, Sendable {
        /// There is no such file, device or codec here.
        case notFound
        /// It exists, and may not be used.
        case notAllowed
        /// What is in it cannot be understood, or not by what is installed.
        case unsupported
        /// The disk is full.
        case noSpace
        case failed
    }

    public let kind: Kind
    /// For people: what could not be done, with what, and why.
    public let description: String

    public init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
