// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import HTTPTypes

/// `If-Match` and `If-None-Match`, held against the current entity tag.
///
/// [RFC 9110 section 13.1](https://www.rfc-editor.org/rfc/rfc9110#section-13.1). Tags are compared as text, so that a weak
/// tag never equals a strong one: ours are strong.
enum Precondition: Equatable {
    case proceed
    /// 304
    case notModified
    /// 412
    case failed

    /// - Parameter tag: the current tag with its quotes; `nil` when the object does not exist.
    static func evaluate(isRead: Bool, tag: String?, ifMatch: String?, ifNoneMatch: String?) -> Precondition {
        if let ifMatch, !matches(ifMatch, tag) { return .failed }
        if let ifNoneMatch, matches(ifNoneMatch, tag) { return isRead ? .notModified : .failed }
        return .proceed
    }

    private static func matches(_ list: String, _ tag: String?) -> Bool {
        guard let tag else { return false }
        return list.split(separator: ",").contains { element in
            let element = element.trimming { $0.isWhitespace }
            return element == "*" || element == tag
        }
    }
}

extension StringProtocol {
    func trimming(_ isTrimmed: (Character) -> Bool) -> SubSequence {
        var result = self[...]
        while let first = result.first, isTrimmed(first) { result = result.dropFirst() }
        while let last = result.last, isTrimmed(last) { result = result.dropLast() }
        return result
    }
}

/// A part of a file that a request asks for.
///
/// [RFC 9110 section 14.2](https://www.rfc-editor.org/rfc/rfc9110#section-14.2). Of several ranges none is honoured: the
/// section allows it, and a list of overlapping ranges is a known way to make a server work.
enum ByteRange: Equatable {
    case whole
    case part(Range<Int>)
    /// 416
    case unsatisfiable

    init(_ header: String?, size: Int) {
        self = .whole
        guard let header, header.hasPrefix("bytes="), !header.contains(",") else { return }
        let bounds = header.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard bounds.count == 2 else { return }
        switch (Int(bounds[0]), Int(bounds[1])) {
        case (let first?, let last?) where first <= last && first >= 0:
            self = first < size ? .part(first..<(min(last, size - 1) + 1)) : .unsatisfiable
        case (let first?, nil) where first >= 0 && bounds[1].isEmpty:
            self = first < size ? .part(first..<size) : .unsatisfiable
        case (nil, let suffix?) where bounds[0].isEmpty && suffix >= 0:
            self = suffix > 0 && size > 0 ? .part(max(0, size - suffix)..<size) : .unsatisfiable
        default:
            return
        }
    }
}
