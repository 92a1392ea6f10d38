// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// The URL of a STUN or TURN server.
///
/// [RFC 7064](https://www.rfc-editor.org/rfc/rfc7064), [RFC 7065](https://www.rfc-editor.org/rfc/rfc7065).
public struct ICEServerURL: Hashable, Sendable {
    public enum Scheme: String, Sendable { case stun, stuns, turn, turns }
    public enum Transport: String, Sendable { case udp, tcp }

    public var scheme: Scheme
    /// A name or an address, without brackets.
    public var host: String
    public var port: UInt16
    /// How a TURN server is reached; with ``Scheme/turns`` TLS is over it.
    public var transport: Transport

    /// - Returns: `nil` for what is no such URL.
    public init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":"), let scheme = Scheme(rawValue: text[..<colon].lowercased()) else {
            return nil
        }
        self.scheme = scheme
        let isSecure = scheme == .stuns || scheme == .turns
        let isTURN = scheme == .turn || scheme == .turns
        transport = isSecure ? .tcp : .udp
        var rest = text[text.index(after: colon)...]
        if let mark = rest.firstIndex(of: "?") {
            let query = rest[rest.index(after: mark)...]
            guard isTURN, query.hasPrefix("transport="),
                let transport = Transport(rawValue: query.dropFirst("transport=".count).lowercased())
            else { return nil }
            self.transport = transport
            rest = rest[..<mark]
        }
        var port: Substring?
        if rest.hasPrefix("[") {
            guard let end = rest.firstIndex(of: "]") else { return nil }
            host = String(rest[rest.index(after: rest.startIndex)..<end])
            let tail = rest[rest.index(after: end)...]
            guard tail.isEmpty || tail.hasPrefix(":") else { return nil }
            port = tail.isEmpty ? nil : tail.dropFirst()
        } else {
            let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2 else { return nil }
            host = String(parts.first ?? "")
            port = parts.count == 2 ? parts[1] : nil
        }
        guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || $0 == "/" || $0 == "@" }) else { return nil }
        if let port {
            guard port.utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt16(port), number > 0 else {
                return nil
            }
            self.port = number
        } else {
            self.port = isSecure ? 5349 : 3478
        }
    }
}
