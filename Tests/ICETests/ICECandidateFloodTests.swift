// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import RTCBase
import RTCTestKit
import STUN
import Testing

/// A peer, or a server, that tells of addresses without end.
@Suite("Candidates without end", .attack(4), .attack(19), .rfc(8445, "6.1.2.5"))
struct ICECandidateFloodTests {
    /// Addresses that nobody has, with the best priority.
    private func dead(_ number: Int) -> ICECandidate {
        .host(TransportAddress(IPAddress(v4: 0xc633_0000 | UInt32(number)), port: 53))
    }

    private func good(_ last: Int) -> ICECandidate {
        .host(TransportAddress(IPAddress(v4: 0xc000_0200 | UInt32(last)), port: 7000), preference: 0)
    }

    @Test(arguments: [1, 4]) func `neither the first nor the latest are crowded out`(hosts: Int) {
        for goodIsFirst in [true, false] {
            var agent = makeAgent()
            for host in 1..<hosts {
                agent.addLocal(.host(TransportAddress(IPAddress(v4: 0x0a00_0000 | UInt32(host)), port: 1)), now: .zero)
            }
            if goodIsFirst { agent.addRemote(good(1), now: .zero) }
            for number in 0..<10_000 / hosts { agent.addRemote(dead(number), now: .zero) }
            if !goodIsFirst { agent.addRemote(good(1), now: .zero) }
            let sent = agent.run(until: milliseconds(10_000), alive: [good(1).address])
            #expect(agent.selectedPath?.remote == good(1).address)
            #expect(Set(sent.map(\.transmit.remote)).count <= ICEAgent.maximumRemoteCandidates)
        }
    }

    @Test(arguments: [1, ICEAgent.maximumLocalCandidates])
    func `an address from which a check comes is always tried`(hosts: Int) {
        var agent = makeAgent()
        for host in 1..<hosts {
            agent.addLocal(.host(TransportAddress(IPAddress(v4: 0x0a00_0000 | UInt32(host)), port: 1)), now: .zero)
        }
        for number in 0..<1000 { agent.addRemote(dead(number), now: .zero) }
        // Every place has a check under way, as far as they come in a second and a half.
        _ = agent.run(until: milliseconds(1600))
        let check = CheckMessage(username: "clie:serv", password: clientCredentials.password, role: .iceControlled)
        agent.receive(check.bytes, from: good(1).address, to: clientV4, now: milliseconds(1600))
        let sent = agent.run(from: milliseconds(1600), until: milliseconds(4000), alive: [good(1).address])
        #expect(sent.contains { $0.transmit.remote == good(1).address && $0.transmit.local == clientV4.address })
        #expect(agent.selectedPath?.remote == good(1).address)
        // And stays, whatever is told afterwards.
        for number in 1000..<2000 { agent.addRemote(dead(number), now: milliseconds(4000)) }
        #expect(agent.accepts(from: good(1).address))
        #expect(agent.selectedPath?.remote == good(1).address)
    }

    @Test func `candidates that go on do not make it send to ever more addresses`() {
        var agent = makeAgent()
        var addresses: Set<TransportAddress> = []
        for tick in 0..<300 {
            for number in 0..<20 { agent.addRemote(dead(20 * tick + number), now: milliseconds(100 * tick)) }
            let sent = agent.run(from: milliseconds(100 * tick), until: milliseconds(100 * tick + 99))
            addresses.formUnion(sent.map(\.transmit.remote))
        }
        // A place is free again when its check has failed, seven transmissions and some seconds later.
        #expect(addresses.count <= 8 * ICEAgent.maximumRemoteCandidates, "\(addresses.count)")
        #expect(agent.hasFailed || agent.run(until: milliseconds(40_000)).count < 1000)
    }

    @Test func `a peer whose checks come from ever more addresses gets no more than its share`() {
        var agent = makeAgent()
        for number in 0..<1000 {
            let check = CheckMessage(username: "clie:serv", password: clientCredentials.password, role: .iceControlled)
            agent.receive(check.bytes, from: dead(number).address, to: clientV4, now: .zero)
        }
        // Each request is answered (RFC 8445 section 7.3); checks of ours go to few.
        _ = agent.drain()
        let sent = agent.run(until: milliseconds(10_000))
        #expect(Set(sent.map(\.transmit.remote)).count <= ICEAgent.maximumRemoteCandidates)
    }
}
