// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Knows what a terminal shows, and says by what bytes it comes to show something else: only what is different is sent.
///
/// The sequences are those of ECMA-48 that every terminal of the last decades has: CUP, SGR, ED; and DEC's private modes for
/// the cursor (25) and for output that appears in one piece (2026), if the terminal has said that it has that.
struct Screen {
    let colors: ColorDepth
    /// Whether the terminal waits for the end of a frame before it shows it.
    var isSynchronized = false
    private var shown: Canvas?
    private var cursor: Position?
    private var style: Style?
    private var caret: Position?

    struct Position: Hashable, Sendable {
        var x: Int
        var y: Int
    }

    /// So many unchanged cells are written again rather than jumped over, which takes six bytes or more.
    private static let shortGap = 4

    init(colors: ColorDepth) { self.colors = colors }

    /// Somebody else has written to the terminal: everything is sent again.
    mutating func forget() { shown = nil }

    /// - Parameter caret: where the person types; `nil` hides it.
    /// - Returns: nothing if nothing is different.
    mutating func update(to canvas: Canvas, caret wanted: Position?) -> [UInt8] {
        var output = Output()
        cursor = nil
        style = nil
        var old = shown
        if old?.width != canvas.width || old?.height != canvas.height {
            old = Canvas(width: canvas.width, height: canvas.height)
            output.append("\u{1b}[0m\u{1b}[2J")
        }
        if let old {
            for y in 0..<canvas.height { drawRow(y, of: canvas, over: old, into: &output) }
        }
        shown = canvas
        guard !output.bytes.isEmpty || wanted != caret else { return [] }
        caret = wanted
        if style != nil, style != .plain { output.append("\u{1b}[0m") }
        var frame = Output()
        if isSynchronized { frame.append("\u{1b}[?2026h") }
        frame.append("\u{1b}[?25l")
        frame.bytes += output.bytes
        if let wanted {
            frame.move(to: wanted)
            frame.append("\u{1b}[?25h")
        }
        if isSynchronized { frame.append("\u{1b}[?2026l") }
        return frame.bytes
    }

    private mutating func drawRow(_ y: Int, of canvas: Canvas, over old: Canvas, into output: inout Output) {
        var x = 0
        while x < canvas.width {
            let cell = canvas[x, y]
            // The halves of a wide character belong together, whether it comes or goes.
            let isSame =
                cell == old[x, y] && (cell.width != 2 || x + 1 >= canvas.width || canvas[x + 1, y] == old[x + 1, y])
            guard !isSame, cell.width > 0 else {
                x += 1
                continue
            }
            approach(x, y, of: canvas, into: &output)
            write(cell, into: &output)
            x += Int(cell.width)
            // Terminals do not agree on how wide what is not plain is, nor on what comes after the last column.
            cursor = cell.isPlain && x < canvas.width ? Position(x: x, y: y) : nil
        }
    }

    /// Brings the cursor there.
    private mutating func approach(_ x: Int, _ y: Int, of canvas: Canvas, into output: inout Output) {
        guard cursor != Position(x: x, y: y) else { return }
        if let cursor, cursor.y == y, cursor.x < x, x - cursor.x <= Self.shortGap,
            (cursor.x..<x).allSatisfy({ canvas[$0, y].isPlain && canvas[$0, y].style == style })
        {
            for between in cursor.x..<x { output.append(canvas[between, y].text) }
        } else {
            output.move(to: Position(x: x, y: y))
        }
    }

    private mutating func write(_ cell: Cell, into output: inout Output) {
        let wanted = colors == .none ? Style(attributes: cell.style.attributes) : cell.style
        if wanted != style {
            output.change(from: style, to: wanted, colors: colors)
            style = wanted
        }
        output.append(cell.text)
    }
}

extension Cell {
    /// Whether every terminal takes it for one column.
    fileprivate var isPlain: Bool {
        guard width == 1 else { return false }
        // Latin letters, and what boxes and pictures are drawn with.
        return text.unicodeScalars.count == 1
            && text.unicodeScalars.allSatisfy { $0.value < 0x250 || (0x2500..<0x25a0).contains($0.value) }
    }
}

/// Bytes for a terminal.
private struct Output {
    var bytes: [UInt8] = []

    mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func append(_ number: Int) {
        // Faster than by way of a text, of which a picture would need hundreds of thousands a second.
        if number >= 10 { append(number / 10) }
        bytes.append(UInt8(ascii: "0") + UInt8(number % 10))
    }

    mutating func move(to position: Screen.Position) {
        append("\u{1b}[")
        append(position.y + 1)
        append(";")
        append(position.x + 1)
        append("H")
    }

    mutating func change(from old: Style?, to new: Style, colors: ColorDepth) {
        append("\u{1b}[")
        var isFirst = true
        func separate(_ output: inout Output) {
            if !isFirst { output.append(";") }
            isFirst = false
        }
        var before = old ?? .plain
        if old == nil || old?.attributes != new.attributes {
            append("0")
            isFirst = false
            before = .plain
            for (attribute, code) in [(Style.Attributes.bold, 1), (.dim, 2), (.underlined, 4), (.reversed, 7)]
            where new.attributes.contains(attribute) {
                separate(&self)
                append(code)
            }
        }
        if before.foreground != new.foreground {
            separate(&self)
            append(color: new.foreground, offset: 0, colors)
        }
        if before.background != new.background {
            separate(&self)
            append(color: new.background, offset: 10, colors)
        }
        append("m")
    }

    private mutating func append(color: TerminalColor, offset: Int, _ colors: ColorDepth) {
        switch colors == .palette ? color.inPalette : color {
        case .standard: append(39 + offset)
        case .palette(let number) where number < 8: append(30 + offset + Int(number))
        case .palette(let number):
            append(38 + offset)
            append(";5;")
            append(Int(number))
        case .rgb(let red, let green, let blue):
            append(38 + offset)
            append(";2")
            for value in [red, green, blue] {
                append(";")
                append(Int(value))
            }
        }
    }
}
