// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import ICE
import NIOCore
public import NIOSSL
import RTCBase
import STUN
import TURN

/// The servers of a configuration as an ICE agent wants them: by address.
public struct ICEServers: Sendable {
    /// What a configuration says of a server.
    public struct Description: Sendable {
        public var urls: [String]
        public var username: String
        public var credential: String

        public init(urls: [String], username: String = "", credential: String = "") {
            self.urls = urls
            self.username = username
            self.credential = credential
        }
    }

    /// None.
    public init() {}

    var stun: [TransportAddress] = []
    var turn: [TURNServer] = []
    /// The name that the certificate of each TURN server has to bear.
    var turnNames: [String] = []
    /// What is believed of such certificates; `nil` for what the system believes.
    var tls: NIOSSLContext?
    /// Whether every name has been looked up, so that asking again would bring nothing new.
    public private(set) var isComplete = true

    /// URLs that are looked at; a configuration has a few.
    static let maximumURLs = 16

    /// How long names may take to be looked up, all together: somebody waits for a stream, and without servers it mostly
    /// connects as well. A resolver that is asked in vain takes 10 s by itself, and more with several servers.
    public static let lookUpTimeout = Duration.seconds(5)

    /// Looks the names up, off every event loop. What cannot be found, or not within ``lookUpTimeout``, or is no server's
    /// URL, is left out: a meeting mostly goes without.
    ///
    /// - Parameter tls: for connections to TURN servers over TLS; `nil` for certificates that the system believes.
    public static func resolve(_ descriptions: [Description], tls: NIOSSLContext? = nil) async -> ICEServers {
        await resolve(descriptions, tls: tls, timeout: lookUpTimeout, lookUp: HostLookUp.ofSystem)
    }

    static func resolve(
        _ descriptions: [Description], tls: NIOSSLContext? = nil, timeout: Duration,
        lookUp: @escaping HostLookUp.Function
    ) async -> ICEServers {
        var servers = ICEServers()
        servers.tls = tls
        let urls =
            descriptions
            .flatMap { description in description.urls.map { (description, $0) } }
            .prefix(maximumURLs)
            .compactMap { description, text in ICEServerURL(text).map { (description, $0) } }
        let found = await HostLookUp.addresses(of: Set(urls.map(\.1.host)), timeout: timeout, by: lookUp)
        for (description, url) in urls {
            switch found[url.host] {
            case .some(.some(let address)):
                servers.add(url, TransportAddress(address, port: url.port), description)
            case .some(.none): break
            case .none: servers.isComplete = false
            }
        }
        return servers
    }

    private mutating func add(_ url: ICEServerURL, _ address: TransportAddress, _ description: Description) {
        switch url.scheme {
        case .stun: stun.append(address)
        // STUN over TLS says nothing of UDP's way through a NAT.
        case .stuns: break
        case .turn, .turns:
            let isSecure = url.scheme == .turns
            // TURN over DTLS is nobody's.
            guard !(isSecure && url.transport == .udp) else { return }
            let credentials =
                description.username.isEmpty
                ? nil : LongTermCredentials(username: description.username, password: description.credential)
            turn.append(
                TURNServer(
                    address, transport: isSecure ? .tls : url.transport == .tcp ? .tcp : .udp, credentials: credentials)
            )
            turnNames.append(url.host)
        }
    }

    /// Puts the servers into an agent's configuration.
    public func apply(to configuration: inout ICEAgent.Configuration) {
        configuration.stunServers = stun
        configuration.turnServers = turn
    }
}
