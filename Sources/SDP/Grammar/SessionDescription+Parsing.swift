// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

extension SessionDescription {
    /// Parses a session description whose lines end with CR LF or with LF alone.
    ///
    /// Lines that RFC 8866 demands and nothing here needs (`o=`, `s=`, `t=`) may be missing.
    ///
    /// - Throws: ``SDPError`` with the number of the line; beyond ``SDPLimits`` as for malformed text.
    public init(parsing text: String) throws(SDPError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= SDPLimits.size else { throw SDPError(line: 0, reason: .sdpTooLarge) }
        self.init(origin: Origin(sessionID: "0", sessionVersion: "0"), timing: [])
        var number = 0
        var hasVersion = false
        // Not `String.split`: a CR LF is one Character, which differs from an LF.
        var start = bytes.startIndex
        while start < bytes.endIndex {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
            var line = bytes[start..<end]
            start = end == bytes.endIndex ? end : end + 1
            number += 1
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            do throws(ParseError) {
                guard line.count <= SDPLimits.lineLength else { throw .sdpLineTooLong }
                // Text that was pasted, or built line by line, often ends with an empty line.
                if line.isEmpty {
                    guard bytes[start...].allSatisfy({ $0 == 0x0a || $0 == 0x0d }) else { throw .sdpNotALine }
                    break
                }
                if hasVersion {
                    try add(line)
                } else {
                    guard line.elementsEqual("v=0".utf8) else { throw .sdpNoVersion }
                    hasVersion = true
                }
            } catch {
                throw SDPError(line: number, reason: error)
            }
        }
        guard hasVersion else { throw SDPError(line: 0, reason: .sdpNoVersion) }
        if timing.isEmpty { timing = ["0 0"] }
    }

    private mutating func add(_ line: ArraySlice<UInt8>) throws(ParseError) {
        let first = line.startIndex
        guard line.count >= 2, line[first + 1] == UInt8(ascii: "=") else { throw .sdpNotALine }
        // RFC 8866 section 9: byte-string excludes NUL, CR and LF. One that got through could become a line of its
        // own in a description that quotes it.
        guard !line.contains(0), !line.contains(UInt8(ascii: "\r")) else { throw .sdpControlCharacter }
        let letter = Character(Unicode.Scalar(line[first]))
        let value = String(decoding: line[(first + 2)...], as: UTF8.self)
        switch letter {
        case "m":
            guard media.count < SDPLimits.sections else { throw .sdpTooManySections }
            media.append(try MediaDescription(mediaLine: value))
        case "a":
            try addAttribute(value)
        case "c":
            if media.isEmpty { connection = value } else { media[media.count - 1].connection = value }
        case "o":
            guard media.isEmpty else { throw .sdpMisplacedLine }
            guard let origin = Origin(value) else { throw .sdpBadOrigin }
            self.origin = origin
        case "s":
            guard media.isEmpty else { throw .sdpMisplacedLine }
            name = value
        case "t":
            guard media.isEmpty, timing.count < SDPLimits.attributes else { throw .sdpMisplacedLine }
            timing.append(value)
        case "i", "b", "k", "u", "e", "p", "r", "z":
            try addOther(Line(letter, value))
        case "v":
            throw .sdpMisplacedLine
        default:
            // RFC 8866 section 5: "an SDP parser MUST completely ignore or reject any session description that
            // contains a type letter that it does not understand."
            throw .sdpUnknownLine
        }
    }

    private mutating func addAttribute(_ text: String) throws(ParseError) {
        let colon = text.utf8.firstIndex(of: UInt8(ascii: ":"))
        let name = String(text[..<(colon ?? text.endIndex)])
        guard name.isToken else { throw .sdpBadAttribute }
        let attribute = Attribute(name, colon.map { String(text[text.utf8.index(after: $0)...]) })
        if media.isEmpty {
            guard attributes.count < SDPLimits.attributes else { throw .sdpTooManyAttributes }
            attributes.append(attribute)
        } else {
            let last = media.count - 1
            guard media[last].attributes.count < SDPLimits.attributes else { throw .sdpTooManyAttributes }
            media[last].attributes.append(attribute)
        }
    }

    private mutating func addOther(_ line: Line) throws(ParseError) {
        if media.isEmpty {
            guard lines.count < SDPLimits.attributes else { throw .sdpTooManyAttributes }
            lines.append(line)
        } else {
            guard "ibk".contains(line.letter) else { throw .sdpMisplacedLine }
            let last = media.count - 1
            guard media[last].lines.count < SDPLimits.attributes else { throw .sdpTooManyAttributes }
            media[last].lines.append(line)
        }
    }
}

extension MediaDescription {
    /// `audio 9 UDP/TLS/RTP/SAVPF 111 9`
    fileprivate init(mediaLine text: String) throws(ParseError) {
        let fields = text.split(separator: " ")
        guard fields.count >= 4, fields[0].isToken else { throw .sdpBadMedia }
        guard fields.count - 3 <= SDPLimits.formats else { throw .sdpTooManyFormats }
        let ports = fields[1].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = ports.first, first.isDigits, let port = UInt16(first) else { throw .sdpBadPort }
        self.init(
            kind: Kind(rawValue: String(fields[0])), port: port, proto: String(fields[2]),
            formats: fields[3...].map(String.init), connection: nil)
        if ports.count == 2 {
            guard ports[1].isDigits else { throw .sdpBadPort }
            portCount = String(ports[1])
        }
    }
}
