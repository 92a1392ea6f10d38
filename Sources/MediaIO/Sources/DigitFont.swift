// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Digits, the colon and the point as 5 by 7 dots.
enum DigitFont {
    static let columns = 5
    /// In dots.
    static let height = 7
    /// From a letter to the next, in dots.
    static let advance = 6

    /// In dots, with nothing behind the last.
    static func width(of letters: Int) -> Int { letters * advance - 1 }

    /// Rows from above, the leftmost dot in bit 4.
    static let rows: [Character: [UInt8]] = [
        "0": [0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110],
        "1": [0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110],
        "2": [0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111],
        "3": [0b11111, 0b00010, 0b00100, 0b00010, 0b00001, 0b10001, 0b01110],
        "4": [0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010],
        "5": [0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110],
        "6": [0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110],
        "7": [0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000],
        "8": [0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110],
        "9": [0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100],
        ":": [0b00000, 0b00100, 0b00100, 0b00000, 0b00100, 0b00100, 0b00000],
        ".": [0b00000, 0b00000, 0b00000, 0b00000, 0b00000, 0b00110, 0b00110],
    ]

    /// - Parameters:
    ///   - x: of the first letter's left edge.
    ///   - y: of the upper edge.
    ///   - scale: pixels of a dot.
    static func draw(
        _ text: String, in plane: inout VideoPicture.Plane, x: Int, y: Int, scale: Int, _ value: UInt8
    ) {
        for (position, letter) in text.enumerated() {
            for (row, dots) in (rows[letter] ?? []).enumerated() {
                for column in 0..<columns where dots >> UInt8(columns - 1 - column) & 1 == 1 {
                    plane.fill(
                        TestPattern.Area(
                            x: x + (position * advance + column) * scale, y: y + row * scale, width: scale,
                            height: scale), value)
                }
            }
        }
    }
}
