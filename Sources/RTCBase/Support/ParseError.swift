// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Why bytes or text from the network could not be understood: the peer's fault, never ours.
///
/// A parse error is counted and the input dropped (or answered with a clear error where the protocol says so); it never
/// traps and never closes anything by itself. The reason is a constant sentence, so that errors can be compared in tests
/// and counted by reason; it never contains input.
public struct ParseError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A constant sentence in words, without any part of the input.
    public let reason: String

    public init(_ reason: StaticString) {
        self.reason = reason.description
    }

    public var description: String { reason }

    /// The input ended before the field that was to be read.
    public static let truncated = ParseError("the input is truncated")
}
