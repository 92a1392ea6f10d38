// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Bytes from annotated hexadecimal text: white space is ignored, and everything after `#` on a line is a comment.
///
///     hex("""
///         0001 0000      # Binding request, no attributes
///         2112a442       # magic cookie
///         """)
public func hex(_ text: String) -> [UInt8] {
    var digits: [UInt8] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        for character in line.prefix(while: { $0 != "#" }) where !character.isWhitespace {
            guard let digit = character.hexDigitValue else { fatalError("not a hexadecimal digit: \(character)") }
            digits.append(UInt8(digit))
        }
    }
    precondition(digits.count % 2 == 0, "an odd number of hexadecimal digits")
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// Lower-case hexadecimal text of bytes.
public func hexText(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}
