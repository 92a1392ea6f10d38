// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import RTCBase
import RTCTestKit
import STUN
import TURN
import Testing

@Suite("ICE gathering", .rfc(8445, "5.1"))
struct ICEGatheringTests {
    let mapped = TransportAddress("198.51.100.1", 20000)

    /// An agent with a private address that has begun to gather.
    func makeGathering(
        _ configuration: ICEAgent.Configuration = makeConfiguration(turn: nil), hosts: [TransportAddress] = [insideA]
    ) -> ICEAgent {
        var random = SeededRandom(seed: 3)
        var agent = ICEAgent(local: clientCredentials, configuration: configuration, using: &random, now: .zero)
        for host in hosts { agent.addLocal(.host(host), now: .zero) }
        agent.gather(now: .zero)
        agent.handleTimeout(now: .zero)
        return agent
    }

    func reply(
        _ query: ICETransmit, _ address: TransportAddress?, type: STUNAttributeType = .xorMappedAddress,
        id: TransactionID? = nil
    ) -> [UInt8] {
        var builder = STUNMessageBuilder(.success, id: id ?? summary(query.bytes)!.id)
        if let address { builder.add(type, address, isXORed: type == .xorMappedAddress) }
        return builder.finish()
    }

    func candidates(_ events: [ICEEvent]) -> [ICECandidate] {
        events.compactMap { if case .candidate(let candidate) = $0 { candidate } else { nil } }
    }

    @Test(.rfc(8445, "5.1.1.2"), arguments: [STUNAttributeType.xorMappedAddress, .mappedAddress])
    func `tells the host, then what the server sees, then that this is all`(type: STUNAttributeType) {
        var agent = makeGathering()
        let first = candidates(agent.drainEvents())
        #expect(first == [.host(insideA)])
        let queries = agent.drain()
        #expect(queries.map(\.remote) == [stunAddress])
        #expect(queries[0].local == insideA.address && queries[0].relay == nil)
        #expect(summary(queries[0].bytes)?.username == nil)
        agent.receive(reply(queries[0], mapped, type: type), from: stunAddress, to: insideA, now: milliseconds(20))
        let events = agent.drainEvents()
        let told = candidates(events)
        #expect(told.count == 1)
        #expect(told[0].kind == .srflx && told[0].address == mapped && told[0].relatedAddress == insideA)
        #expect(told[0].priority == ICECandidate.priority(kind: .srflx, preference: .max))
        #expect(told[0].foundation != ICECandidate.host(insideA).foundation)
        #expect(events.last == .gatheringComplete)
        #expect(agent.localCandidates.map(\.kind) == [.host, .srflx])
    }

    @Test(.rfc(8445, "5.1.3")) func `without a NAT, or with the same address from two servers, nothing is told twice`()
    {
        var configuration = makeConfiguration(turn: nil)
        let second = TransportAddress("192.0.2.52", 3478)
        configuration.stunServers.append(second)
        for (address, expected) in [(mapped, 2), (insideA, 1)] {
            var agent = makeGathering(configuration)
            let queries = agent.drain() + agent.run(until: milliseconds(60)).map(\.transmit)
            #expect(queries.map(\.remote) == [stunAddress, second])
            for query in queries {
                agent.receive(reply(query, address), from: query.remote, to: insideA, now: milliseconds(70))
            }
            #expect(agent.localCandidates.count == expected)
            let events1 = agent.drainEvents()
            #expect(events1.last == .gatheringComplete)
        }
    }

    @Test func `a server that is silent is asked five times, and then gathering is over`() {
        var agent = makeGathering()
        let first = agent.drain().count
        let sent = agent.run(until: milliseconds(7499))
        #expect(first + sent.count == 5)
        let events2 = agent.drainEvents()
        #expect(!events2.contains(.gatheringComplete))
        _ = agent.run(until: milliseconds(7500))
        let events3 = agent.drainEvents()
        #expect(events3.contains(.gatheringComplete))
    }

    @Test(.rfc(8445, "14.2"), .attack(4))
    func `many addresses and servers are asked one in 50 ms, and not without end`() {
        var configuration = ICEAgent.Configuration()
        configuration.stunServers = (1...40).map {
            TransportAddress(IPAddress(v4: 0xc000_0200 | UInt32($0)), port: 3478)
        }
        let hosts = (1...40).map { TransportAddress(IPAddress(v4: 0x0a00_0000 | UInt32($0)), port: 5000) }
        var agent = makeGathering(configuration, hosts: hosts)
        var sent = agent.drain().map { ($0, 0) }
        sent += agent.run(until: .zero + .seconds(29)).map { ($0.transmit, $0.time) }
        let firsts = Dictionary(grouping: sent) { summary($0.0.bytes)!.id }.values.map { $0.map(\.1).min()! }.sorted()
        #expect(firsts.count == ICEAgent.maximumLocalCandidates * ICEAgent.maximumServers)
        #expect(zip(firsts, firsts.dropFirst()).allSatisfy { $1 - $0 >= 50 })
    }

    @Test(.attack(3)) func `an answer counts from where the query went, to where it came from, once`() {
        var agent = makeGathering()
        let query = agent.drain()[0]
        let good = reply(query, mapped)
        agent.receive(good, from: TransportAddress("192.0.2.99", 3478), to: insideA, now: .zero)
        agent.receive(good, from: stunAddress, to: publicA, now: .zero)
        agent.receive(
            reply(query, mapped, id: TransactionID(high: 1, low: 1)), from: stunAddress, to: insideA, now: .zero)
        #expect(agent.localCandidates.count == 1)
        #expect(agent.dropped.unexpectedResponse == 3)
        agent.receive(good, from: stunAddress, to: insideA, now: .zero)
        agent.receive(good, from: stunAddress, to: insideA, now: .zero)
        #expect(agent.localCandidates.count == 2)
        #expect(agent.dropped.unexpectedResponse == 4)
    }

    @Test(.attack(3), arguments: ["0.0.0.0", "224.0.0.1", "255.255.255.255", "2001:db8::1"])
    func `a server that shows us nonsense gives us no candidate`(text: String) {
        var agent = makeGathering()
        let query = agent.drain()[0]
        agent.receive(
            reply(query, TransportAddress(IPAddress(text)!, port: 9)), from: stunAddress, to: insideA, now: .zero)
        #expect(agent.localCandidates.map(\.kind) == [.host])
        let events4 = agent.drainEvents()
        #expect(events4.last == .gatheringComplete)
        agent = makeGathering()
        agent.receive(reply(agent.drain()[0], nil), from: stunAddress, to: insideA, now: .zero)
        let events5 = agent.drainEvents()
        #expect(events5.last == .gatheringComplete)
    }

    @Test(.attack(1)) func `every truncation and every flipped bit of an answer is survived`() {
        var original = makeGathering()
        let good = reply(original.drain()[0], mapped)
        for length in 0..<good.count {
            var agent = original
            agent.receive(Array(good.prefix(length)), from: stunAddress, to: insideA, now: .zero)
            #expect(agent.localCandidates.count == 1)
        }
        for bit in 0..<good.count * 8 {
            var bytes = good
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            var agent = original
            agent.receive(bytes, from: stunAddress, to: insideA, now: .zero)
        }
    }

    @Test(.attack(4)) func `names are ignored, and never asked for`() throws {
        var agent = makeGathering(.init())
        agent.setRemote(serverCredentials, now: .zero)
        _ = agent.drain()
        for name in ["3c6f0f2e-5f3e-4d0c-9a50-1b1e0b6f1f0a.local", "example.org"] {
            let line = try ICECandidateLine(parsing: "candidate:1 1 udp 2113937151 \(name) 50000 typ host")
            guard case .ignored = line else {
                Issue.record("\(name) became a candidate")
                return
            }
        }
        let sent9 = agent.run(until: milliseconds(2000))
        #expect(sent9.isEmpty)
    }

    @Test func `an address that comes later is told and asked for, one that goes takes its reflexive one along`() {
        var agent = makeGathering()
        let query = agent.drain()[0]
        agent.receive(reply(query, mapped), from: stunAddress, to: insideA, now: .zero)
        _ = agent.drainEvents()
        let later = TransportAddress("10.0.0.77", 5000)
        agent.addLocal(.host(later), now: milliseconds(100))
        let sent = agent.run(from: milliseconds(100), until: milliseconds(200))
        #expect(sent.map { $0.transmit.local } == [later.address])
        let added = candidates(agent.drainEvents())
        #expect(added == [.host(later)])
        agent.removeLocal(insideA.address, now: milliseconds(300))
        #expect(agent.localCandidates.map(\.address) == [later])
        agent.removeLocal(later.address, now: milliseconds(300))
        #expect(agent.localCandidates.isEmpty)
        // What was being waited for is no longer.
        let events6 = agent.drainEvents()
        #expect(events6.last == .gatheringComplete)
    }

    @Test func `without a call nothing is told and nobody asked`() {
        var random = SeededRandom(seed: 3)
        var agent = ICEAgent(
            local: clientCredentials, configuration: makeConfiguration(), using: &random, now: .zero)
        agent.addLocal(.host(insideA), now: .zero)
        let sent10 = agent.run(until: .zero + .seconds(20))
        #expect(sent10.isEmpty)
        let events7 = agent.drainEvents()
        #expect(events7.isEmpty)
    }
}

@Suite("ICE relays under attack")
struct ICERelayAttackTests {
    /// An agent, and what it says to its TURN server.
    func makeRelaying(_ transport: TURNServer.Transport = .udp) -> (ICEAgent, SimulatedTURNServer) {
        var random = SeededRandom(seed: 3)
        var configuration = makeConfiguration(turn: transport)
        configuration.stunServers = []
        configuration.isRelayOnly = true
        var agent = ICEAgent(local: clientCredentials, configuration: configuration, using: &random, now: .zero)
        agent.addLocal(.host(insideA), now: .zero)
        agent.gather(now: .zero)
        agent.setRemote(serverCredentials, now: .zero)
        var server = makeServer()
        exchange(&agent, &server, now: .zero)
        return (agent, server)
    }

    @discardableResult
    func exchange(_ agent: inout ICEAgent, _ server: inout SimulatedTURNServer, now: Instant) -> [ICETransmit] {
        var sent: [ICETransmit] = []
        while let transmit = agent.pollTransmit() {
            sent.append(transmit)
            for out in server.receive(transmit.bytes, from: insideA, now: now) where out.destination == insideA {
                agent.receive(out.bytes.span.bytes, fromServer: 0, now: now)
            }
        }
        return sent
    }

    @Test func `everything for the server says its number, and nothing else leaves`() {
        var (agent, server) = makeRelaying()
        #expect(agent.localCandidates.map(\.kind) == [.relay, .relay])
        agent.addRemote(.host(publicB), now: .zero)
        exchange(&agent, &server, now: .zero)
        agent.handleTimeout(now: .zero)
        let sent = exchange(&agent, &server, now: .zero)
        #expect(!sent.isEmpty)
        #expect(sent.allSatisfy { $0.relay == 0 && $0.remote == turnAddress })
        #expect(server.sendIndications == 1)
    }

    @Test(.attack(4)) func `a bomb of candidates asks for no more permissions than the limit`() {
        var (agent, server) = makeRelaying()
        for index in 0..<5000 {
            agent.addRemote(
                .host(TransportAddress(IPAddress(v4: 0xc633_0000 | UInt32(index)), port: 53)), now: .zero)
        }
        for step in 0..<600 {
            exchange(&agent, &server, now: milliseconds(50 * step))
            agent.handleTimeout(now: milliseconds(50 * step))
        }
        #expect(server.requests[STUNMethod.createPermission.rawValue] ?? 0 <= TURNLimits.permissions)
        #expect(server.sendIndications <= 30 * 40)
    }

    @Test(.attack(2)) func `what strangers send through the relay is not handed on`() {
        var (agent, server) = makeRelaying()
        agent.addRemote(.host(publicB), now: .zero)
        exchange(&agent, &server, now: .zero)
        let relayed = agent.localCandidates[0].address
        // Permitted, but no check of it was authenticated.
        for out in server.receiveAtRelay([0x80, 1, 2, 3], from: publicB, to: relayed, now: .zero) {
            agent.receive(out.bytes.span.bytes, fromServer: 0, now: .zero)
        }
        let early = agent.pollReceivedCount()
        #expect(early == 0)
        let check = CheckMessage(username: "clie:serv", password: clientCredentials.password, role: .iceControlled)
        for bytes in [check.bytes, [0x80, 1, 2, 3]] {
            for out in server.receiveAtRelay(bytes, from: publicB, to: relayed, now: .zero) {
                agent.receive(out.bytes.span.bytes, fromServer: 0, now: .zero)
            }
        }
        let late = agent.pollReceivedCount()
        #expect(late == 1)
    }

    @Test(.attack(1)) func `numbers of servers that there are not, and any bytes from one that there is, are survived`()
    {
        var (agent, _) = makeRelaying(.tcp)
        var random = SeededRandom(seed: 9)
        for number in [UInt8(1), 7, 8, 255] {
            agent.receive([1, 2, 3].span.bytes, fromServer: number, now: .zero)
            agent.disconnect(server: number, now: .zero)
            agent.allocate(server: number, now: .zero)
            let path = ICEPath(remote: publicB, local: publicA.address, relay: number)
            let wrapped = agent.encapsulate([1], for: path)
            #expect(wrapped == nil)
        }
        for _ in 0..<500 {
            let bytes = random.bytes(Int(random.next() % 80))
            agent.receive(bytes.span.bytes, fromServer: 0, now: .zero)
            agent.allocate(server: 0, now: .zero)
            _ = agent.drain()
            _ = agent.drainEvents()
        }
    }

    @Test func `a server that names another one is followed by its number`() {
        var random = SeededRandom(seed: 3)
        var agent = ICEAgent(local: clientCredentials, configuration: makeConfiguration(), using: &random, now: .zero)
        agent.gather(now: .zero)
        var server = makeServer()
        let other = TransportAddress("192.0.2.65", 3478)
        server.allocateError = (300, other)
        let request = agent.drain()[0]
        for out in server.receive(request.bytes, from: insideA, now: .zero) {
            agent.receive(out.bytes.span.bytes, fromServer: 0, now: .zero)
        }
        let events8 = agent.drainEvents()
        #expect(events8.contains(.relayMoved(server: 0, to: other)))
        let sent11 = agent.drain()
        #expect(sent11.map(\.remote) == [other])
    }
}

extension ICEAgent {
    mutating func pollReceivedCount() -> Int {
        var count = 0
        while pollReceived() != nil { count += 1 }
        return count
    }
}
