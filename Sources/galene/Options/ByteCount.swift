// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Numbers of bytes, for people: `0 B`, `999 B`, `1.2 kB`, `34 MB`; powers of 1000, as disks are sold.
enum ByteCount {
    private static let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]

    static func text(_ bytes: Int64) -> String {
        var value = Double(max(0, bytes))
        var unit = 0
        // What would be rounded up to 1000 belongs to the next unit.
        while value >= (unit == 0 ? 1000 : 999.5), unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        guard unit > 0, value < 9.95 else { return "\(Int64(value.rounded())) \(units[unit])" }
        let tenths = Int64((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }

    /// `500`, `20k`, `1.5G`, with or without `B`; powers of 1000, and of 1024 with an `i` (`64MiB`). `nil` for anything
    /// else.
    static func parse(_ text: String) -> Int64? {
        var rest = text.lowercased().filter { !$0.isWhitespace }
        if rest.hasSuffix("b") { rest.removeLast() }
        var base = 1000.0
        if rest.hasSuffix("i") {
            base = 1024
            rest.removeLast()
        }
        var factor = 1.0
        if let letter = rest.last, let power = "kmgtp".firstIndex(of: letter) {
            rest.removeLast()
            for _ in 0..."kmgtp".distance(from: "kmgtp".startIndex, to: power) { factor *= base }
        } else if base == 1024 {
            return nil
        }
        guard let first = rest.first, first.isNumber, let number = Double(rest) else { return nil }
        return Int64(exactly: (number * factor).rounded())
    }
}
