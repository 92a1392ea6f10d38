// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// What the text of a candidate says: an address, or something that we understand and leave alone.
///
/// Names are never resolved: who looks up whatever name a peer sends lets it aim look-ups at others, and an agent that
/// is reached by checks learns the address from them anyway (peer-reflexive candidates).
public enum ICECandidateLine: Hashable, Sendable {
    case candidate(ICECandidate)
    case ignored(Reason)
    /// The empty text, with which a browser ends a generation of trickled candidates.
    case endOfCandidates

    public enum Reason: Hashable, Sendable {
        /// A `.local` name, behind which a browser hides its address
        /// ([draft-ietf-mmusic-mdns-ice-candidates](https://datatracker.ietf.org/doc/draft-ietf-mmusic-mdns-ice-candidates/)).
        case mdnsName
        /// Another name, or an address with a zone.
        case hostName
        /// A transport that is neither UDP nor TCP.
        case unknownTransport
        /// A type that no specification that we know defines.
        case unknownKind
    }

    /// Characters of one line. Chromium's longest are about 160.
    public static let maximumLength = 1024
    /// Words of one line: 8, the related address, and room for a dozen extensions.
    public static let maximumWords = 48

    /// Reads `candidate:…`, with or without `a=` before it and line ends after it.
    ///
    /// [RFC 8839 section 5.1](https://www.rfc-editor.org/rfc/rfc8839#section-5.1). Extension attributes that we do not
    /// know are skipped.
    /// - Throws: ``ParseError`` when the text is not a candidate at all.
    public init(parsing text: some StringProtocol) throws(ParseError) {
        guard text.utf8.count <= Self.maximumLength else { throw .candidateTooLong }
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else { throw .notACandidate }
        var line = String(text)[...]
        while let last = line.unicodeScalars.last, last == "\r" || last == "\n" { line.unicodeScalars.removeLast() }
        guard !line.isEmpty else {
            self = .endOfCandidates
            return
        }
        if line.hasPrefix("a=") { line = line.dropFirst(2) }
        guard line.hasPrefix("candidate:") else { throw .notACandidate }
        line = line.dropFirst("candidate:".count)
        // An SDP attribute has no line ends or tabs within; only single spaces separate.
        guard line.utf8.allSatisfy({ $0 >= 0x20 }) else { throw .notACandidate }
        let words = line.split(separator: " ")
        guard words.count >= 8, words.count <= Self.maximumWords else { throw .notACandidate }

        // foundation component transport priority address port typ KIND
        guard ICECredentials.isToken(words[0], length: 1...32) else { throw .invalidFoundation }
        guard let component = Self.number(words[1], digits: 3), (1...256).contains(component) else {
            throw .invalidComponent
        }
        // RFC 8839 section 5.1 limits priorities to 2^31 - 1; we take any 32 bits and clamp where we compute with them.
        guard let priority = Self.number(words[3], digits: 10), let priority = UInt32(exactly: priority) else {
            throw .invalidPriority
        }
        guard let port = Self.port(words[5]) else { throw .invalidPort }
        guard words[6] == "typ" else { throw .notACandidate }
        let extensions = try Self.extensions(words[8...])

        guard let transport = ICECandidate.TransportProtocol(rawValue: words[2].lowercased()) else {
            self = .ignored(.unknownTransport)
            return
        }
        guard let kind = ICECandidate.Kind(rawValue: String(words[7])) else {
            self = .ignored(.unknownKind)
            return
        }
        guard let address = IPAddress(String(words[4])) else {
            self = .ignored(words[4].lowercased().hasSuffix(".local") ? .mdnsName : .hostName)
            return
        }
        self = .candidate(
            ICECandidate(
                foundation: String(words[0]), component: component, transport: transport, priority: priority,
                address: TransportAddress(address, port: port), kind: kind,
                relatedAddress: extensions.relatedAddress, tcpType: transport == .tcp ? extensions.tcpType : nil))
    }

    private static func extensions(
        _ words: ArraySlice<Substring>
    ) throws(ParseError) -> (relatedAddress: TransportAddress?, tcpType: ICECandidate.TCPType?) {
        // Names and values alternate; a name without a value is a mistake of the sender's that costs nothing.
        var address: IPAddress?
        var port: UInt16?
        var tcpType: ICECandidate.TCPType?
        var index = words.startIndex
        while index + 1 < words.endIndex {
            let value = words[index + 1]
            switch words[index] {
            // A related name is a browser's hidden address, as unusable as it is harmless.
            case "raddr": address = IPAddress(String(value))
            case "rport":
                guard let number = Self.port(value) else { throw .invalidPort }
                port = number
            case "tcptype": tcpType = ICECandidate.TCPType(rawValue: String(value))
            default: break
            }
            index += 2
        }
        guard let address, let port else { return (nil, tcpType) }
        return (TransportAddress(address, port: port), tcpType)
    }

    private static func port(_ text: Substring) -> UInt16? {
        number(text, digits: 5).flatMap { UInt16(exactly: $0) }
    }

    /// Digits only: no sign, no space, no more than `digits`.
    private static func number(_ text: Substring, digits: Int) -> Int? {
        guard (1...digits).contains(text.utf8.count) else { return nil }
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return Int(text)
    }
}

extension ICECandidate {
    /// `candidate:FOUNDATION COMPONENT TRANSPORT PRIORITY ADDRESS PORT typ KIND …`, without `a=`: the form that trickled
    /// candidates have.
    public var attributeText: String {
        var text = "candidate:\(foundation) \(component) \(transport.rawValue) \(priority) \(address.address)"
        text += " \(address.port) typ \(kind.rawValue)"
        if let relatedAddress { text += " raddr \(relatedAddress.address) rport \(relatedAddress.port)" }
        if let tcpType { text += " tcptype \(tcpType.rawValue)" }
        return text
    }
}

extension ParseError {
    static let candidateTooLong = ParseError("the candidate is longer than the limit")
    static let notACandidate = ParseError("the text is not an ICE candidate")
    static let invalidFoundation = ParseError("the candidate's foundation is not 1 to 32 ice-chars")
    static let invalidComponent = ParseError("the candidate's component is not 1 to 256")
    static let invalidPriority = ParseError("the candidate's priority does not fit 32 bits")
    static let invalidPort = ParseError("the candidate's port is not 0 to 65535")
}
