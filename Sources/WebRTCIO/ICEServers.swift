// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import ICE
import NIOCore
import NIOPosix
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

    /// URLs that are looked at; a configuration has a few.
    static let maximumURLs = 16

    /// Looks the names up, off every event loop. What cannot be found, or is no server's URL, is left out: a meeting mostly
    /// goes without.
    public static func resolve(_ descriptions: [Description]) async -> ICEServers {
        var servers = ICEServers()
        var remaining = maximumURLs
        for description in descriptions {
            for text in description.urls {
                guard remaining > 0 else { return servers }
                remaining -= 1
                guard let url = ICEServerURL(text), let address = await lookUp(url) else { continue }
                servers.add(url, address, description)
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

    private static func lookUp(_ url: ICEServerURL) async -> TransportAddress? {
        let found = try? await NIOThreadPool.singleton.runIfActive {
            try SocketAddress.makeAddressResolvingHost(url.host, port: Int(url.port))
        }
        return found.flatMap { TransportAddress($0) }
    }

    /// Puts the servers into an agent's configuration.
    public func apply(to configuration: inout ICEAgent.Configuration) {
        configuration.stunServers = stun
        configuration.turnServers = turn
    }
}
