// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import RTCBase
import SDP

extension ICECandidate {
    /// - Returns: `nil` for what is malformed, has a name in place of an address, or is of an unknown kind.
    init?(_ attribute: CandidateText) {
        let words = attribute.rawValue.split(separator: " ")
        guard words.count >= 8, (1...32).contains(words[0].utf8.count), words[1].isDigits,
            let component = Int(words[1]), (1...256).contains(component),
            let transport = TransportProtocol(rawValue: words[2].lowercased()), words[3].isDigits,
            let priority = UInt32(words[3]), let address = IPAddress(String(words[4])), words[5].isDigits,
            let port = UInt16(words[5]), words[6] == "typ", let kind = Kind(rawValue: String(words[7]))
        else { return nil }
        var related: IPAddress?
        var relatedPort: UInt16?
        for index in stride(from: 8, to: words.count - 1, by: 2) {
            switch words[index] {
            case "raddr": related = IPAddress(String(words[index + 1]))
            case "rport": relatedPort = UInt16(words[index + 1])
            default: continue
            }
        }
        self.init(
            foundation: String(words[0]), component: component, transport: transport, priority: priority,
            address: TransportAddress(address, port: port), kind: kind,
            relatedAddress: related.flatMap { address in relatedPort.map { TransportAddress(address, port: $0) } })
    }

    var attribute: CandidateText {
        var text = "\(foundation) \(component) \(transport.rawValue) \(priority) \(address.address) \(address.port)"
        text += " typ \(kind.rawValue)"
        if let relatedAddress { text += " raddr \(relatedAddress.address) rport \(relatedAddress.port)" }
        return CandidateText(rawValue: text)
    }
}
