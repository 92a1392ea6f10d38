// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A place for one character.
struct Cell: Hashable, Sendable {
    /// One character; empty in the right half of a wide one.
    var text: String
    /// 1 or 2; 0 in the right half of a wide one.
    var width: UInt8
    var style: Style

    static let blank = Cell(text: " ", width: 1, style: .plain)
}

/// A part of a terminal, in cells; may be empty.
struct Area: Hashable, Sendable {
    var x: Int
    var y: Int
    var width: Int
    var height: Int

    var isEmpty: Bool { width <= 0 || height <= 0 }
    var maxX: Int { x + width }
    var maxY: Int { y + height }
}

/// What a terminal is to show. Whatever lies outside is left out.
struct Canvas: Hashable, Sendable {
    let width: Int
    let height: Int
    private(set) var cells: [Cell]

    /// A character keeps so many scalars: some people pile up marks by the hundred.
    static let maximumScalars = 10
    /// No terminal is larger; what says so is mistaken.
    static let maximumSize = 1000

    init(width: Int, height: Int) {
        self.width = min(max(1, width), Self.maximumSize)
        self.height = min(max(1, height), Self.maximumSize)
        cells = Array(repeating: .blank, count: self.width * self.height)
    }

    subscript(x: Int, y: Int) -> Cell { cells[y * width + x] }

    /// Writes text that has no control characters.
    ///
    /// - Parameter limit: the column that is not written to any more.
    /// - Returns: the column behind it.
    @discardableResult
    mutating func write(_ text: String, x: Int, y: Int, limit: Int = .max, style: Style = .plain) -> Int {
        var x = x
        guard y >= 0, y < height else { return x }
        let limit = min(limit, width)
        for character in text {
            let size = TextWidth.of(character)
            guard x + size <= limit else { break }
            guard size > 0 else { continue }
            if x >= 0 { put(character, size: size, x: x, y: y, style: style) }
            x += size
        }
        return x
    }

    mutating func fill(_ area: Area, style: Style, with character: String = " ") {
        for y in max(0, area.y)..<max(0, area.y, min(height, area.maxY)) {
            for x in max(0, area.x)..<max(0, area.x, min(width, area.maxX)) {
                place(Cell(text: character, width: 1, style: style), x: x, y: y)
            }
        }
    }

    /// For cells of one column, as pictures are made of.
    mutating func place(_ cell: Cell, x: Int, y: Int) {
        guard x >= 0, y >= 0, x < width, y < height else { return }
        halve(x: x, y: y)
        cells[y * width + x] = cell
    }

    private mutating func put(_ character: Character, size: Int, x: Int, y: Int, style: Style) {
        var text = String(character)
        if text.unicodeScalars.count > Self.maximumScalars {
            text = String(String.UnicodeScalarView(text.unicodeScalars.prefix(Self.maximumScalars)))
        }
        halve(x: x, y: y)
        if size == 2 { halve(x: x + 1, y: y) }
        cells[y * width + x] = Cell(text: text, width: UInt8(size), style: style)
        if size == 2 { cells[y * width + x + 1] = Cell(text: "", width: 0, style: style) }
    }

    /// Nothing is left of a wide character of which a half is overwritten.
    private mutating func halve(x: Int, y: Int) {
        let index = y * width + x
        switch cells[index].width {
        case 0 where x > 0: cells[index - 1] = Cell(text: " ", width: 1, style: cells[index - 1].style)
        case 2 where x + 1 < width: cells[index + 1] = Cell(text: " ", width: 1, style: cells[index + 1].style)
        default: break
        }
    }

    /// Its rows as text, for people who read tests.
    var text: String {
        (0..<height).map { y in
            var row = (0..<width).map { self[$0, y].text }.joined()
            while row.last == " " { row.removeLast() }
            return row
        }.joined(separator: "\n")
    }
}
