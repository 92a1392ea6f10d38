// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A line that nothing here interprets: information, a URI, bandwidth, a time zone.
public struct Line: Hashable, Sendable {
    public var letter: Character
    public var value: String

    public init(_ letter: Character, _ value: String) {
        self.letter = letter
        self.value = value
    }
}
