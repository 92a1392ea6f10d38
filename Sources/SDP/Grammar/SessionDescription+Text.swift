// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

extension SessionDescription: CustomStringConvertible {
    /// The description in the order of RFC 8866 section 5, each line ended by CR LF.
    public var description: String { text }

    /// The description in the order of RFC 8866 section 5, each line ended by CR LF.
    public var text: String {
        var text = ""
        text.reserveCapacity(4096)
        func write(_ letter: Character, _ value: String) {
            text.append(letter)
            text.append("=")
            text.append(value)
            text.append("\r\n")
        }
        func write(_ attributes: [Attribute]) {
            for attribute in attributes {
                write("a", attribute.value.map { "\(attribute.name):\($0)" } ?? attribute.name)
            }
        }
        func write(_ letters: String, of lines: [Line]) {
            for letter in letters {
                for line in lines where line.letter == letter { write(letter, line.value) }
            }
        }
        write("v", String(version))
        write("o", origin.text)
        write("s", name)
        write("iuep", of: lines)
        if let connection { write("c", connection) }
        write("b", of: lines)
        for time in timing { write("t", time) }
        write("rzk", of: lines)
        write(attributes)
        for section in media {
            let port = section.portCount.map { "\(section.port)/\($0)" } ?? String(section.port)
            write("m", "\(section.kind.rawValue) \(port) \(section.proto) \(section.formats.joined(separator: " "))")
            write("i", of: section.lines)
            if let connection = section.connection { write("c", connection) }
            write("bk", of: section.lines)
            write(section.attributes)
        }
        return text
    }
}
