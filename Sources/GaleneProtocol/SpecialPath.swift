// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A path of HTTP, split at the first segment that begins with a dot: `/group/a/b/.whip/xyz` is the directory
/// `/group/a/b`, the kind `.whip` and the remainder `/xyz`.
public struct SpecialPath: Hashable, Sendable {
    public var directory: Substring
    /// `nil` when no segment begins with a dot.
    public var kind: Substring?
    /// Empty, or beginning with a slash.
    public var remainder: Substring

    public init(_ path: String) {
        // By bytes: a dot with a combining mark begins a name like any other letter, but it is a dot to a file system.
        let bytes = path.utf8
        guard let slash = bytes.indices.first(where: { bytes[$0...].starts(with: "/.".utf8) }) else {
            directory = path[...]
            kind = nil
            remainder = ""
            return
        }
        let dot = bytes.index(after: slash)
        let end = bytes[dot...].firstIndex(of: UInt8(ascii: "/")) ?? bytes.endIndex
        directory = path[..<slash]
        kind = path[dot..<end]
        remainder = path[end...]
    }
}
