// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Where the web server listens: the value of `-http`.
public enum ListenAddress: Equatable, Sendable {
    /// `host` is `nil` for every address of the machine.
    case tcp(host: String?, port: Int)
    case unixSocket(path: String)

    /// - Throws: when the text is none of `:PORT`, `HOST:PORT`, `[IPV6]:PORT`, `/PATH`.
    public init(_ text: String) throws(StartupError) {
        if text.hasPrefix("/") {
            self = .unixSocket(path: text)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw StartupError("option -http: \"\(text)\" is not an address: expected HOST:PORT, :PORT or /PATH")
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw StartupError("option -http: write the IPv6 address of \"\(text)\" in brackets")
        }
        self = .tcp(host: host.isEmpty ? nil : String(host), port: Int(port))
    }
}
