// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A STUN or TURN server as `data/ice-servers.json` names it.
public struct ICEServerDescription: Hashable, Sendable {
    public enum Credential: Hashable, Sendable {
        case none
        case password(username: String, String)
        /// Handed to clients as it stands ([RFC 7635](https://www.rfc-editor.org/rfc/rfc7635)).
        case oauth(username: String, JSONValue)
        /// A secret that is shared with the server: clients get a name that says until when it holds, and its HMAC-SHA1.
        case sharedSecret(username: String, String)
    }

    public var urls: [String]
    public var credential: Credential

    public init(urls: [String], credential: Credential = .none) {
        self.urls = urls
        self.credential = credential
    }

    /// Parses the file: an array of servers.
    ///
    /// - Returns: the servers that a browser would accept, and what is wrong with the others.
    /// - Throws: when the file is no array.
    public static func parse(_ bytes: [UInt8]) throws(FormatError) -> (servers: [Self], mistakes: [FormatError]) {
        guard let elements = try JSONValue(parsing: bytes, limits: .file).arrayValue else {
            throw FormatError(reason: "is not an array")
        }
        var servers: [Self] = []
        var mistakes: [FormatError] = []
        for (number, element) in elements.enumerated() {
            do throws(FormatError) {
                servers.append(try within("\(number)") { () throws(FormatError) in try Self(element) })
            } catch {
                mistakes.append(error)
            }
        }
        return (servers, mistakes)
    }

    init(_ value: JSONValue) throws(FormatError) {
        let fields = try JSONFields(value)
        try fields.requireKnown(["urls", "username", "credential", "credentialType"])
        // Browsers take one text as well as an array.
        let urls = if case .string(let url)? = fields.value("urls") { [url] } else { try fields.strings("urls") ?? [] }
        guard !urls.isEmpty, urls.allSatisfy({ Self.scheme($0) != nil }) else {
            throw FormatError(path: "urls", reason: "is not a list of stun:, stuns:, turn: or turns: URLs")
        }
        self.urls = urls
        let username = try fields.string("username") ?? ""
        switch try fields.string("credentialType") ?? "" {
        case "", "password":
            if let password = try fields.string("credential") {
                credential = .password(username: username, password)
            } else {
                credential = .none
            }
        case "oauth":
            guard let value = fields.value("credential"), value.objectValue != nil else {
                throw FormatError(path: "credential", reason: "is not an object")
            }
            credential = .oauth(username: username, value)
        case "hmac-sha1":
            guard let secret = try fields.nonEmptyString("credential") else {
                throw FormatError(path: "credential", reason: "is missing")
            }
            credential = .sharedSecret(username: username, secret)
        default: throw FormatError(path: "credentialType", reason: "is not password, oauth or hmac-sha1")
        }
        // A browser makes no connection at all when it is told of a TURN server without these.
        let isRelay = urls.contains { Self.scheme($0)?.hasPrefix("turn") == true }
        switch credential {
        case .none where isRelay: throw FormatError(path: "credential", reason: "is missing")
        case .password where username.isEmpty && isRelay: throw FormatError(path: "username", reason: "is missing")
        default: break
        }
    }

    private static func scheme(_ url: String) -> Substring? {
        guard let colon = url.firstIndex(of: ":"), url.index(after: colon) < url.endIndex else { return nil }
        let scheme = url[..<colon]
        return ["stun", "stuns", "turn", "turns"].contains(scheme) ? scheme : nil
    }
}
