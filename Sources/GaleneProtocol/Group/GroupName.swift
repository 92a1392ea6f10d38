// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// The rule for names of groups.
public enum GroupName {
    /// Bytes of a name. A group's page, `/group/NAME/`, is to fit every browser and proxy.
    public static let maximumLength = 512

    /// Bytes between two slashes: a file name of 255 bytes with room for `.json` and the suffix of a temporary file.
    public static let maximumSegmentLength = 240

    /// Whether a string can name a group: segments between single slashes, none of which is empty or begins with a dot
    /// (the paths of a group's other pages do), without backslashes and control characters.
    public static func isValid(_ name: some StringProtocol) -> Bool {
        name.utf8.count <= maximumLength
            && name.utf8.segmentsSatisfy { segment in
                segment.first != UInt8(ascii: ".") && segment.count <= maximumSegmentLength
            }
    }
}

/// The rule for names of users.
public enum Username {
    /// Bytes of a name. It is sent to everybody with each message.
    public static let maximumLength = 256

    /// Whether a string can name a user: empty, or segments between single slashes, none of which is empty, `.` or
    /// `..`, without backslashes and control characters.
    public static func isValid(_ name: some StringProtocol) -> Bool {
        name.isEmpty
            || name.utf8.count <= maximumLength
                && name.utf8.segmentsSatisfy { segment in
                    !segment.elementsEqual(".".utf8) && !segment.elementsEqual("..".utf8)
                }
    }
}

extension Collection<UInt8> {
    /// Whether a name consists of non-empty segments that all pass, and has no byte that is dangerous in file names or
    /// log lines.
    fileprivate func segmentsSatisfy(_ predicate: (SubSequence) -> Bool) -> Bool {
        allSatisfy { $0 >= 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "\\") }
            && split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
                .allSatisfy { !$0.isEmpty && predicate($0) }
    }
}
