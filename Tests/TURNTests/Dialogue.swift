// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import STUN
import TURN
import Testing

let serverAddress = TransportAddress(IPAddress("192.0.2.60")!, port: 3478)
let clientAddress = TransportAddress(IPAddress("198.51.100.7")!, port: 5000)
let peer = TransportAddress(IPAddress("203.0.113.9")!, port: 7000)
let otherPeer = TransportAddress(IPAddress("203.0.113.10")!, port: 7000)
let credentials = LongTermCredentials(username: "user", password: "secret")

func milliseconds(_ count: Int) -> Instant { .zero + .milliseconds(count) }

/// A client and a simulated server that answers at once, unless a test stands between.
struct Dialogue {
    var client: TURNClient
    var server = SimulatedTURNServer(
        serverAddress, relayV4: IPAddress("192.0.2.61")!, relayV6: IPAddress("2001:db8:7::61")!)
    var now = Instant.zero
    var events: [TURNEvent] = []
    var data: [TURNData] = []
    /// What the server has sent on to peers.
    var relayed: [SimulatedTURNServer.Datagram] = []
    /// What the client has sent, with its time.
    var sent: [(at: Instant, bytes: [UInt8])] = []
    /// Lets a test change or drop an answer.
    var tamper: ([UInt8]) -> [UInt8]? = { $0 }
    /// Lets a test drop a request.
    var isLost: ([UInt8]) -> Bool = { _ in false }

    init(
        _ transport: TURNServer.Transport = .udp, credentials: LongTermCredentials? = credentials,
        wantsIPv6: Bool = true
    ) {
        var random = SeededRandom(seed: 11)
        client = TURNClient(
            TURNServer(serverAddress, transport: transport, credentials: credentials), wantsIPv6: wantsIPv6,
            using: &random)
    }

    mutating func allocate() {
        client.allocate(now: now)
        exchange()
    }

    /// Delivers until nobody has anything to say.
    mutating func exchange() {
        while true {
            while let event = client.pollEvent() { events.append(event) }
            while let datagram = client.pollData() { data.append(datagram) }
            guard let bytes = client.pollTransmit() else { return }
            sent.append((now, bytes))
            guard !isLost(bytes) else { continue }
            let isStream = client.server.transport.isStream
            for out in server.receive(bytes, from: clientAddress, isStream: isStream, now: now) {
                if out.destination == clientAddress { answer(out.bytes) } else { relayed.append(out) }
            }
        }
    }

    mutating func answer(_ bytes: [UInt8]) {
        guard let bytes = tamper(bytes) else { return }
        client.receive(bytes.span.bytes, now: now)
    }

    /// Has something sent to a peer; whether the client may.
    mutating func send(_ bytes: [UInt8], to peer: TransportAddress) -> Bool {
        let isSent = client.send(bytes, to: peer, now: now)
        exchange()
        return isSent
    }

    mutating func receive(_ bytes: [UInt8]) {
        client.receive(bytes.span.bytes, now: now)
        exchange()
    }

    /// A peer sends to the relayed address.
    mutating func hear(_ bytes: [UInt8], from peer: TransportAddress) {
        for relayed in client.relayed where relayed.address.isIPv4 == peer.address.isIPv4 {
            for out in server.receiveAtRelay(bytes, from: peer, to: relayed, now: now) { answer(out.bytes) }
        }
        exchange()
    }

    mutating func run(until end: Instant) {
        exchange()
        var steps = 0
        while let due = client.deadline, due <= end {
            steps += 1
            guard steps < 100_000 else {
                Issue.record("a deadline that is not met by handling it")
                return
            }
            now = max(now, due)
            client.handleTimeout(now: now)
            exchange()
        }
        now = max(now, end)
    }

    mutating func run(for duration: Duration) { run(until: now + duration) }

    func count(_ method: STUNMethod) -> Int { server.requests[method.rawValue] ?? 0 }
}

/// What a request says, in a form that `#expect` can hold.
struct RequestSummary: Equatable {
    var messageClass: STUNClass
    var method: STUNMethod
    var id: TransactionID
    var username: String?
    var nonce: String?
    var hasIntegrity: Bool
    var lifetime: UInt32?
    var peer: TransportAddress?
    var channel: UInt16?
}

func summary(_ bytes: [UInt8]) -> RequestSummary? {
    guard let message = try? STUNMessage(parsing: bytes.span.bytes) else { return nil }
    return RequestSummary(
        messageClass: message.messageClass, method: message.method, id: message.transactionID,
        username: (try? message.username) ?? nil, nonce: (try? message.nonce) ?? nil,
        hasIntegrity: message.hasIntegrity, lifetime: (try? message.lifetime) ?? nil,
        peer: (try? message.xorPeerAddress) ?? nil, channel: (try? message.channelNumber) ?? nil)
}
