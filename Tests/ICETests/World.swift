// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import RTCBase
import RTCTestKit
import STUN
import Testing

/// A client behind a NAT and a lite server, in virtual time, with a network between them that does what it is told.
struct World {
    struct Datagram {
        var bytes: [UInt8]
        var source: TransportAddress
        var destination: TransportAddress
    }

    var client: ICEAgent
    var server: ICELiteAgent
    private(set) var now = Instant.zero
    private(set) var clientEvents: [ICEEvent] = []
    private(set) var serverEvents: [ICEEvent] = []
    private var up: NetworkEmulator<Datagram>
    private var down: NetworkEmulator<Datagram>
    private let clientSockets: [TransportAddress]
    /// What the client's sockets look like from outside; a change of it is a NAT that moves the client.
    var outside: [TransportAddress: TransportAddress]
    /// Server addresses behind which there is nothing.
    var dead: Set<TransportAddress> = []
    /// Datagrams to addresses that nobody has, by address: what a victim would get.
    private(set) var astray: [TransportAddress: Int] = [:]
    var random: SeededRandom

    init(
        seed: UInt64, conditions: NetworkConditions, clientSockets: [TransportAddress],
        serverAddresses: [TransportAddress]
    ) {
        random = SeededRandom(seed: seed)
        let clientCredentials = ICECredentials.random(using: &random)
        let serverCredentials = ICECredentials.random(using: &random)
        client = ICEAgent(local: clientCredentials, using: &random, now: .zero)
        server = ICELiteAgent(local: serverCredentials, using: &random, now: .zero)
        up = NetworkEmulator(conditions, seed: random.next())
        down = NetworkEmulator(conditions, seed: random.next())
        self.clientSockets = clientSockets
        outside = Dictionary(uniqueKeysWithValues: clientSockets.map { ($0, $0) })
        for (index, socket) in clientSockets.enumerated() {
            client.addLocal(.host(socket, preference: UInt16(65535 - index)), now: .zero)
        }
        signal(serverAddresses)
    }

    /// The signalling: each side learns the other's credentials, the client the server's candidates, first is best.
    mutating func signal(_ serverAddresses: [TransportAddress]) {
        client.setRemote(server.local, now: now)
        server.setRemote(client.local, now: now)
        for (index, address) in serverAddresses.enumerated() {
            client.addRemote(.host(address, preference: UInt16(65535 - index)), now: now)
        }
        drain()
    }

    var conditions: NetworkConditions {
        get { up.conditions }
        set {
            up.conditions = newValue
            down.conditions = newValue
        }
    }

    var isConnected: Bool { client.selectedPath != nil && server.selectedPath != nil }

    /// Whether what the client sends arrives where the server sends to, and the other way round.
    var isConsistent: Bool {
        guard let there = client.selectedPath, let back = server.selectedPath else { return false }
        guard let socket = clientSockets.first(where: { $0.address == there.local }) else { return false }
        return outside[socket] == back.remote && there.remote.address == back.local
    }

    mutating func run(for duration: Duration) { run(until: now + duration) { _ in false } }

    /// Runs until `end`, or until `isDone` holds.
    mutating func run(until end: Instant, _ isDone: (World) -> Bool = { $0.isConsistent }) {
        drain()
        var steps = 0
        while !isDone(self) {
            let next = [client.deadline, server.deadline, up.deadline, down.deadline].compactMap { $0 }.min()
            guard let next, next <= end else {
                now = max(now, end)
                return
            }
            steps += 1
            if steps > 200_000 {
                Issue.record("a deadline that is not met by handling it")
                return
            }
            now = max(now, next)
            while let datagram = up.receive(now: now) { arriveAtServer(datagram) }
            while let datagram = down.receive(now: now) { arriveAtClient(datagram) }
            client.handleTimeout(now: now)
            server.handleTimeout(now: now)
            drain()
            if let deadline = client.deadline { #expect(deadline > now, "the client must have done what was due") }
            if let deadline = server.deadline { #expect(deadline > now, "the server must have done what was due") }
        }
    }

    /// A check with the client's own credentials and a forged source, as a malicious participant would send it.
    mutating func forge(from source: TransportAddress, to destination: TransportAddress) {
        let check = CheckMessage(
            id: .random(using: &random), username: "\(server.local.ufrag):\(client.local.ufrag)",
            password: server.local.password, nominates: true)
        server.receive(check.bytes.span.bytes, from: source, to: destination.address, now: now)
        drain()
    }

    private mutating func arriveAtServer(_ datagram: Datagram) {
        guard !dead.contains(datagram.destination) else { return }
        server.receive(
            datagram.bytes.span.bytes, from: datagram.source, to: datagram.destination.address, now: now)
    }

    private mutating func arriveAtClient(_ datagram: Datagram) {
        guard let socket = outside.first(where: { $0.value == datagram.destination })?.key else {
            astray[datagram.destination, default: 0] += 1
            return
        }
        client.receive(datagram.bytes.span.bytes, from: datagram.source, to: socket.address, now: now)
    }

    private mutating func drain() {
        for transmit in client.drain() {
            #expect(transmit.bytes.count <= 1200)
            guard let socket = clientSockets.first(where: { $0.address == transmit.local }),
                let source = outside[socket]
            else { continue }
            let datagram = Datagram(bytes: transmit.bytes, source: source, destination: transmit.remote)
            up.send(datagram, size: transmit.bytes.count, now: now)
        }
        for transmit in server.drain() {
            #expect(transmit.bytes.count <= 1200)
            let source = TransportAddress(transmit.local, port: serverAddress.port)
            let datagram = Datagram(bytes: transmit.bytes, source: source, destination: transmit.remote)
            down.send(datagram, size: transmit.bytes.count, now: now)
        }
        clientEvents += client.drainEvents()
        serverEvents += server.drainEvents()
        // The invariant of the whole machine: media goes to nobody who has not answered.
        if let remote = server.selectedPath?.remote { #expect(everOutside.contains(remote)) }
        everOutside.formUnion(outside.values)
    }

    /// All addresses that the client has ever had.
    private var everOutside: Set<TransportAddress> = []
}

extension TransportAddress {
    init(_ text: String, _ port: UInt16) { self.init(IPAddress(text)!, port: port) }
}

let clientV4 = TransportAddress("10.0.0.5", 50000)
let clientV6 = TransportAddress("2001:db8:1::5", 50000)
let serverV4 = TransportAddress("192.0.2.1", 7000)
let serverV6 = TransportAddress("2001:db8:2::1", 7000)
