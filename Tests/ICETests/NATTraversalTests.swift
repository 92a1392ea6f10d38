// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import RTCBase
import RTCTestKit
import STUN
import TURN
import Testing

let insideA = TransportAddress("10.0.0.2", 5000)
let insideB = TransportAddress("192.168.1.3", 6000)
let outsideA = IPAddress("198.51.100.1")!
let outsideB = IPAddress("203.0.113.1")!
let stunAddress = TransportAddress("192.0.2.50", 3478)
let turnAddress = TransportAddress("192.0.2.60", 3478)

func makeServer() -> SimulatedTURNServer {
    SimulatedTURNServer(
        turnAddress, relayV4: IPAddress("192.0.2.61")!, relayV6: IPAddress("2001:db8:7::61")!)
}

func makeSTUNServer() -> SimulatedTURNServer { SimulatedTURNServer(stunAddress, relayV4: IPAddress("192.0.2.51")!) }

let turnCredentials = LongTermCredentials(username: "user", password: "secret")

func makeConfiguration(
    turn transport: TURNServer.Transport? = .udp, credentials: LongTermCredentials? = turnCredentials
) -> ICEAgent.Configuration {
    var configuration = ICEAgent.Configuration()
    configuration.stunServers = [stunAddress]
    if let transport {
        configuration.turnServers = [TURNServer(turnAddress, transport: transport, credentials: credentials)]
    }
    return configuration
}

/// How two NATs let two agents meet.
struct NATCase: CustomTestStringConvertible, Sendable {
    var name: String
    var a: SimulatedNAT.Behaviour?
    var b: SimulatedNAT.Behaviour?
    var isRelayed: Bool

    var testDescription: String { name }

    static let kinds: [(String, SimulatedNAT.Behaviour?)] = [
        ("public", nil), ("full cone", .fullCone), ("address-restricted", .addressRestricted),
        ("port-restricted", .portRestricted), ("symmetric", .symmetric),
    ]

    /// Each with each. RFC 5128 section 3.4: two NATs can be traversed unless one makes a mapping of its own for each peer
    /// (symmetric) and the other one admits only whom it has sent to at that very port.
    static let all: [NATCase] = kinds.flatMap { first in
        kinds.map { second in
            let isStrict = ["port-restricted", "symmetric"]
            let isRelayed =
                first.0 == "symmetric" && isStrict.contains(second.0)
                || second.0 == "symmetric" && isStrict.contains(first.0)
            return NATCase(name: "\(first.0) and \(second.0)", a: first.1, b: second.1, isRelayed: isRelayed)
        }
    }

    /// Every mapping with every filtering (RFC 4787), against the same.
    static let behaviours: [SimulatedNAT.Behaviour] = SimulatedNAT.Dependence.allCases.flatMap { mapping in
        SimulatedNAT.Dependence.allCases.map { SimulatedNAT.Behaviour(mapping: mapping, filtering: $0) }
    }

    func makeInternet(
        seed: UInt64, conditions: NetworkConditions = NetworkConditions(delay: .milliseconds(10)),
        configuration: ICEAgent.Configuration = makeConfiguration()
    ) -> Internet {
        var nats: [SimulatedNAT] = []
        var behind: (Int?, Int?) = (nil, nil)
        if let a {
            behind.0 = nats.count
            nats.append(SimulatedNAT(a, external: outsideA))
        }
        if let b {
            behind.1 = nats.count
            nats.append(SimulatedNAT(b, external: outsideB))
        }
        return Internet(
            seed: seed, conditions: conditions,
            roles: seed % 2 == 0 ? (.controlling, .controlled) : (.controlled, .controlling),
            hosts: (a == nil ? [publicA] : [insideA], b == nil ? [publicB] : [insideB]), nats: nats, behind: behind,
            servers: [makeSTUNServer(), makeServer()], configuration: configuration)
    }
}

@Suite("ICE through NATs", .rfc(8445, "2"))
struct NATTraversalTests {
    @Test(arguments: NATCase.all)
    func `each with each: direct where the NATs let it, relayed where they do not`(nats: NATCase) {
        for seed in 0..<4 as Range<UInt64> {
            var net = nats.makeInternet(seed: seed)
            net.connect()
            net.run(for: .seconds(8))
            #expect(net.isConsistent)
            #expect(net.isRelayed == nats.isRelayed)
            if nats.a == nil, nats.b == nil { #expect(net.kinds(0) == [.host, .host]) }
            net.expectData()
            net.run(for: .seconds(60))
            #expect(net.isConsistent)
            net.expectData()
            #expect(net.nodes.allSatisfy { !$0.events.contains(.disconnected) && !$0.events.contains(.failed) })
        }
    }

    @Test(arguments: 0..<9, 0..<9)
    func `every mapping and every filtering on both sides`(first: Int, second: Int) {
        let (a, b) = (NATCase.behaviours[first], NATCase.behaviours[second])
        let nats = NATCase(name: "", a: a, b: b, isRelayed: false)
        var net = nats.makeInternet(seed: UInt64(first + second))
        net.connect()
        net.run(for: .seconds(8))
        #expect(net.isConsistent)
        net.expectData()
        // Direct, when who is seen alike by everybody lets in a port that it could not know.
        func meets(_ one: SimulatedNAT.Behaviour, _ other: SimulatedNAT.Behaviour) -> Bool {
            one.mapping == .endpointIndependent
                && (other.mapping == .endpointIndependent || one.filtering != .addressAndPortDependent)
        }
        if meets(a, b) || meets(b, a) { #expect(!net.isRelayed) }
        if a.mapping == .addressAndPortDependent, b.mapping == .addressAndPortDependent,
            a.filtering == .addressAndPortDependent, b.filtering == .addressAndPortDependent
        {
            #expect(net.isRelayed)
        }
    }

    @Test(arguments: NATCase.all)
    func `loss, reordering and duplication change the time and not the result`(nats: NATCase) {
        for seed in 0..<3 as Range<UInt64> {
            var net = nats.makeInternet(seed: seed + 50, conditions: ICEFullAgentTests.bad)
            net.connect()
            net.run(for: .seconds(25))
            #expect(net.isConsistent)
            if nats.isRelayed { #expect(net.isRelayed) }
            net.run(for: .seconds(60))
            // Four legs lose a fifth each: a side may just have found its path silent, and then the two agree again.
            net.run(until: net.now + .seconds(20))
            let isConsistent = net.isConsistent
            #expect(isConsistent, "seed \(seed): \(net.paths)")
            #expect(net.nodes.allSatisfy { !$0.events.contains(.failed) })
        }
    }

    @Test func `two behind one NAT meet inside`() {
        var net = Internet(
            seed: 5, hosts: ([insideA], [TransportAddress("10.0.0.3", 5000)]),
            nats: [SimulatedNAT(.symmetric, external: outsideA)], behind: (0, 0),
            servers: [makeSTUNServer(), makeServer()], configuration: makeConfiguration())
        net.connect()
        net.run(for: .seconds(8))
        #expect(net.isConsistent)
        #expect(net.kinds(0) == [.host, .host])
        net.expectData()
    }

    @Test func `without a relay two symmetric NATs keep two agents apart, and both say so`() {
        let nats = NATCase(name: "", a: .symmetric, b: .symmetric, isRelayed: false)
        var net = nats.makeInternet(seed: 1, configuration: makeConfiguration(turn: nil))
        net.connect()
        net.run(for: .seconds(31))
        #expect(net.nodes.allSatisfy { $0.events.last == .failed })
    }

    @Test(arguments: [TURNServer.Transport.udp, .tcp, .tls])
    func `a relay over each transport carries what is sent`(transport: TURNServer.Transport) {
        let nats = NATCase(name: "", a: .symmetric, b: .symmetric, isRelayed: true)
        var net = nats.makeInternet(seed: 2, configuration: makeConfiguration(turn: transport))
        net.connect()
        net.run(for: .seconds(5))
        #expect(net.isRelayed)
        net.expectData()
        // From the binding on by channel: four bytes instead of a Send indication.
        let (indications, channels) = (net.servers[1].sendIndications, net.servers[1].channelMessages)
        net.expectData()
        #expect(net.servers[1].channelMessages > channels)
        #expect(net.servers[1].sendIndications == indications)
    }

    @Test func `a relayed path lives for hours, over refreshes, stale nonces and new permissions`() {
        let nats = NATCase(name: "", a: .symmetric, b: .symmetric, isRelayed: true)
        var net = nats.makeInternet(seed: 3)
        net.servers[1].nonceLifetime = .seconds(100)
        net.connect()
        for _ in 0..<12 {
            net.run(for: .seconds(600))
            #expect(net.isConsistent && net.isRelayed)
            net.expectData()
        }
        #expect(net.nodes.allSatisfy { !$0.events.contains(.disconnected) })
    }

    @Test func `a server that refuses channels still relays`() {
        let nats = NATCase(name: "", a: .symmetric, b: .symmetric, isRelayed: true)
        var net = nats.makeInternet(seed: 4)
        net.servers[1].refusesChannels = true
        net.connect()
        net.run(for: .seconds(5))
        #expect(net.isRelayed)
        net.expectData()
        #expect(net.servers[1].channelMessages == 0)
    }

    @Test func `who wants nothing but relays tells and uses nothing else`() {
        var configuration = makeConfiguration()
        configuration.isRelayOnly = true
        var net = Internet(
            seed: 6, hosts: ([publicA], [publicB]), servers: [makeSTUNServer(), makeServer()],
            configuration: configuration, second: makeConfiguration())
        net.connect()
        net.run(for: .seconds(8))
        #expect(net.isConsistent)
        #expect(net.nodes[0].agent.selectedPath?.relay == 0)
        #expect(net.nodes[0].agent.localCandidates.allSatisfy { $0.kind == .relay })
        #expect(net.kinds(1).last == .relay)
        net.expectData()
    }

    @Test func `a relay that is gone gives way, and the failure is told in words`() {
        let nats = NATCase(name: "", a: .symmetric, b: .symmetric, isRelayed: true)
        var net = nats.makeInternet(seed: 7)
        net.connect()
        net.run(for: .seconds(5))
        #expect(net.isRelayed)
        net.servers[1].forget()
        net.run(for: .seconds(700))
        let failures = net.nodes.flatMap(\.events).compactMap { event in
            if case .relayFailed(_, let failure) = event { failure } else { nil }
        }
        #expect(failures.contains { $0.code == 437 })
        #expect(net.nodes.allSatisfy { $0.events.contains(.disconnected) || $0.events.contains(.failed) })
    }

    @Test func `one side's host moves to another NAT`() {
        let nats = NATCase(name: "", a: .portRestricted, b: .symmetric, isRelayed: true)
        var net = nats.makeInternet(seed: 8)
        net.nats.append(SimulatedNAT(.symmetric, external: IPAddress("198.51.100.99")!))
        net.connect()
        net.run(for: .seconds(8))
        #expect(net.isRelayed)
        let moved = net.now
        net.move(0, to: TransportAddress("10.9.9.9", 777), nat: 2)
        net.restart()
        net.run(until: moved + .seconds(30))
        #expect(net.isConsistent)
        #expect(net.now <= moved + .seconds(3))
        net.expectData()
    }

    @Test func `closing gives the relayed addresses back`() {
        let nats = NATCase(name: "", a: .symmetric, b: .symmetric, isRelayed: true)
        var net = nats.makeInternet(seed: 9)
        net.connect()
        net.run(for: .seconds(5))
        #expect(net.servers[1].allocationCount == 2)
        for index in 0...1 { net.nodes[index].agent.close(now: net.now) }
        net.run(for: .seconds(2))
        #expect(net.servers[1].allocationCount == 0)
        #expect(net.nodes.allSatisfy { $0.agent.deadline == nil && $0.agent.selectedPath == nil })
    }
}
