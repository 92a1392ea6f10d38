// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Where a server of this process listens: the value of `-http` or `-metrics`.
public enum ListenAddress: Equatable, Sendable {
    /// `host` is `nil` for every address of the machine.
    case tcp(host: String?, port: Int)
    case unixSocket(path: String)

    /// - Parameter option: where the text is from, for the error's sake.
    /// - Throws: when the text is none of `:PORT`, `HOST:PORT`, `[IPV6]:PORT`, `/PATH`.
    public init(_ text: String, option: String = "http") throws(StartupError) {
        if text.hasPrefix("/") {
            self = .unixSocket(path: text)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw StartupError("option -\(option): \"\(text)\" is not an address: expected HOST:PORT, :PORT or /PATH")
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw StartupError("option -\(option): write the IPv6 address of \"\(text)\" in brackets")
        }
        self = .tcp(host: host.isEmpty ? nil : String(host), port: Int(port))
    }

    /// The same without a host taken for this machine's own programs: what is not meant for everybody.
    var onLoopback: ListenAddress {
        if case .tcp(nil, let port) = self { .tcp(host: "127.0.0.1", port: port) } else { self }
    }
}
