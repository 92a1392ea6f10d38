// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// How much JSON is looked at before it is refused.
public struct JSONLimits: Hashable, Sendable {
    /// Bytes of a document.
    public var size: Int
    /// Objects and arrays inside each other.
    public var depth: Int

    public init(size: Int, depth: Int) {
        self.size = size
        self.depth = depth
    }

    /// 1 MiB is what the protocol lets a WebSocket message be. The deepest message of the protocol has six levels;
    /// 32 leave room for what applications put into `value`, and keep the parser's recursion off the stack's end.
    public static let message = JSONLimits(size: 1 << 20, depth: 32)

    /// Files are the administrator's own: 16 MiB hold a group of 100,000 users.
    public static let file = JSONLimits(size: 16 << 20, depth: 32)
}
