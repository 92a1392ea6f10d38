// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import RTCBase
import RTCTestKit
import STUN
import Testing

@Suite("ICE between a client and a lite server", .rfc(8445, "6"))
struct ICEConnectivityTests {
    static func network(loss: Double = 0) -> NetworkConditions {
        NetworkConditions(loss: loss, duplication: 0.1, delay: .milliseconds(20), jitter: .milliseconds(30))
    }

    @Test(.row("N-11"), arguments: [(clientV4, serverV4), (clientV6, serverV6)])
    func `both sides have their path after one round trip`(client: TransportAddress, server: TransportAddress) {
        var world = World(
            seed: 1, conditions: NetworkConditions(delay: .milliseconds(10)), clientSockets: [client],
            serverAddresses: [server])
        world.run(until: .zero + .seconds(1))
        #expect(world.isConsistent)
        // Check, and answer with the server's own check, and the answer to that: three times 10 ms.
        #expect(world.now == milliseconds(30))
        #expect(world.clientEvents == [.pathSelected(ICEPath(remote: server, local: client.address)), .connected])
        #expect(world.serverEvents == [.pathSelected(ICEPath(remote: client, local: server.address))])
        world.run(for: .seconds(120))
        #expect(world.isConsistent)
        #expect(world.clientEvents.count == 2)
        #expect(world.serverEvents.count == 1)
    }

    @Test(arguments: 0..<120 as Range<UInt64>)
    func `connects in spite of loss up to one half, reordering and duplication`(seed: UInt64) {
        let loss = Double(seed % 6) / 10
        let isV6 = seed % 2 == 1
        var world = World(
            seed: seed, conditions: Self.network(loss: loss), clientSockets: [isV6 ? clientV6 : clientV4],
            serverAddresses: [isV6 ? serverV6 : serverV4])
        world.run(until: .zero + .seconds(30))
        #expect(world.isConsistent, "loss \(loss)")
        #expect(world.clientEvents.contains(.connected))
        #expect(!world.clientEvents.contains(.failed))
        // And stays: with half of all datagrams lost, three quarters of the checks are in vain.
        world.run(for: .seconds(60))
        #expect(world.isConnected)
        #expect(!world.clientEvents.contains(.failed))
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `two sockets and four addresses settle on one pair`(seed: UInt64) {
        let addresses = [
            serverV6, serverV4, TransportAddress("2001:db8:2::2", 7000), TransportAddress("127.0.0.1", 7000),
        ]
        var world = World(
            seed: seed, conditions: Self.network(loss: 0.2), clientSockets: [clientV6, clientV4],
            serverAddresses: addresses)
        world.run(for: .seconds(12))
        #expect(world.isConsistent)
        let path = world.client.selectedPath
        let changes = world.clientEvents.count
        world.run(for: .seconds(20))
        #expect(world.client.selectedPath == path)
        #expect(world.clientEvents.count == changes)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `a dead address, the best by its priority, delays nothing`(seed: UInt64) {
        var world = World(
            seed: seed, conditions: Self.network(), clientSockets: [clientV6, clientV4],
            serverAddresses: [serverV6, serverV4])
        world.dead = [serverV6]
        world.run(until: .zero + .seconds(5))
        // The second check leaves 50 ms after the first, and three trips of at most 50 ms follow.
        #expect(world.now <= milliseconds(200))
        #expect(world.client.selectedPath?.remote == serverV4)
        world.run(for: .seconds(60))
        #expect(world.isConsistent)
        #expect(world.clientEvents.filter { $0 != .connected }.count == 1)
    }

    @Test func `an address that dies later is replaced by one that lives`() {
        var world = World(
            seed: 3, conditions: Self.network(), clientSockets: [clientV6, clientV4],
            serverAddresses: [serverV6, serverV4])
        world.run(for: .seconds(5))
        #expect(world.client.selectedPath?.remote == serverV6)
        world.dead = [serverV6]
        world.run(until: .zero + .seconds(30)) { $0.isConsistent && $0.client.selectedPath?.remote == serverV4 }
        #expect(world.client.selectedPath?.remote == serverV4)
        #expect(world.server.selectedPath?.local == serverV4.address)
        #expect(world.clientEvents.contains(.disconnected))
        #expect(world.clientEvents.last == .connected)
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func `follows a client whose NAT moves it, within a consent check`(seed: UInt64) {
        var world = World(
            seed: seed, conditions: Self.network(loss: Double(seed % 3) / 10), clientSockets: [clientV4],
            serverAddresses: [serverV4])
        world.outside[clientV4] = TransportAddress("203.0.113.1", 1111)
        world.run(until: .zero + .seconds(20))
        world.run(for: .seconds(7))
        #expect(world.server.selectedPath?.remote == TransportAddress("203.0.113.1", 1111))

        world.outside[clientV4] = TransportAddress("203.0.113.1", 2222)
        let moved = world.now
        world.run(until: moved + .seconds(25))
        #expect(world.isConsistent)
        if seed % 3 == 0 { #expect(world.now <= moved + .milliseconds(6200)) }
        #expect(!world.serverEvents.contains(.failed))
    }

    @Test(.rfc(7675, "5.1"), .attack(2)) func `silence ends in failure after 30 s on both sides`() {
        var world = World(
            seed: 5, conditions: NetworkConditions(delay: .milliseconds(10)), clientSockets: [clientV4],
            serverAddresses: [serverV4])
        world.run(for: .seconds(20))
        #expect(world.isConsistent)
        world.conditions = NetworkConditions(loss: 1)
        let silent = world.now
        world.run(until: silent + .seconds(40)) { $0.client.hasFailed && $0.server.hasFailed }
        #expect(world.client.hasFailed && world.server.hasFailed)
        #expect(world.client.selectedPath == nil && world.server.selectedPath == nil)
        // The last check was at most 6 s before the silence.
        #expect(world.now <= silent + .seconds(30) && world.now >= silent + .seconds(24))
        #expect(world.clientEvents.suffix(2) == [.disconnected, .failed])
        #expect(world.serverEvents.last == .failed)
        #expect(world.client.deadline == nil && world.server.deadline == nil)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `an outage of 15 s is survived`(seed: UInt64) {
        var world = World(
            seed: seed, conditions: Self.network(), clientSockets: [clientV4], serverAddresses: [serverV4])
        world.run(for: .seconds(10))
        world.conditions = NetworkConditions(loss: 1)
        world.run(for: .seconds(15))
        world.conditions = Self.network()
        world.run(for: .seconds(3))
        #expect(world.isConsistent)
        #expect(world.clientEvents.last == .connected)
        #expect(world.clientEvents.count { $0 == .disconnected } == 1)
    }

    @Test(.attack(3), arguments: 0..<20 as Range<UInt64>)
    func `a participant cannot aim the stream at a victim`(seed: UInt64) {
        let victim = TransportAddress("198.51.100.66", 53)
        var world = World(
            seed: seed, conditions: Self.network(loss: 0.1), clientSockets: [clientV4], serverAddresses: [serverV4])
        world.run(until: .zero + .seconds(20))
        for _ in 0..<100 {
            world.forge(from: victim, to: serverV4)
            world.run(for: .milliseconds(300))
            #expect(world.server.selectedPath?.remote == clientV4)
        }
        #expect(world.isConsistent)
        // An answer for each forged check and about one check of ours a second, duplicates included.
        #expect(world.astray[victim, default: 0] < 200)
    }
}

@Suite("ICE restart between a client and a lite server", .rfc(8445, "9"), .attack(5))
struct ICERestartTests {
    static func makeWorld(_ seed: UInt64) -> World {
        World(
            seed: seed, conditions: ICEConnectivityTests.network(loss: Double(seed % 4) / 10),
            clientSockets: [clientV4], serverAddresses: [serverV4])
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `a restart never interrupts the path and ends on a new one`(seed: UInt64) {
        var world = Self.makeWorld(seed)
        world.run(until: .zero + .seconds(30))
        world.run(for: .milliseconds(Int(seed) * 100))
        #expect(world.isConnected)
        world.client.restart(local: .random(using: &world.random), now: world.now)
        // The offer travels: the server goes on with the old credentials for a while.
        world.run(until: world.now + .seconds(2)) { !$0.isConnected }
        #expect(world.isConnected)
        world.server.restart(local: .random(using: &world.random), now: world.now)
        world.outside[clientV4] = TransportAddress("203.0.113.77", 7)
        world.signal([serverV4])
        world.run(until: world.now + .seconds(20)) { !$0.isConnected || $0.isConsistent }
        #expect(world.isConsistent)
        #expect(world.server.selectedPath?.remote == TransportAddress("203.0.113.77", 7))
        world.run(for: .seconds(10))
        #expect(world.isConsistent)
        #expect(!world.clientEvents.contains(.failed))
        #expect(!world.serverEvents.contains(.failed))
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `restarts that overtake each other end on the last credentials`(seed: UInt64) {
        var world = Self.makeWorld(seed)
        var schedule = SeededRandom(seed: seed &+ 1000)
        world.run(until: .zero + .seconds(30))
        for _ in 0..<6 {
            // Either side first, with datagrams of the generation before still under way.
            let clientFirst = schedule.next() % 2 == 0
            for isClient in [clientFirst, !clientFirst] {
                let credentials = ICECredentials.random(using: &world.random)
                if isClient {
                    world.client.restart(local: credentials, now: world.now)
                } else {
                    world.server.restart(local: credentials, now: world.now)
                }
                world.run(for: .milliseconds(Int(schedule.next() % 60)))
            }
            world.signal([serverV4])
            world.run(for: .milliseconds(Int(schedule.next() % 150)))
        }
        world.run(until: world.now + .seconds(30))
        world.run(for: .seconds(20))
        #expect(world.isConsistent)
        #expect(world.client.remote == world.server.local)
        #expect(world.server.remote == world.client.local)
        #expect(world.client.selectedPath?.remote == serverV4)
    }

    @Test func `a restart revives two agents that have failed`() {
        var world = Self.makeWorld(0)
        world.run(for: .seconds(5))
        world.conditions = NetworkConditions(loss: 1)
        world.run(for: .seconds(60))
        #expect(world.client.hasFailed && world.server.hasFailed)
        world.conditions = .perfect
        world.client.restart(local: .random(using: &world.random), now: world.now)
        world.server.restart(local: .random(using: &world.random), now: world.now)
        world.signal([serverV4])
        world.run(for: .seconds(1))
        #expect(world.isConsistent)
        #expect(world.clientEvents.last == .connected)
    }
}
