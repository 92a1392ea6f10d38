// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A colour of a terminal.
enum TerminalColor: Hashable, Sendable {
    /// The one that the person has chosen for text, or for what is behind it.
    case standard
    /// One of 256; the first 16 are the person's own choice.
    case palette(UInt8)
    case rgb(red: UInt8, green: UInt8, blue: UInt8)
}

/// How a character looks.
struct Style: Hashable, Sendable {
    struct Attributes: OptionSet, Hashable, Sendable {
        let rawValue: UInt8
        static let bold = Attributes(rawValue: 1)
        static let dim = Attributes(rawValue: 2)
        static let underlined = Attributes(rawValue: 4)
        static let reversed = Attributes(rawValue: 8)
    }

    var foreground = TerminalColor.standard
    var background = TerminalColor.standard
    var attributes: Attributes = []

    static let plain = Style()
    static let bold = Style(attributes: .bold)
    static let dim = Style(attributes: .dim)
    static func color(_ number: UInt8, _ attributes: Attributes = []) -> Style {
        Style(foreground: .palette(number), attributes: attributes)
    }
}

/// What colours a terminal can show.
enum ColorDepth: Hashable, Sendable {
    /// 24 bits.
    case full
    case palette
    /// Bold and dim only.
    case none

    /// - Parameter environment: `NO_COLOR` that is not empty is for none (no-color.org), `COLORTERM` of `truecolor` or
    ///   `24bit` for all.
    init(environment: [String: String]) {
        if environment["NO_COLOR"]?.isEmpty == false {
            self = .none
        } else if ["truecolor", "24bit"].contains(environment["COLORTERM"] ?? "")
            || environment["TERM"]?.hasSuffix("-direct") == true
        {
            self = .full
        } else {
            self = .palette
        }
    }
}

extension TerminalColor {
    /// The nearest of the colours from 16 on, which look alike everywhere: a cube of 6 levels, and 24 greys.
    var inPalette: TerminalColor {
        guard case .rgb(let red, let green, let blue) = self else { return self }
        func level(_ value: UInt8) -> Int { value < 48 ? 0 : value < 115 ? 1 : (Int(value) - 35) / 40 }
        func value(_ level: Int) -> Int { level == 0 ? 0 : 55 + 40 * level }
        func distance(_ r: Int, _ g: Int, _ b: Int) -> Int {
            let (dr, dg, db) = (r - Int(red), g - Int(green), b - Int(blue))
            return dr * dr + dg * dg + db * db
        }
        let (r, g, b) = (level(red), level(green), level(blue))
        let grey = min(23, max(0, ((Int(red) + Int(green) + Int(blue)) / 3 - 3) / 10))
        let shade = 8 + 10 * grey
        return distance(shade, shade, shade) < distance(value(r), value(g), value(b))
            ? .palette(UInt8(232 + grey)) : .palette(UInt8(16 + 36 * r + 6 * g + b))
    }
}
