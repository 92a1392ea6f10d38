// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import RTCBase
import RTCTestKit
import STUN
import Testing

let publicA = TransportAddress("198.51.100.10", 40000)
let publicB = TransportAddress("203.0.113.20", 40000)
let publicA6 = TransportAddress("2001:db8:a::1", 40000)
let publicB6 = TransportAddress("2001:db8:b::1", 40000)

@Suite("ICE between two full agents", .rfc(8445, "6"))
struct ICEFullAgentTests {
    static let bad = NetworkConditions(loss: 0.2, duplication: 0.1, delay: .milliseconds(20), jitter: .milliseconds(40))

    @Test(arguments: [(ICERole.controlling, ICERole.controlled), (.controlled, .controlling)])
    func `connect in either role on one pair`(roles: (ICERole, ICERole)) {
        var net = Internet(seed: 1, roles: roles, hosts: ([publicA], [publicB]))
        net.connect()
        net.run(until: .zero + .seconds(5)) { net in
            net.isConsistent && net.nodes.allSatisfy { $0.events.contains(.connected) }
        }
        #expect(net.isConsistent)
        #expect(net.kinds(0) == [.host, .host])
        #expect(net.now <= milliseconds(300))
        net.expectData()
        net.run(for: .seconds(120))
        #expect(net.isConsistent)
        for (node, role) in zip(net.nodes, [roles.0, roles.1]) {
            #expect(node.agent.role == role)
            #expect(!node.events.contains(.disconnected))
            #expect(node.events.filter { if case .pathSelected = $0 { true } else { false } }.count == 1)
            #expect(node.events.last { if case .gatheringComplete = $0 { true } else { false } } != nil)
        }
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func `connect in spite of loss, reordering and duplication, and stay`(seed: UInt64) {
        var net = Internet(
            seed: seed, conditions: Self.bad,
            roles: seed % 2 == 0 ? (.controlling, .controlled) : (.controlled, .controlling),
            hosts: ([publicA6, publicA], [publicB6, publicB]))
        net.connect()
        net.run(for: .seconds(20))
        #expect(net.isConsistent)
        net.run(for: .seconds(100))
        #expect(net.isConsistent)
        #expect(net.nodes.allSatisfy { !$0.events.contains(.failed) })
    }

    @Test(.rfc(8445, "7.3.1.1"), .attack(5), arguments: 0..<40 as Range<UInt64>)
    func `two that both control, or neither, agree on who does`(seed: UInt64) {
        let role: ICERole = seed % 2 == 0 ? .controlling : .controlled
        var net = Internet(
            seed: seed, conditions: seed % 4 < 2 ? .perfect : Self.bad, roles: (role, role),
            hosts: ([publicA, publicA6], [publicB]))
        net.connect()
        net.run(for: .seconds(20))
        #expect(net.isConsistent)
        #expect(Set(net.nodes.map(\.agent.role)).count == 2)
        let roles = net.nodes.map(\.agent.role)
        net.run(for: .seconds(60))
        #expect(net.nodes.map(\.agent.role) == roles)
        #expect(net.isConsistent)
        #expect(net.nodes.allSatisfy { !$0.events.contains(.failed) })
    }

    @Test func `IPv6 alone, IPv4 alone, and of both the one that is preferred`() {
        for (a, b, isV4) in [
            ([publicA6], [publicB6], false), ([publicA], [publicB], true),
            ([publicA6, publicA], [publicB6, publicB], false), ([publicA6, publicA], [publicB], true),
        ] {
            var net = Internet(seed: 3, hosts: (a, b))
            net.connect()
            net.run(for: .seconds(5))
            #expect(net.isConsistent)
            #expect(net.nodes[0].agent.selectedPath?.remote.address.isIPv4 == isV4)
        }
    }

    @Test func `IPv4 and IPv6 are never paired`() {
        var net = Internet(seed: 3, hosts: ([publicA6], [publicB]))
        net.connect()
        net.run(for: .seconds(31))
        #expect(net.nodes.allSatisfy { $0.events.last == .failed })
    }

    @Test(.rfc(7675, "5.1"), .attack(2)) func `silence disconnects both after 10 s, and ends both after 30 s`() {
        var net = Internet(seed: 4, hosts: ([publicA], [publicB]))
        net.connect()
        net.run(for: .seconds(20))
        net.conditions = NetworkConditions(loss: 1)
        let silent = net.now
        net.run(until: silent + .seconds(40)) { net in net.nodes.allSatisfy { $0.agent.hasFailed } }
        #expect(net.now <= silent + .seconds(31))
        for node in net.nodes {
            #expect(node.events.suffix(2) == [.disconnected, .failed])
            #expect(node.agent.deadline == nil)
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `a path that dies gives way to one that lives, whoever controls`(seed: UInt64) {
        var net = Internet(
            seed: seed, roles: seed % 2 == 0 ? (.controlling, .controlled) : (.controlled, .controlling),
            hosts: ([publicA6, publicA], [publicB6, publicB]))
        net.connect()
        net.run(for: .seconds(5))
        #expect(net.nodes[0].agent.selectedPath?.local == publicA6.address)
        net.isCut = { source, _ in !source.address.isIPv4 }
        net.run(for: .seconds(25))
        #expect(net.isConsistent)
        #expect(net.nodes[0].agent.selectedPath?.local == publicA.address)
        net.expectData()
        #expect(net.nodes.allSatisfy { !$0.events.contains(.failed) })
    }

    @Test(.rfc(8445, "9"), .attack(5), arguments: 0..<20 as Range<UInt64>)
    func `a restart keeps the old path until there is a new one`(seed: UInt64) {
        var net = Internet(seed: seed, conditions: seed % 2 == 0 ? .perfect : Self.bad, hosts: ([publicA], [publicB]))
        net.connect()
        net.run(for: .seconds(20))
        let before = net.nodes.map { $0.events.count }
        net.restart()
        #expect(net.isConnected)
        net.run(until: net.now + .seconds(15)) { !$0.isConnected }
        #expect(net.isConnected)
        #expect(net.isConsistent)
        for (node, count) in zip(net.nodes, before) {
            let events = node.events.dropFirst(count)
            #expect(events.contains { if case .candidate = $0 { true } else { false } }, "candidates are told anew")
            #expect(events.contains(.gatheringComplete))
            #expect(!events.contains(.failed))
        }
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func `the address of either side is replaced, with and without a restart`(seed: UInt64) {
        for restarts in [true, false] {
            for index in 0...1 {
                var net = Internet(seed: seed, hosts: ([publicA], [publicB]))
                net.connect()
                net.run(for: .seconds(10))
                let moved = net.now
                net.move(index, to: TransportAddress("192.0.2.77", 5), nat: nil)
                #expect(net.nodes[index].events.last { $0 == .disconnected } != nil)
                if restarts { net.restart() }
                net.run(until: moved + .seconds(30))
                #expect(net.isConsistent)
                // With a restart a second; without it the peer has to find its old path dead.
                #expect(net.now <= moved + .seconds(restarts ? 1 : 21))
                net.expectData()
                #expect(net.nodes[1 - index].agent.selectedPath?.remote == TransportAddress("192.0.2.77", 5))
            }
        }
    }

    @Test func `an address that nobody uses goes without notice`() {
        var net = Internet(seed: 8, hosts: ([publicA, publicA6], [publicB]))
        net.connect()
        net.run(for: .seconds(5))
        let count = net.nodes[0].events.count
        net.nodes[0].agent.removeLocal(publicA6.address, now: net.now)
        net.nodes[0].agent.removeLocal(publicB6.address, now: net.now)
        net.run(for: .seconds(60))
        #expect(net.isConsistent)
        #expect(net.nodes[0].events.count == count)
        #expect(net.nodes[0].agent.localCandidates.map(\.address) == [publicA])
    }
}

@Suite("ICE controlled agent", .rfc(8445, "7.3.1.5"))
struct ICEControlledAgentTests {
    let peer = TransportAddress("192.0.2.1", 7000)
    let other = TransportAddress("192.0.2.2", 7000)

    func makeControlled() -> ICEAgent {
        var random = SeededRandom(seed: 2)
        var agent = ICEAgent(local: clientCredentials, role: .controlled, using: &random, now: .zero)
        agent.addLocal(.host(clientV4), now: .zero)
        agent.setRemote(serverCredentials, now: .zero)
        return agent
    }

    func check(_ nominates: Bool, role: STUNAttributeType = .iceControlling, _ low: UInt64 = 1) -> [UInt8] {
        CheckMessage(
            id: TransactionID(high: 1, low: low), username: "clie:serv", password: clientCredentials.password,
            role: role, nominates: nominates
        ).bytes
    }

    @Test func `a nomination counts once our own check is answered, and ours never nominate`() {
        var agent = makeControlled()
        agent.receive(check(true), from: peer, to: clientV4, now: .zero)
        #expect(summary(agent.drain()[0].bytes)?.mapped == peer)
        #expect(agent.selectedPath == nil)
        agent.handleTimeout(now: .zero)
        let triggered = agent.drain()
        #expect(triggered.map(\.remote) == [peer])
        #expect(summary(triggered[0].bytes)?.isControlled == true)
        #expect(summary(triggered[0].bytes)?.nominates == false)
        agent.receive(
            answer(triggered[0].bytes, mapped: clientV4, password: serverCredentials.password), from: peer,
            to: clientV4,
            now: milliseconds(10))
        #expect(agent.selectedPath?.remote == peer)
        #expect(agent.drainEvents() == [.pathSelected(ICEPath(remote: peer, local: clientV4.address)), .connected])
        let sent = agent.run(from: milliseconds(10), until: .zero + .seconds(60), alive: [peer])
        #expect(!sent.isEmpty)
        #expect(sent.allSatisfy { summary($0.transmit.bytes)?.nominates == false })
    }

    @Test(.rfc(8445, "8.1.1")) func `a peer that nominates everything ends on the best pair`() {
        var agent = makeControlled()
        agent.addRemote(.host(peer, preference: 10), now: .zero)
        agent.addRemote(.host(other, preference: 20), now: .zero)
        // The worse pair first.
        for (index, address) in [peer, other, peer, other, peer].enumerated() {
            let now = milliseconds(100 * index)
            agent.receive(check(true, UInt64(index)), from: address, to: clientV4, now: now)
            _ = agent.run(from: now, until: now + .milliseconds(90), alive: [peer, other])
        }
        #expect(agent.selectedPath?.remote == other)
        // The peer has left it: it nominates the other one alone.
        for second in 1...4 {
            let now = Instant.zero + .seconds(second)
            agent.receive(check(true, UInt64(100 + second)), from: peer, to: clientV4, now: now)
            _ = agent.run(from: now, until: now + .milliseconds(900), alive: [peer, other])
        }
        #expect(agent.selectedPath?.remote == peer)
    }

    @Test(.rfc(8445, "7.3.1.1"))
    func `a controlled peer with the larger tie-breaker is told 487, with the smaller one obeyed`() {
        // The peer's tie-breaker is 77: ours is larger, and we take control.
        var agent = makeControlled()
        agent.receive(check(false, role: .iceControlled), from: peer, to: clientV4, now: .zero)
        #expect(agent.role == .controlling)
        #expect(summary(agent.drain()[0].bytes)?.messageClass == .success)
    }

    @Test(.rfc(8445, "7.2.5.1")) func `487 changes the role and repeats the check at once`() {
        var agent = makeAgent()
        agent.addRemote(.host(peer), now: .zero)
        let first = agent.run(until: .zero)[0].transmit
        var refusal = STUNMessageBuilder(.failure, id: summary(first.bytes)!.id)
        refusal.add(STUNErrorCode.roleConflict)
        agent.receive(
            refusal.finish(integrityKey: Array(serverCredentials.password.utf8)), from: peer, to: clientV4,
            now: milliseconds(20))
        #expect(agent.role == .controlled)
        let second = agent.run(from: milliseconds(20), until: milliseconds(50))
        #expect(second.map { summary($0.transmit.bytes)?.isControlled } == [true])
        #expect(summary(second[0].transmit.bytes)?.id != summary(first.bytes)?.id)
        // The same answer again is an answer to nothing.
        agent.receive(
            refusal.finish(integrityKey: Array(serverCredentials.password.utf8)), from: peer, to: clientV4,
            now: milliseconds(60))
        #expect(agent.role == .controlled)
    }

    @Test(.attack(5)) func `nobody without the password changes the role`() {
        var agent = makeAgent()
        agent.addRemote(.host(peer), now: .zero)
        let first = agent.run(until: .zero)[0].transmit
        var refusal = STUNMessageBuilder(.failure, id: summary(first.bytes)!.id)
        refusal.add(STUNErrorCode.roleConflict)
        for password in [nil, "wrong"] {
            agent.receive(
                refusal.finish(integrityKey: password.map { Array($0.utf8) }), from: peer, to: clientV4,
                now: milliseconds(20))
        }
        var forged = CheckMessage(username: "clie:serv", password: "wrong-password-of-22+chars")
        forged.nominates = true
        agent.receive(forged.bytes, from: peer, to: clientV4, now: milliseconds(20))
        #expect(agent.role == .controlling)
    }

    @Test(.attack(5)) func `a peer that changes its role for ever makes us send no more than a check in 50 ms`() {
        var agent = makeControlled()
        agent.addRemote(.host(peer), now: .zero)
        var count = 0
        for step in 0..<1000 {
            let now = milliseconds(10 * step)
            agent.receive(
                check(true, role: step % 2 == 0 ? .iceControlled : .iceControlling, UInt64(step)), from: peer,
                to: clientV4, now: now)
            agent.handleTimeout(now: now)
            for transmit in agent.drain() where summary(transmit.bytes)?.messageClass == .request { count += 1 }
        }
        // 10 s: 200 checks, and the repetitions that a change brings forward.
        #expect(count <= 420)
    }
}
