// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A path split at the first segment that begins with a dot: `/group/a/b/.whip/xyz` is the directory `/group/a/b`, the
/// kind `.whip` and the remainder `/xyz`.
struct SpecialPath: Equatable {
    var directory: Substring
    /// `nil` when no segment begins with a dot.
    var kind: Substring?
    /// Empty, or beginning with a slash.
    var remainder: Substring

    init(_ path: String) {
        var previous: Character?
        for index in path.indices {
            defer { previous = path[index] }
            guard path[index] == ".", previous == "/" else { continue }
            let end = path[index...].firstIndex(of: "/") ?? path.endIndex
            directory = path[..<path.index(before: index)]
            kind = path[index..<end]
            remainder = path[end...]
            return
        }
        directory = path[...]
        kind = nil
        remainder = ""
    }
}
