// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Testing

@testable import galene

/// Reads what a screen sends, as a terminal does: an interpretation of ECMA-48 of its own.
struct TestTerminal {
    struct Place: Hashable {
        var text = " "
        var rendition: [String] = []
    }

    let width: Int
    private(set) var rows: [[Place]]
    private(set) var x = 0
    private(set) var y = 0
    private(set) var isCursorShown = true
    private(set) var synchronizedFrames = 0
    private var rendition: [String] = []

    init(width: Int, height: Int) {
        self.width = width
        rows = Array(repeating: Array(repeating: Place(), count: width), count: height)
    }

    mutating func receive(_ bytes: [UInt8]) {
        var text = String(decoding: bytes, as: UTF8.self)[...]
        while let first = text.first {
            guard first == "\u{1b}" else {
                text.removeFirst()
                put(first)
                continue
            }
            text.removeFirst(2)
            let parameters = text.prefix { !$0.isLetter }
            let final = text[parameters.endIndex]
            text = text[text.index(after: parameters.endIndex)...]
            control(String(parameters), final)
        }
    }

    private mutating func put(_ character: Character) {
        let size = TextWidth.of(character)
        guard y < rows.count, x + size <= width, size > 0 else {
            Issue.record("“\(character)” is written outside, at \(x),\(y)")
            return
        }
        rows[y][x] = Place(text: String(character), rendition: rendition)
        if size == 2 { rows[y][x + 1] = Place(text: "", rendition: rendition) }
        x += size
    }

    private mutating func control(_ parameters: String, _ final: Character) {
        let fields = parameters.split(separator: ";").map(String.init)
        switch (final, parameters) {
        case ("H", _): (y, x) = ((Int(fields[0]) ?? 1) - 1, (Int(fields[1]) ?? 1) - 1)
        case ("J", "2"): rows = rows.map { $0.map { _ in Place() } }
        case ("h", "?25"), ("l", "?25"): isCursorShown = final == "h"
        case ("h", "?2026"): synchronizedFrames += 1
        case ("l", "?2026"): break
        case ("m", _): select(fields)
        default: Issue.record("CSI \(parameters) \(final) is unknown")
        }
    }

    private mutating func select(_ fields: [String]) {
        if fields.isEmpty { Issue.record("an empty SGR resets everything") }
        var index = 0
        while index < fields.count {
            let length = ["38", "48"].contains(fields[index]) ? (fields[index + 1] == "2" ? 5 : 3) : 1
            let field = fields[index..<(index + length)].joined(separator: ";")
            let kind = Self.kind(of: fields[index])
            switch kind {
            case "reset": rendition = []
            default:
                rendition.removeAll { Self.kind(of: String($0.prefix { $0 != ";" })) == kind && kind != "attribute" }
                if !["39", "49"].contains(field) { rendition.append(field) }
            }
            index += length
        }
        rendition.sort()
    }

    private static func kind(of code: String) -> String {
        switch Int(code) ?? -1 {
        case 0: "reset"
        case 30...39: "foreground"
        case 40...49: "background"
        default: "attribute"
        }
    }
}
