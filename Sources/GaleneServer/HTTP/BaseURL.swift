// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// The externally visible address of the server, without a final slash.
struct BaseURL: Equatable {
    var scheme: String
    var host: String
    /// Empty, or beginning with a slash.
    var path: String

    /// - Parameters:
    ///   - proxy: the configured `proxyURL`, of which each component that is present replaces ours.
    ///   - host: the request's `Host`.
    init(proxy: String?, host: String, isTLS: Bool) {
        scheme = isTLS ? "https" : "http"
        self.host = host
        path = ""
        guard let proxy, !proxy.isEmpty else { return }
        var rest = proxy[...]
        if let colon = rest.firstIndex(of: ":"), rest[..<colon].allSatisfy({ $0.isLetter }) {
            scheme = rest[..<colon].lowercased()
            rest = rest[rest.index(after: colon)...]
        }
        if rest.hasPrefix("//") {
            rest = rest.dropFirst(2)
            let end = rest.firstIndex(of: "/") ?? rest.endIndex
            if end > rest.startIndex { self.host = String(rest[..<end]) }
            rest = rest[end...]
        }
        while rest.hasSuffix("/") { rest = rest.dropLast() }
        if !rest.isEmpty { path = rest.hasPrefix("/") ? String(rest) : "/\(rest)" }
    }

    var text: String { "\(scheme)://\(host)\(path)" }

    /// Where the page of a group is.
    func page(ofGroup name: String) -> String { "\(text)/group/\(RequestPath.encode(name))/" }

    /// Where clients connect to.
    var webSocket: String { "\(scheme == "https" ? "wss" : "ws")://\(host)\(path)/ws" }

    /// Whether a `Host` field looks like one: it is echoed in `.status`, so nothing else may get in.
    static func isPlausible(host: String) -> Bool {
        (1...255).contains(host.utf8.count)
            && host.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-._:[]".utf8.contains(byte)
                }
            }
    }
}
