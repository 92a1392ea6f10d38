// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import GaleneClient

/// What a load test does.
public struct LoadOptions: Sendable {
    public enum Shape: Sendable, Hashable {
        /// So many clients that only publish and so many that only receive.
        case separate(publishers: Int, subscribers: Int)
        /// So many clients of which each publishes and receives all others.
        case each(Int)

        /// As they were asked for.
        var counts: [Int] {
            switch self {
            case .separate(let publishers, let subscribers): [publishers, subscribers]
            case .each(let clients): [clients]
            }
        }
    }

    public var group: ServerURL
    public var shape: Shape
    public var username: String
    public var password: String
    /// Instead of name and password.
    public var token: String?
    /// Packets a second of each publisher.
    public var rate: Double
    public var burst: Int
    public var packetSize: Int
    public var duration: Duration
    public var warmUp: Duration
    /// Members a second that leave and come again: of those that receive, in turn. 0, or from 0.001 to 100.
    public var churn = 0.0
    /// The share of the packets that come to a member that is thrown away, from 0 to 0.5.
    public var loss = 0.0
    /// The share of the media that publishers send that is thrown away on its way, what is sent again too, from 0 to 0.5.
    public var upLoss = 0.0
    /// For which packets those are.
    public var seed: UInt64 = 1
    /// Publishers send a second encoding with a fifth of the packets, and every other receiver asks for that one.
    public var simulcast = false
    /// How much less the low encoding is.
    static let lowDivisor = 5.0
    /// Threads of the generator.
    public var threads: Int
    /// False for servers with a certificate that nobody vouches for.
    public var verifiesCertificate: Bool
    /// Files with certificates (PEM) of authorities to believe beside those of the system.
    public var certificateAuthorities: [String] = []
    /// A process on this machine whose CPU time and memory are measured.
    public var serverPID: Int32?

    public init(
        group: ServerURL, shape: Shape, username: String = "load", password: String = "", rate: Double = 300,
        burst: Int = 1, packetSize: Int = 1150, duration: Duration = .seconds(10), warmUp: Duration = .seconds(3),
        threads: Int = 1, verifiesCertificate: Bool = true, serverPID: Int32? = nil
    ) {
        self.group = group
        self.shape = shape
        self.username = username
        self.password = password
        self.rate = rate
        self.burst = burst
        self.packetSize = packetSize
        self.duration = duration
        self.warmUp = warmUp
        self.threads = threads
        self.verifiesCertificate = verifiesCertificate
        self.serverPID = serverPID
    }

    var clientCount: Int {
        switch shape {
        case .separate(let publishers, let subscribers): publishers + subscribers
        case .each(let clients): clients
        }
    }

    var upStreamCount: Int {
        switch shape {
        case .separate(let publishers, _): publishers
        case .each(let clients): clients
        }
    }

    /// To how many receivers each packet goes.
    var receiversPerStream: Int {
        switch shape {
        case .separate(_, let subscribers): subscribers
        case .each(let clients): clients - 1
        }
    }

    var downStreamCount: Int { upStreamCount * receiversPerStream }

    func asksForLow(_ client: Int) -> Bool { simulcast && receives(client) && (client - firstReceiver) % 2 == 1 }

    private var firstReceiver: Int {
        switch shape {
        case .separate(let publishers, _): publishers
        case .each: 0
        }
    }

    /// Whether each packet that is sent should come to each receiver: otherwise only gaps tell what is lost.
    var hasConstantAudience: Bool { churn == 0 && !simulcast }

    func publishes(_ client: Int) -> Bool { client < upStreamCount }

    func receives(_ client: Int) -> Bool {
        switch shape {
        case .separate(let publishers, _): client >= publishers
        case .each: true
        }
    }
}
