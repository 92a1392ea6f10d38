// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import RTCBase
import RTCTestKit
import STUN
import TURN
import Testing

/// Two full agents, each perhaps behind a NAT, STUN and TURN servers, and a signalling that takes its time.
///
/// Every agent's own sockets, and one for each TURN server, are at its hosts' addresses. What goes to a private address
/// outside its network goes nowhere, and is counted.
struct Internet {
    struct Datagram {
        var bytes: [UInt8]
        var source: TransportAddress
        var destination: TransportAddress
    }

    struct Node {
        var agent: ICEAgent
        var sockets: [TransportAddress]
        /// Which of ``Internet/nats`` it is behind.
        var nat: Int?
        var events: [ICEEvent] = []
        /// What the agent handed on that is not its own: from a relay, and directly.
        var received: [[UInt8]] = []
        /// Candidates that the peer is never told of.
        var isMute: (ICECandidate) -> Bool = { _ in false }
        var isOffline = false
    }

    private enum Signal {
        case candidate(String)
        case end
    }

    private(set) var now = Instant.zero
    var nodes: [Node] = []
    var nats: [SimulatedNAT]
    var servers: [SimulatedTURNServer]
    private var net: NetworkEmulator<Datagram>
    private var signals: [(at: Instant, to: Int, what: Signal)] = []
    var signallingDelay = Duration.milliseconds(60)
    var random: SeededRandom
    /// Datagrams to private addresses of somewhere else.
    private(set) var astray = 0
    /// Paths on which no datagram arrives: by source and destination address.
    var isCut: (TransportAddress, TransportAddress) -> Bool = { _, _ in false }

    /// - Parameters:
    ///   - roles: of the two agents.
    ///   - nats: of the two agents; both may have the same place in ``nats``.
    init(
        seed: UInt64, conditions: NetworkConditions = NetworkConditions(delay: .milliseconds(10)),
        roles: (ICERole, ICERole) = (.controlling, .controlled), hosts: ([TransportAddress], [TransportAddress]),
        nats: [SimulatedNAT] = [], behind: (Int?, Int?) = (nil, nil), servers: [SimulatedTURNServer] = [],
        configuration: ICEAgent.Configuration = .init(), second: ICEAgent.Configuration? = nil
    ) {
        random = SeededRandom(seed: seed)
        net = NetworkEmulator(conditions, seed: random.next())
        self.nats = nats
        self.servers = servers
        let plans = [
            (roles.0, hosts.0, behind.0, configuration), (roles.1, hosts.1, behind.1, second ?? configuration),
        ]
        for (role, sockets, nat, configuration) in plans {
            var agent = ICEAgent(
                local: .random(using: &random), role: role, configuration: configuration, using: &random, now: .zero)
            for (index, socket) in sockets.enumerated() {
                agent.addLocal(.host(socket, preference: UInt16(65535 - index)), now: .zero)
            }
            nodes.append(Node(agent: agent, sockets: sockets, nat: nat))
        }
    }

    /// Both gather, and know each other's credentials after a trip of the signalling.
    mutating func connect() {
        for index in 0...1 { nodes[index].agent.gather(now: now) }
        drain()
        run(for: signallingDelay)
        for index in 0...1 { nodes[index].agent.setRemote(nodes[1 - index].agent.local, now: now) }
        drain()
    }

    /// New credentials on both sides, signalled as by an offer and its answer.
    mutating func restart() {
        for index in 0...1 {
            nodes[index].agent.restart(local: .random(using: &random), now: now)
            drain()
            run(for: signallingDelay)
        }
        for index in 0...1 { nodes[index].agent.setRemote(nodes[1 - index].agent.local, now: now) }
        drain()
    }

    /// An agent's host leaves its network for another one.
    mutating func move(_ index: Int, to socket: TransportAddress, nat: Int?) {
        let old = nodes[index].sockets
        nodes[index].sockets = [socket]
        nodes[index].nat = nat
        for address in old { nodes[index].agent.removeLocal(address.address, now: now) }
        nodes[index].agent.addLocal(.host(socket), now: now)
        for server in nodes[index].agent.configuration.turnServers.indices {
            nodes[index].agent.disconnect(server: UInt8(server), now: now)
            nodes[index].agent.allocate(server: UInt8(server), now: now)
        }
        drain()
    }

    var conditions: NetworkConditions {
        get { net.conditions }
        set { net.conditions = newValue }
    }

    // MARK: - What is asked of it

    /// Whether both have a path, and what each sends on its own reaches the other.
    var isConnected: Bool { nodes.allSatisfy { $0.agent.selectedPath != nil } }

    /// How the path looks from one side: the kinds of its candidates.
    func kinds(_ index: Int) -> [ICECandidate.Kind] {
        guard let pair = nodes[index].agent.selectedPair else { return [] }
        return [pair.local.kind, pair.remote.kind]
    }

    /// Whether both sides use the same two ends.
    var isConsistent: Bool {
        guard let a = nodes[0].agent.selectedPair, let b = nodes[1].agent.selectedPair else { return false }
        return a.local.address == b.remote.address && a.remote.address == b.local.address
    }

    /// What each side uses, for people.
    var paths: String {
        nodes.map { node in
            let pair = node.agent.selectedPair
            let ends = pair.map { "\($0.local.kind) \($0.local.address) to \($0.remote.kind) \($0.remote.address)" }
            return "\(node.agent.role): \(ends ?? "none")"
        }.joined(separator: ", ")
    }

    /// Whether a server relays on the path in use.
    var isRelayed: Bool { kinds(0).contains(.relay) && kinds(1).contains(.relay) }

    /// Sends what is neither STUN nor ICE's on the selected path.
    mutating func send(_ bytes: [UInt8], from index: Int) {
        guard let path = nodes[index].agent.selectedPath,
            let transmit = nodes[index].agent.encapsulate(bytes, for: path)
        else { return }
        emit(transmit, from: index)
    }

    /// What each side sends on its path arrives at the other, within a second.
    mutating func expectData(_ location: SourceLocation = #_sourceLocation) {
        for index in 0...1 {
            nodes[1 - index].received = []
            let bytes = [0x80, UInt8(index)] + [UInt8](repeating: 7, count: 100 + index)
            send(bytes, from: index)
            run(for: .seconds(1))
            let arrives = nodes[1 - index].received.contains(bytes)
            #expect(arrives, "from agent \(index)", sourceLocation: location)
        }
    }

    // MARK: - Time

    mutating func run(for duration: Duration) { run(until: now + duration) { _ in false } }

    mutating func run(until end: Instant, _ isDone: (Internet) -> Bool = { $0.isConsistent }) {
        drain()
        var steps = 0
        while !isDone(self) {
            let next = (nodes.map(\.agent.deadline) + [net.deadline] + signals.map { $0.at }).compactMap { $0 }.min()
            guard let next, next <= end else {
                now = max(now, end)
                return
            }
            steps += 1
            if steps > 400_000 {
                Issue.record("a deadline that is not met by handling it")
                return
            }
            now = max(now, next)
            while let datagram = net.receive(now: now) { deliver(datagram) }
            while let index = signals.firstIndex(where: { $0.at <= now }) { deliver(signals.remove(at: index)) }
            for index in nodes.indices {
                nodes[index].agent.handleTimeout(now: now)
                if let deadline = nodes[index].agent.deadline {
                    #expect(deadline > now, "an agent must have done what was due")
                }
            }
            drain()
        }
    }

    private mutating func drain() {
        for index in nodes.indices {
            var events: [ICEEvent] = []
            while let event = nodes[index].agent.pollEvent() { events.append(event) }
            nodes[index].events += events
            for event in events {
                switch event {
                case .candidate(let candidate) where !nodes[index].isMute(candidate):
                    signals.append((now + signallingDelay, 1 - index, .candidate(candidate.attributeText)))
                case .gatheringComplete: signals.append((now + signallingDelay, 1 - index, .end))
                default: break
                }
            }
            while let transmit = nodes[index].agent.pollTransmit() {
                #expect(transmit.bytes.count <= 1300)
                emit(transmit, from: index)
            }
            while let data = nodes[index].agent.pollReceived() { nodes[index].received.append(data.bytes) }
        }
    }

    private mutating func deliver(_ signal: (at: Instant, to: Int, what: Signal)) {
        switch signal.what {
        case .candidate(let text):
            guard case .candidate(let candidate)? = try? ICECandidateLine(parsing: text) else { return }
            nodes[signal.to].agent.addRemote(candidate, now: now)
        case .end: nodes[signal.to].agent.endOfRemoteCandidates(now: now)
        }
    }

    // MARK: - The network

    /// The socket for a TURN server stands beside the first one of its family.
    private func flow(_ relay: UInt8, of index: Int) -> TransportAddress? {
        let isV4 = nodes[index].agent.configuration.turnServers[Int(relay)].address.address.isIPv4
        return nodes[index].sockets.first { $0.address.isIPv4 == isV4 }
            .map { TransportAddress($0.address, port: 61000 + UInt16(relay)) }
    }

    private mutating func emit(_ transmit: ICETransmit, from index: Int) {
        guard !nodes[index].isOffline else { return }
        let source: TransportAddress?
        if let relay = transmit.relay {
            source = flow(relay, of: index)
        } else {
            source = nodes[index].sockets.first { $0.address == transmit.local }
        }
        // An address that is gone.
        guard let source else { return }
        route(transmit.bytes, from: source, nat: nodes[index].nat, to: transmit.remote)
    }

    private mutating func route(
        _ bytes: [UInt8], from source: TransportAddress, nat: Int?, to destination: TransportAddress
    ) {
        var datagram = Datagram(bytes: bytes, source: source, destination: destination)
        let isNeighbour = nodes.contains { $0.nat == nat && $0.sockets.contains(destination) }
        if let nat, !isNeighbour {
            guard !Self.isPrivate(destination.address), nats[nat].external != destination.address else {
                astray += 1
                return
            }
            if source.address.isIPv4 { datagram.source = nats[nat].translate(source, to: destination) }
        } else if nat == nil, Self.isPrivate(destination.address) {
            astray += 1
            return
        }
        guard !isCut(datagram.source, datagram.destination) else { return }
        net.send(datagram, size: bytes.count, now: now)
    }

    static func isPrivate(_ address: IPAddress) -> Bool {
        guard let v4 = address.v4 else { return false }
        return v4 >> 24 == 10 || v4 >> 16 == 0xc0a8
    }

    private mutating func deliver(_ datagram: Datagram) {
        let (source, destination) = (datagram.source, datagram.destination)
        if let index = servers.firstIndex(where: { $0.address == destination }) {
            let isStream = nodes.contains { node in
                node.agent.configuration.turnServers.contains { $0.address == destination && $0.transport.isStream }
            }
            for answer in servers[index].receive(datagram.bytes, from: source, isStream: isStream, now: now) {
                route(answer.bytes, from: answer.source, nat: nil, to: answer.destination)
            }
            return
        }
        if let index = servers.firstIndex(where: { $0.owns(destination) }) {
            for out in servers[index].receiveAtRelay(datagram.bytes, from: source, to: destination, now: now) {
                route(out.bytes, from: out.source, nat: nil, to: out.destination)
            }
            return
        }
        if let nat = nats.firstIndex(where: { $0.external == destination.address }) {
            guard let inside = nats[nat].admit(from: source, to: destination.port) else { return }
            arrive(datagram, at: inside, nat: nat)
            return
        }
        let isLocal = nodes.contains { $0.nat != nil && $0.sockets.contains(source) }
        for index in nodes.indices where nodes[index].nat == nil || isLocal || !destination.address.isIPv4 {
            if owns(index, destination) { arrive(datagram, at: destination, nat: nodes[index].nat) }
        }
    }

    private func owns(_ index: Int, _ address: TransportAddress) -> Bool {
        nodes[index].sockets.contains(address)
            || nodes[index].sockets.contains { $0.address == address.address }
                && address.port >= 61000
    }

    private mutating func arrive(_ datagram: Datagram, at socket: TransportAddress, nat: Int?) {
        guard
            let index = nodes.firstIndex(where: {
                $0.nat == nat && $0.sockets.contains { $0.address == socket.address }
            }),
            !nodes[index].isOffline
        else { return }
        if socket.port >= 61000 {
            let relay = UInt8(socket.port - 61000)
            guard Int(relay) < nodes[index].agent.configuration.turnServers.count else { return }
            let isStream = nodes[index].agent.configuration.turnServers[Int(relay)].transport.isStream
            var rest = datagram.bytes[...]
            // A stream comes in whatever pieces.
            while !rest.isEmpty {
                let size = isStream ? min(rest.count, Int(random.next() % 40) + 1) : rest.count
                let piece = Array(rest.prefix(size))
                nodes[index].agent.receive(piece.span.bytes, fromServer: relay, now: now)
                rest = rest.dropFirst(size)
            }
        } else if STUNMessage.isSTUN(datagram.bytes.span.bytes) {
            nodes[index].agent.receive(
                datagram.bytes.span.bytes, from: datagram.source, to: socket.address, now: now)
        } else if nodes[index].agent.accepts(from: datagram.source) {
            nodes[index].received.append(datagram.bytes)
        }
    }
}
