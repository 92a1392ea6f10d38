// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import RTCBase
import RTCTestKit
import STUN
import Testing

@Suite("ICE restart of the lite agent", .rfc(8445, "9"), .attack(5))
struct ICELiteRestartTests {
    let newServer = ICECredentials(ufrag: "srv2", password: "second-server-password")
    let newClient = ICECredentials(ufrag: "cli2", password: "second-client-password")
    let newAddress = TransportAddress(IPAddress("203.0.113.99")!, port: 2)
    var newCheck: CheckMessage { CheckMessage(username: "srv2:cli2", password: newServer.password) }

    /// An agent with a path, restarted at 1 s.
    func makeRestarted() -> ICELiteAgent {
        var agent = makeLite()
        agent.validate(clientAddress, nominates: true, now: .zero)
        agent.restart(local: newServer, now: milliseconds(1000))
        _ = agent.drain()
        _ = agent.drainEvents()
        return agent
    }

    @Test func `the old path is kept, and its checks are answered, until a new one is validated`() {
        var agent = makeRestarted()
        #expect(agent.local == newServer)
        #expect(agent.remote == nil)
        #expect(agent.selectedPath?.remote == clientAddress)
        agent.receive(CheckMessage().bytes, from: clientAddress, now: milliseconds(1100))
        #expect(agent.drain().count == 1)

        agent.receive(newCheck.bytes, from: newAddress, now: milliseconds(1200))
        #expect(agent.drain().count == 1)
        #expect(agent.accepts(from: newAddress))
        agent.setRemote(newClient, now: milliseconds(1300))
        let check = agent.drain()[0]
        #expect(summary(check.bytes)?.username == "cli2:srv2")
        #expect(agent.selectedPath?.remote == clientAddress)
        agent.receive(
            answer(check.bytes, mapped: serverAddress, password: newClient.password), from: newAddress,
            now: milliseconds(1400))
        #expect(agent.selectedPath?.remote == newAddress)
        #expect(agent.drainEvents().count == 1)

        // For a while the old credentials still count; then they are strangers'.
        agent.receive(CheckMessage(nominates: true).bytes, from: clientAddress, now: milliseconds(1500))
        #expect(agent.drain().count == 1)
        #expect(agent.accepts(from: clientAddress))
        #expect(agent.selectedPath?.remote == newAddress)
        #expect(agent.answeredUfrags == ["srv2", "serv"])
        agent.handleTimeout(now: milliseconds(6400))
        #expect(agent.answeredUfrags == ["srv2"])
        #expect(!agent.accepts(from: clientAddress))
        agent.receive(CheckMessage().bytes, from: clientAddress, now: milliseconds(6500))
        #expect(agent.drain().isEmpty)
    }

    @Test func `the old credentials open no new path`() {
        var agent = makeRestarted()
        agent.setRemote(newClient, now: milliseconds(1000))
        agent.receive(CheckMessage(nominates: true).bytes, from: newAddress, now: milliseconds(1100))
        #expect(agent.drain().count == 1)
        #expect(!agent.accepts(from: newAddress))
        #expect(agent.selectedPath?.remote == clientAddress)
    }

    @Test func `an answer to a check from before the restart proves nothing`() {
        var agent = makeLite()
        agent.receive(CheckMessage().bytes, from: clientAddress, now: .zero)
        let check = agent.drain()[1]
        agent.restart(local: newServer, now: milliseconds(10))
        agent.setRemote(newClient, now: milliseconds(10))
        agent.receive(
            answer(check.bytes, mapped: serverAddress, password: clientCredentials.password), from: clientAddress,
            now: milliseconds(20))
        #expect(agent.selectedPath == nil)
        #expect(agent.dropped.unexpectedResponse == 1)
    }

    @Test func `mixed credentials of two generations are refused`() {
        var agent = makeRestarted()
        agent.setRemote(newClient, now: milliseconds(1000))
        for check in [
            CheckMessage(username: "srv2:cli2"), CheckMessage(username: "serv:clie", password: newServer.password),
            CheckMessage(username: "srv2:clie", password: newServer.password), CheckMessage(username: "serv:cli2"),
        ] {
            agent.receive(check.bytes, from: newAddress, now: milliseconds(1100))
            #expect(agent.drain().isEmpty)
        }
        #expect(!agent.accepts(from: newAddress))
    }

    @Test func `a restart that overtakes a restart keeps the path that works`() {
        var agent = makeRestarted()
        let third = ICECredentials(ufrag: "srv3", password: "third-server-password-")
        agent.receive(newCheck.bytes, from: newAddress, now: milliseconds(1100))
        agent.restart(local: third, now: milliseconds(1200))
        _ = agent.drain()
        #expect(agent.selectedPath?.remote == clientAddress)
        // The generation in between is gone, and with it what it was about to believe.
        agent.receive(newCheck.bytes, from: newAddress, now: milliseconds(1300))
        #expect(agent.drain().isEmpty)
        #expect(!agent.accepts(from: newAddress))
        agent.receive(CheckMessage().bytes, from: clientAddress, now: milliseconds(1400))
        #expect(agent.drain().count == 1)
    }

    @Test func `without a new path it fails when both the old one and the time are over`() {
        var agent = makeRestarted()
        agent.handleTimeout(now: milliseconds(30_000))
        #expect(agent.selectedPath == nil)
        #expect(agent.drainEvents().isEmpty)
        #expect(agent.deadline == milliseconds(31_000))
        agent.handleTimeout(now: milliseconds(31_000))
        #expect(agent.drainEvents() == [.failed])

        // And a restart revives it.
        agent.restart(local: serverCredentials, now: milliseconds(32_000))
        agent.setRemote(clientCredentials, now: milliseconds(32_000))
        agent.validate(clientAddress, now: milliseconds(32_100))
        #expect(agent.selectedPath?.remote == clientAddress)
    }

    @Test func `an old path that stays alive outlives a restart that leads nowhere`() {
        var agent = makeRestarted()
        for second in stride(from: 5, through: 60, by: 5) {
            agent.receive(CheckMessage().bytes, from: clientAddress, now: milliseconds(second * 1000))
            agent.handleTimeout(now: milliseconds(second * 1000))
        }
        #expect(agent.selectedPath?.remote == clientAddress)
        #expect(agent.drainEvents().isEmpty)
    }
}
