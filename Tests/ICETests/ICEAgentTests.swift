// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import RTCBase
import RTCTestKit
import STUN
import Testing

/// A client with one socket that knows its peer's credentials.
func makeAgent(configuration: ICEAgent.Configuration = .init(), knowsRemote: Bool = true) -> ICEAgent {
    var random = SeededRandom(seed: 2)
    var agent = ICEAgent(local: clientCredentials, configuration: configuration, using: &random, now: .zero)
    agent.addLocal(.host(clientV4), now: .zero)
    if knowsRemote { agent.setRemote(serverCredentials, now: .zero) }
    return agent
}

extension ICEAgent {
    /// Runs from `start` to `end`, answering what is sent to `alive`; what was sent, with its time in milliseconds.
    mutating func run(
        from start: Instant = .zero, until end: Instant, alive: Set<TransportAddress> = []
    ) -> [(time: Int, transmit: ICETransmit)] {
        var sent: [(Int, ICETransmit)] = []
        while true {
            let now = max(deadline ?? end, start)
            guard now <= end, deadline != nil else { return sent }
            handleTimeout(now: now)
            while let transmit = pollTransmit() {
                sent.append((Int(now.nanoseconds / 1_000_000), transmit))
                guard alive.contains(transmit.remote) else { continue }
                receive(
                    answer(transmit.bytes, mapped: clientV4, password: serverCredentials.password).span.bytes,
                    from: transmit.remote, to: transmit.local, now: now)
            }
        }
    }
}

@Suite("ICE controlling agent", .rfc(8445, "6"))
struct ICEAgentTests {
    func remote(_ last: Int, preference: UInt16 = .max) -> ICECandidate {
        .host(TransportAddress(IPAddress(v4: 0xc000_0200 | UInt32(last)), port: 7000), preference: preference)
    }

    @Test(.rfc(8445, "6.1.4.2")) func `sends one new check in 50 ms, the best first`() {
        var agent = makeAgent()
        for last in 1...5 { agent.addRemote(remote(last, preference: UInt16(last)), now: .zero) }
        let sent = agent.run(until: milliseconds(240))
        #expect(sent.map(\.time) == [0, 50, 100, 150, 200])
        #expect(sent.map { $0.transmit.remote } == [5, 4, 3, 2, 1].map { remote($0).address })
        let check = summary(sent[0].transmit.bytes)
        #expect(check?.username == "serv:clie")
        #expect(check?.isControlling == true)
        #expect(check?.nominates == false)
        #expect(check?.priority == ICECandidate.priority(kind: .prflx, preference: .max))
        #expect(check?.hasValidFingerprint == true)
        #expect(verifies(sent[0].transmit.bytes, password: serverCredentials.password))
    }

    @Test(.rfc(8489, "6.2.1")) func `repeats a check with doubled pauses and starts over when all have failed`() {
        var agent = makeAgent()
        agent.addRemote(remote(1), now: .zero)
        let sent = agent.run(until: milliseconds(7000))
        #expect(sent.map(\.time) == [0, 250, 750, 1750, 2750, 3750, 4750, 5750, 6000, 6500])
        let ids = sent.map { summary($0.transmit.bytes)!.id }
        #expect(Set(ids[..<7]).count == 1)
        #expect(ids[7] != ids[0])
    }

    @Test(.rfc(8445, "14.3")) func `a longer check list is repeated more slowly`() {
        var agent = makeAgent()
        for last in 1...20 { agent.addRemote(remote(last, preference: UInt16(last)), now: .zero) }
        let sent = agent.run(until: milliseconds(2999))
        let first = sent.filter { $0.transmit.remote == remote(20).address }
        #expect(first.count >= 2)
        // 20 pairs at 50 ms: one second.
        #expect(first[1].time - first[0].time == 1000)
        // Never more than the pace and the repetitions of one list.
        #expect(sent.count <= 60)
    }

    @Test(.rfc(8838, "8")) func `candidates may come before and after the credentials`() {
        var agent = makeAgent(knowsRemote: false)
        agent.addRemote(remote(1), now: .zero)
        #expect(agent.run(until: milliseconds(500)).isEmpty)
        agent.setRemote(serverCredentials, now: milliseconds(500))
        agent.addRemote(remote(2, preference: 1), now: milliseconds(500))
        let addresses = agent.run(from: milliseconds(500), until: milliseconds(700)).map { $0.transmit.remote }
        #expect(addresses == [remote(1).address, remote(2).address])
    }

    @Test(.rfc(8445, "8.1.1")) func `nominates the best pair at once, another one after a while`() {
        var agent = makeAgent()
        agent.addRemote(remote(1), now: .zero)
        var sent = agent.run(until: milliseconds(1000), alive: [remote(1).address])
        #expect(sent.map(\.time) == [0, 0])
        #expect(sent.map { summary($0.transmit.bytes)!.nominates } == [false, true])
        #expect(
            agent.drainEvents() == [
                .pathSelected(ICEPath(remote: remote(1).address, local: clientV4.address)), .connected,
            ])

        agent = makeAgent()
        agent.addRemote(remote(1, preference: 9), now: .zero)
        agent.addRemote(remote(2, preference: 8), now: .zero)
        sent = agent.run(until: milliseconds(2000), alive: [remote(2).address])
        let nominations = sent.filter { summary($0.transmit.bytes)!.nominates }
        #expect(nominations.map(\.time) == [350])
        #expect(nominations.map { $0.transmit.remote } == [remote(2).address])
        // The check of the dead one is given up with the nomination.
        #expect(sent.last?.time == 350)
    }

    @Test func `data flows on a valid pair before the nomination, and moves to a better one`() {
        var agent = makeAgent()
        agent.addRemote(remote(1, preference: 9), now: .zero)
        agent.addRemote(remote(2, preference: 8), now: .zero)
        let sent = agent.run(until: milliseconds(60))
        func respond(_ index: Int, _ now: Instant) {
            let bytes = answer(sent[index].transmit.bytes, mapped: clientV4, password: serverCredentials.password)
            agent.receive(bytes, from: sent[index].transmit.remote, to: clientV4, now: now)
        }
        respond(1, milliseconds(70))
        #expect(agent.selectedPath?.remote == remote(2).address)
        respond(0, milliseconds(90))
        #expect(agent.selectedPath?.remote == remote(1).address)
        let nomination = agent.drain()
        #expect(nomination.map(\.remote) == [remote(1).address])
        #expect(agent.drainEvents().count == 3)
    }

    @Test(.rfc(7675, "5.1")) func `consent checks come every 4 to 6 s, each with a new id`() {
        var agent = makeAgent()
        agent.addRemote(remote(1), now: .zero)
        _ = agent.run(until: milliseconds(100), alive: [remote(1).address])
        let sent = agent.run(until: .zero + .seconds(600), alive: [remote(1).address])
        let pauses = zip(sent, sent.dropFirst()).map { $1.time - $0.time }
        #expect(pauses.allSatisfy { (4000...6000).contains($0) })
        #expect(Set(pauses).count > 50)
        #expect((100...150).contains(sent.count))
        #expect(Set(sent.map { summary($0.transmit.bytes)!.id }).count == sent.count)
        #expect(sent.allSatisfy { summary($0.transmit.bytes)!.nominates })
        #expect(!agent.hasFailed)
    }

    @Test(.rfc(7675, "5.1"), .attack(2))
    func `without answers it disconnects after 10 s, fails after 30, and is silent`() {
        var agent = makeAgent()
        agent.addRemote(remote(1), now: .zero)
        _ = agent.run(until: milliseconds(100), alive: [remote(1).address])
        _ = agent.drainEvents()
        _ = agent.run(until: milliseconds(9999))
        #expect(agent.drainEvents().isEmpty)
        _ = agent.run(until: milliseconds(10_000))
        #expect(agent.drainEvents() == [.disconnected])
        #expect(agent.selectedPath != nil)
        _ = agent.run(until: milliseconds(29_999))
        #expect(agent.selectedPath != nil)
        _ = agent.run(until: milliseconds(30_000))
        #expect(agent.drainEvents() == [.failed])
        #expect(agent.selectedPath == nil)
        #expect(agent.deadline == nil)
        #expect(agent.drain().isEmpty)
    }

    @Test func `fails 30 s after the credentials when nothing answers`() {
        var agent = makeAgent(knowsRemote: false)
        agent.addRemote(remote(1), now: .zero)
        agent.setRemote(serverCredentials, now: milliseconds(5000))
        _ = agent.run(until: milliseconds(34_999))
        #expect(agent.drainEvents().isEmpty)
        _ = agent.run(until: milliseconds(35_000))
        #expect(agent.drainEvents() == [.failed])
    }

    @Test(.rfc(7675, "5.2")) func `an authenticated 403 ends sending at once`() {
        var agent = makeAgent()
        agent.addRemote(remote(1), now: .zero)
        _ = agent.run(until: milliseconds(100), alive: [remote(1).address])
        let check = agent.run(until: milliseconds(6000))[0].transmit
        for (password, isPathKept) in [("wrong", true), (serverCredentials.password, false)] {
            var builder = STUNMessageBuilder(.failure, id: summary(check.bytes)!.id)
            builder.add(STUNErrorCode.forbidden)
            agent.receive(
                builder.finish(integrityKey: Array(password.utf8)), from: remote(1).address, to: clientV4,
                now: milliseconds(6000))
            #expect((agent.selectedPath != nil) == isPathKept)
        }
        #expect(agent.drainEvents().last == .failed)
    }

    @Test(.rfc(8445, "7.3.1.4")) func `a check of the peer is answered, accepted and brings its pair forward`() {
        var agent = makeAgent()
        for last in 1...5 { agent.addRemote(remote(last, preference: UInt16(10 - last)), now: .zero) }
        _ = agent.run(until: .zero)
        let request = CheckMessage(
            username: "clie:serv", password: clientCredentials.password, role: .iceControlled)
        #expect(!agent.accepts(from: remote(5).address))
        agent.receive(request.bytes, from: remote(5).address, to: clientV4, now: milliseconds(10))
        let response = agent.drain()
        #expect(response.count == 1)
        #expect(summary(response[0].bytes)?.mapped == remote(5).address)
        #expect(verifies(response[0].bytes, password: clientCredentials.password))
        #expect(agent.accepts(from: remote(5).address))
        #expect(agent.selectedPath == nil)
        let next = agent.run(until: milliseconds(50))
        #expect(next.map { $0.transmit.remote } == [remote(5).address])
    }

    @Test(.rfc(8445, "7.3.1.3"))
    func `a source that nobody has signalled becomes a candidate, and later a signalled one`() {
        var agent = makeAgent()
        let request = CheckMessage(
            username: "clie:serv", password: clientCredentials.password, role: .iceControlled)
        agent.receive(request.bytes, from: remote(9).address, to: clientV4, now: .zero)
        _ = agent.drain()
        agent.addRemote(remote(9), now: .zero)
        let sent = agent.run(until: milliseconds(100), alive: [remote(9).address])
        #expect(sent.map { summary($0.transmit.bytes)!.nominates } == [false, true])
        #expect(agent.selectedPath?.remote == remote(9).address)
    }

    @Test(.rfc(8445, "7.3.1.1"), .attack(5)) func `a peer that is controlling too gets 487 and no pair`() {
        var agent = makeAgent()
        let request = CheckMessage(username: "clie:serv", password: clientCredentials.password)
        agent.receive(request.bytes, from: remote(1).address, to: clientV4, now: .zero)
        #expect(agent.drain().map { summary($0.bytes)?.error } == [487])
        #expect(!agent.accepts(from: remote(1).address))
        #expect(agent.run(until: milliseconds(500)).isEmpty)
    }
}

@Suite("ICE controlling agent under attack")
struct ICEAgentAttackTests {
    let peer = TransportAddress("192.0.2.1", 7000)
    let stranger = TransportAddress("198.51.100.66", 53)

    /// An agent whose first check is under way.
    func makeChecking() -> (ICEAgent, ICETransmit) {
        var agent = makeAgent()
        agent.addRemote(.host(peer), now: .zero)
        agent.handleTimeout(now: .zero)
        let check = agent.drain()[0]
        return (agent, check)
    }

    @Test(.attack(3), .rfc(8445, "7.2.5.2.1")) func `only an answer from where the check went makes a pair valid`() {
        var (agent, check) = makeChecking()
        let good = answer(check.bytes, mapped: clientV4, password: serverCredentials.password)
        let bad = answer(check.bytes, mapped: clientV4, password: clientCredentials.password)
        agent.receive(good, from: stranger, to: clientV4, now: .zero)
        agent.receive(good, from: TransportAddress(peer.address, port: 7001), to: clientV4, now: .zero)
        agent.receive(good, from: peer, to: clientV6, now: .zero)
        agent.receive(bad, from: peer, to: clientV4, now: .zero)
        var flipped = good
        flipped[flipped.count - 1] ^= 1
        agent.receive(flipped, from: peer, to: clientV4, now: .zero)
        var unsigned = STUNMessageBuilder(.failure, id: summary(check.bytes)!.id)
        unsigned.add(STUNErrorCode.forbidden)
        agent.receive(unsigned.finish(), from: peer, to: clientV4, now: .zero)
        #expect(agent.dropped.unexpectedResponse == 6)
        #expect(agent.selectedPath == nil)
        #expect(!agent.accepts(from: peer))
        agent.receive(good, from: peer, to: clientV4, now: .zero)
        #expect(agent.selectedPath?.remote == peer)
        // A second copy answers nothing.
        agent.receive(good, from: peer, to: clientV4, now: .zero)
        #expect(agent.dropped.unexpectedResponse == 7)
    }

    @Test(.attack(2)) func `unauthenticated checks get no answer and make no candidate`() {
        var agent = makeAgent()
        let good = CheckMessage(username: "clie:serv", password: clientCredentials.password, role: .iceControlled)
        let changes: [(inout CheckMessage) -> Void] = [
            { $0.password = "client-password-of-22-" }, { $0.username = "clie:serx" }, { $0.username = "serv:clie" },
            { $0.hasUsername = false }, { $0.hasIntegrity = false }, { $0.hasFingerprint = false },
            { $0.hasPriority = false },
        ]
        for change in changes {
            var check = good
            change(&check)
            agent.receive(check.bytes, from: stranger, to: clientV4, now: .zero)
            #expect(agent.drain().isEmpty)
            #expect(!agent.accepts(from: stranger))
        }
        // To an address that is none of ours.
        agent.receive(good.bytes, from: stranger, to: clientV6, now: .zero)
        #expect(agent.drain().isEmpty)
        #expect(agent.dropped.malformed == 1)
        #expect(agent.dropped.unauthenticated == 6)
        #expect(agent.dropped.other == 1)
        #expect(agent.run(until: milliseconds(500)).isEmpty)
    }

    @Test(.attack(1)) func `malformed messages change nothing`() {
        var (agent, check) = makeChecking()
        let good = answer(check.bytes, mapped: clientV4, password: serverCredentials.password)
        for length in 0..<good.count {
            agent.receive(Array(good.prefix(length)), from: peer, to: clientV4, now: .zero)
        }
        for bit in 0..<good.count * 8 {
            var bytes = good
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            agent.receive(bytes, from: peer, to: clientV4, now: .zero)
            // FINGERPRINT alone may vanish into an unknown optional attribute, which integrity lets be ignored.
            if agent.selectedPath != nil {
                #expect(bit / 8 >= good.count - 8 && bit / 8 < good.count - 6)
                (agent, check) = makeChecking()
            }
        }
        #expect(agent.selectedPath == nil)
        #expect(agent.drainEvents().isEmpty)
    }

    @Test(.attack(4)) func `a bomb of candidates leaves a bounded list at a bounded pace`() {
        var random = SeededRandom(seed: 6)
        var agent = ICEAgent(local: clientCredentials, using: &random, now: .zero)
        for index in 0..<100 {
            agent.addLocal(.host(TransportAddress(IPAddress(v4: 0x0a00_0000 | UInt32(index)), port: 5000)), now: .zero)
        }
        agent.setRemote(serverCredentials, now: .zero)
        for index in 0..<10_000 {
            let address = TransportAddress(IPAddress(v4: 0xc633_0000 | UInt32(index)), port: 53)
            agent.addRemote(
                ICECandidate(
                    foundation: "1", priority: UInt32(truncatingIfNeeded: random.next()), address: address, kind: .host),
                now: .zero)
        }
        let sent = agent.run(until: .zero + .seconds(30))
        #expect(Set(sent.map { $0.transmit.path }).count <= ICEAgent.maximumPairs)
        #expect(Set(sent.map { $0.transmit.remote }).count <= ICEAgent.maximumRemoteCandidates)
        #expect(Set(sent.map { $0.transmit.local }).count <= ICEAgent.maximumLocalCandidates)
        // 20 new checks a second, and no more repetitions than that.
        #expect(sent.count <= 30 * 40)
    }

    @Test(.attack(4)) func `candidates that lead nowhere are never checked`() {
        var agent = makeAgent()
        agent.addLocal(.host(clientV6), now: .zero)
        for address in [
            TransportAddress("0.0.0.0", 9), TransportAddress("224.0.0.251", 5353), TransportAddress("192.0.2.1", 0),
            TransportAddress("255.255.255.255", 9), TransportAddress("ff02::fb", 5353), TransportAddress("fe80::1", 9),
        ] {
            agent.addRemote(.host(address), now: .zero)
        }
        var tcp = ICECandidate.host(peer)
        tcp.transport = .tcp
        agent.addRemote(tcp, now: .zero)
        var rtcp = ICECandidate.host(peer)
        rtcp.component = 2
        agent.addRemote(rtcp, now: .zero)
        #expect(agent.run(until: milliseconds(2000)).isEmpty)
    }

    @Test(.attack(4)) func `priorities at their ends do not overflow`() {
        var agent = makeAgent()
        let priorities: [UInt32] = [.max, 0, 1, 1 << 31, (1 << 31) - 1]
        for (index, priority) in priorities.enumerated() {
            let address = TransportAddress(peer.address, port: UInt16(index + 1))
            agent.addRemote(
                ICECandidate(foundation: "1", priority: priority, address: address, kind: .host), now: .zero)
        }
        #expect(agent.run(until: milliseconds(240)).count == 5)
    }
}
