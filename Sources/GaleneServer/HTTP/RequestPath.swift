// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol

/// The path and the query of a request target, with the path decoded and judged.
struct RequestPath: Equatable {
    /// Percent-decoded, beginning with a slash, without NUL and backslash.
    let path: String
    /// The text after `?`, undecoded; `nil` without one.
    let query: String?

    /// - Returns: `nil` for a target that is not an absolute path, whose path is not UTF-8 after decoding, or that holds
    ///   a character which no file name or group name of ours has.
    init?(target: String) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let raw = parts.first, raw.hasPrefix("/"), let path = Self.decode(raw) else { return nil }
        // A backslash is a separator to some systems and some browsers, and never part of a name here.
        guard !path.utf8.contains(0), !path.utf8.contains(UInt8(ascii: "\\")), path.isStreamSafe else { return nil }
        self.path = path
        self.query = parts.count == 2 ? String(parts[1]) : nil
    }

    /// The path without empty, `.` and `..` segments; a final slash stays.
    var cleaned: String {
        var kept: [Substring] = []
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        for segment in segments {
            switch segment {
            case "", ".": continue
            case "..": _ = kept.popLast()
            default: kept.append(segment)
            }
        }
        let endsWithSlash = segments.last.map { $0.isEmpty || $0 == "." || $0 == ".." } ?? false
        return "/" + kept.joined(separator: "/") + (endsWithSlash && !kept.isEmpty ? "/" : "")
    }

    /// A value for `Location`: always a path of this host, because a target such as `//example.org` would leave it.
    func location(_ path: String) -> String {
        "/" + Self.encode(path.drop { $0 == "/" }) + (query.map { "?\($0)" } ?? "")
    }

    private static func decode(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexValue), let low = rest.popFirst().flatMap(hexValue) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Leaves the characters that RFC 3986 section 3.3 allows in a path, and encodes all others.
    static func encode(_ text: some StringProtocol) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                result.append(byte)
            case _ where "-._~!$&'()*+,;=:@/".utf8.contains(byte):
                result.append(byte)
            default:
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
    }
}
