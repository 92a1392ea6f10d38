// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Makes keys of the bytes that a terminal sends, however they are cut: UTF-8, the control sequences of ECMA-48 as xterm uses
/// them, bracketed paste.
struct KeyParser {
    private enum State {
        case ground
        /// After ESC.
        case escape
        /// After CSI, with what came since.
        case sequence([UInt8])
        /// After SS3.
        case function
        /// In a string that nobody has asked for (OSC, DCS, …): skipped to its end.
        case string(afterEscape: Bool)
        case paste
    }

    private var state = State.ground
    /// A character that is not whole yet.
    private var partial: [UInt8] = []
    private var pasted: [UInt8] = []

    /// The longest sequence that means anything here has a dozen bytes.
    static let maximumSequence = 64
    /// In bytes; what comes beyond is left out.
    static let maximumPaste = 64 << 10
    private static let pasteEnd = Array("\u{1b}[201~".utf8)

    /// Whether something waits for its end. A lone ESC is a key if nothing follows soon: then call ``flush()``.
    var isWaiting: Bool {
        switch state {
        case .ground, .paste: false
        case .escape, .sequence, .function, .string: true
        }
    }

    /// Nothing has followed for a while.
    mutating func flush() -> [Key] {
        defer { if isWaiting { state = .ground } }
        if case .escape = state { return [.escape] }
        return []
    }

    mutating func parse(_ bytes: some Sequence<UInt8>) -> [Key] {
        var keys: [Key] = []
        for byte in bytes { parse(byte, into: &keys) }
        return keys
    }

    private mutating func parse(_ byte: UInt8, into keys: inout [Key]) {
        switch state {
        case .ground: ground(byte, into: &keys)
        case .escape: escape(byte, into: &keys)
        case .sequence(var parameters):
            switch byte {
            case 0x40...0x7e:
                state = .ground
                if parameters == Array("200".utf8), byte == UInt8(ascii: "~") {
                    state = .paste
                    pasted = []
                } else if let key = Self.key(parameters, byte) {
                    keys.append(key)
                }
            case 0x20...0x3f where parameters.count < Self.maximumSequence:
                parameters.append(byte)
                state = .sequence(parameters)
            case 0x1b: state = .escape
            default: state = .ground
            }
        case .function:
            state = .ground
            if let key = Self.key([], byte) { keys.append(key) }
        case .string(let afterEscape):
            // Ends with BEL or with ST.
            let isEnd = byte == 0x07 || (afterEscape && byte == UInt8(ascii: "\\"))
            state = isEnd ? .ground : .string(afterEscape: byte == 0x1b)
        case .paste:
            pasted.append(byte)
            if pasted.suffix(Self.pasteEnd.count).elementsEqual(Self.pasteEnd) {
                state = .ground
                keys.append(.paste(Self.text(pasted.dropLast(Self.pasteEnd.count))))
                pasted = []
            } else if pasted.count > Self.maximumPaste + Self.pasteEnd.count {
                // The tail stays, because it may be the beginning of the end.
                pasted.remove(at: Self.maximumPaste)
            }
        }
    }

    private mutating func ground(_ byte: UInt8, into keys: inout [Key]) {
        if byte >= 0x80 { return collect(byte, into: &keys) }
        if !partial.isEmpty {
            partial = []
            keys.append(.character("\u{fffd}"))
        }
        switch byte {
        case 0x1b: state = .escape
        case 0x0d: keys.append(.enter)
        case 0x0a: keys.append(.lineBreak)
        case 0x09: keys.append(.tab)
        case 0x08, 0x7f: keys.append(.backspace)
        case 0x01: keys.append(.home)
        case 0x02: keys.append(.left)
        case 0x05: keys.append(.end)
        case 0x06: keys.append(.right)
        case 0x0b: keys.append(.deleteToEnd)
        case 0x0e: keys.append(.down)
        case 0x10: keys.append(.up)
        case 0x15: keys.append(.deleteToStart)
        case 0x17: keys.append(.deleteWord)
        case 0x00..<0x20: keys.append(.control(Unicode.Scalar(byte + 0x40)))
        default: keys.append(.character(Unicode.Scalar(byte)))
        }
    }

    private mutating func escape(_ byte: UInt8, into keys: inout [Key]) {
        state = .ground
        switch byte {
        case UInt8(ascii: "["): state = .sequence([])
        case UInt8(ascii: "O"): state = .function
        case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"), UInt8(ascii: "_"):
            state = .string(afterEscape: false)
        case 0x1b:
            keys.append(.escape)
            state = .escape
        case 0x0d, 0x0a: keys.append(.lineBreak)
        case 0x08, 0x7f: keys.append(.deleteWord)
        case UInt8(ascii: "b"): keys.append(.wordLeft)
        case UInt8(ascii: "f"): keys.append(.wordRight)
        // Other letters with Alt mean nothing here.
        case 0x20..<0x7f: break
        default: ground(byte, into: &keys)
        }
    }

    /// One byte of a character that is not ASCII.
    private mutating func collect(_ byte: UInt8, into keys: inout [Key]) {
        if byte >= 0xc0, !partial.isEmpty {
            partial = []
            keys.append(.character("\u{fffd}"))
        }
        partial.append(byte)
        let length: Int? =
            switch partial[0] {
            case 0xc2...0xdf: 2
            case 0xe0...0xef: 3
            case 0xf0...0xf4: 4
            default: nil
            }
        guard let length else {
            partial = []
            return keys.append(.character("\u{fffd}"))
        }
        guard partial.count == length else { return }
        // Whatever is no character is one replacement.
        let scalar = String(decoding: partial, as: UTF8.self).unicodeScalars.first ?? "\u{fffd}"
        // C1 controls are none of a person's.
        keys.append(.character(scalar.properties.generalCategory == .control ? "\u{fffd}" : scalar))
        partial = []
    }

    /// Text that was pasted: one kind of line break, no other control character.
    private static func text(_ bytes: some Sequence<UInt8>) -> String {
        let text = String(decoding: Array(bytes), as: UTF8.self).replacing("\r\n", with: "\n")
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\r", "\n": scalars.append("\n")
            case "\t": scalars.append(" ")
            default: if scalar.properties.generalCategory != .control { scalars.append(scalar) }
            }
        }
        return String(scalars)
    }

    private static func key(_ parameters: [UInt8], _ final: UInt8) -> Key? {
        if parameters.first == UInt8(ascii: "?") { return mode(parameters, final) }
        let numbers = String(decoding: parameters, as: UTF8.self).split(
            separator: ";", omittingEmptySubsequences: false
        )
        .map { Int($0) }
        // Modifiers are 1 and a sum of Shift 1, Alt 2, Ctrl 4.
        let modifiers = (numbers.count > 1 ? numbers[1] ?? 1 : 1) &- 1
        let byWord = modifiers & 0b110 != 0
        switch final {
        case UInt8(ascii: "A"): return .up
        case UInt8(ascii: "B"): return .down
        case UInt8(ascii: "C"): return byWord ? .wordRight : .right
        case UInt8(ascii: "D"): return byWord ? .wordLeft : .left
        case UInt8(ascii: "F"): return .end
        case UInt8(ascii: "H"): return .home
        case UInt8(ascii: "M") where parameters.isEmpty: return .enter
        case UInt8(ascii: "P")...UInt8(ascii: "S"): return .function(Int(final - UInt8(ascii: "P")) + 1)
        case UInt8(ascii: "Z"): return .backTab
        // CSI u of terminals that tell modifiers of Enter.
        case UInt8(ascii: "u") where numbers.first == 13: return modifiers == 0 ? .enter : .lineBreak
        case UInt8(ascii: "~"):
            switch numbers.first ?? nil {
            case 1, 7: return .home
            case 3: return .delete
            case 4, 8: return .end
            case 5: return .pageUp
            case 6: return .pageDown
            case let number? where (11...15).contains(number): return .function(number - 10)
            case let number? where (17...21).contains(number): return .function(number - 11)
            case 23: return .function(11)
            case 24: return .function(12)
            case 27 where numbers.count == 3 && numbers[2] == 13: return .lineBreak
            default: return nil
            }
        default: return nil
        }
    }

    /// `CSI ? Pd ; Ps $ y`, where Ps is 0 for a mode that the terminal has never heard of, and 4 for one that is always off.
    private static func mode(_ parameters: [UInt8], _ final: UInt8) -> Key? {
        guard final == UInt8(ascii: "y"), parameters.last == UInt8(ascii: "$") else { return nil }
        let numbers = String(decoding: parameters.dropFirst().dropLast(), as: UTF8.self).split(separator: ";").map {
            Int($0)
        }
        guard numbers.count == 2, let mode = numbers[0], let value = numbers[1] else { return nil }
        return .mode(mode, isKnown: value != 0 && value != 4)
    }
}
