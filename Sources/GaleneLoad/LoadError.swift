// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Why a load test could not be run or did not finish. The description is a sentence for whoever started it.
public struct LoadError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable, Hashable {
        /// The options make no sense together.
        case usage
        /// The server cannot be reached, or is none.
        case connection
        /// The server said no.
        case refused
        /// The server does something that this program cannot work with.
        case unsupported
        /// It began well and broke down.
        case failed
    }

    public let kind: Kind
    public let description: String

    public init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
