// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A URL of `http`, `https`, `ws` or `wss`, as far as a connection needs it.
public struct ServerURL: Sendable, Hashable, CustomStringConvertible {
    public var isSecure: Bool
    /// Without brackets.
    public var host: String
    public var port: Int
    /// Begins with a slash; a query stays where it is.
    public var path: String

    /// - Returns: `nil` for another scheme, without a host, or with a port that is none.
    public init?(_ text: String) {
        // Nothing of it may end a line of a request, or look like something else there.
        guard text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7f }),
            let end = text.firstRange(of: "://")
        else { return nil }
        switch text[..<end.lowerBound].lowercased() {
        case "http", "ws": isSecure = false
        case "https", "wss": isSecure = true
        default: return nil
        }
        let rest = text[end.upperBound...].prefix { $0 != "#" }
        let slash = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        path = String(rest[slash...])
        if !path.hasPrefix("/") { path = "/" + path }
        // Somebody's name and password in a URL would end up in lists of processes and in logs.
        let authority = rest[..<slash]
        guard !authority.contains("@") else { return nil }
        var portText: Substring?
        if authority.hasPrefix("[") {
            guard let bracket = authority.firstIndex(of: "]") else { return nil }
            host = String(authority[authority.index(after: authority.startIndex)..<bracket])
            let tail = authority[authority.index(after: bracket)...]
            guard tail.isEmpty || tail.hasPrefix(":") else { return nil }
            portText = tail.isEmpty ? nil : tail.dropFirst()
        } else {
            let parts = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            host = String(parts.first ?? "")
            portText = parts.count == 2 ? parts[1] : nil
        }
        guard !host.isEmpty else { return nil }
        if let portText {
            guard let number = UInt16(portText), number > 0 else { return nil }
            port = Int(number)
        } else {
            port = isSecure ? 443 : 80
        }
    }

    /// Host and port as the `Host` header names them.
    public var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }

    public var description: String { "\(isSecure ? "https" : "http")://\(authority)\(path)" }

    /// The same server, another path.
    public func at(_ path: String) -> ServerURL {
        var url = self
        url.path = path
        return url
    }

    /// The group's name in the URL of a group's page; `nil` when it is not one.
    public var groupName: String? {
        guard let range = path.firstRange(of: "/group/") else { return nil }
        let name = path[range.upperBound...].prefix { $0 != "?" }
        let trimmed = name.hasSuffix("/") ? name.dropLast() : name
        guard !trimmed.isEmpty else { return nil }
        return Self.removingPercents(String(trimmed))
    }

    private static func removingPercents(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
