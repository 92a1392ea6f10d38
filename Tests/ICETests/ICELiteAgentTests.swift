// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import RTCBase
import RTCTestKit
import STUN
import Testing

/// A lite agent that knows its peer.
func makeLite(knowsRemote: Bool = true) -> ICELiteAgent {
    var random = SeededRandom(seed: 1)
    var agent = ICELiteAgent(local: serverCredentials, using: &random, now: .zero)
    if knowsRemote { agent.setRemote(clientCredentials, now: .zero) }
    return agent
}

extension ICELiteAgent {
    /// Takes a check from `address` and answers the agent's own: afterwards the address is validated.
    mutating func validate(_ address: TransportAddress, nominates: Bool = false, now: Instant) {
        receive(CheckMessage(nominates: nominates).bytes, from: address, now: now)
        for transmit in drain() where summary(transmit.bytes)?.messageClass == .request {
            receive(
                answer(transmit.bytes, mapped: serverAddress, password: clientCredentials.password),
                from: transmit.remote, now: now)
        }
    }
}

@Suite("ICE lite agent", .rfc(8445, "2.5"))
struct ICELiteAgentTests {
    let other = TransportAddress(IPAddress("2001:db8::7")!, port: 1234)

    @Test func `answers an authenticated check with the source address, signed`() {
        for address in [clientAddress, other] {
            var agent = makeLite()
            let check = CheckMessage()
            agent.receive(check.bytes, from: address, now: .zero)
            let sent = agent.drain()
            #expect(sent.count == 2)
            let response = summary(sent[0].bytes)
            #expect(response?.messageClass == .success)
            #expect(response?.id == check.id)
            #expect(response?.mapped == address)
            #expect(response?.hasValidFingerprint == true)
            #expect(verifies(sent[0].bytes, password: serverCredentials.password))
            #expect(sent[0].remote == address)
            #expect(sent[0].local == serverAddress.address)
            #expect(sent[0].bytes.count <= check.bytes.count)
        }
    }

    @Test func `checks a new address itself and selects it only when that is answered`() {
        var agent = makeLite()
        #expect(!agent.accepts(from: clientAddress))
        agent.receive(CheckMessage(nominates: true).bytes, from: clientAddress, now: .zero)
        let check = agent.drain()[1]
        let request = summary(check.bytes)
        #expect(request?.messageClass == .request)
        #expect(request?.username == "clie:serv")
        #expect(request?.isControlled == true)
        #expect(request?.isControlling == false)
        #expect(request?.nominates == false)
        #expect(request?.priority != nil)
        #expect(verifies(check.bytes, password: clientCredentials.password))
        #expect(check.remote == clientAddress)
        #expect(agent.selectedPath == nil)
        #expect(agent.accepts(from: clientAddress))
        #expect(!agent.accepts(from: other))

        let response = answer(check.bytes, mapped: serverAddress, password: clientCredentials.password)
        agent.receive(response, from: clientAddress, now: milliseconds(20))
        let path = ICEPath(remote: clientAddress, local: serverAddress.address)
        #expect(agent.selectedPath == path)
        #expect(agent.drainEvents() == [.pathSelected(path)])
        #expect(agent.drain().isEmpty)
    }

    @Test(.rfc(8489, "6.2.1")) func `repeats its check seven times, doubling, and again on the next check`() {
        var agent = makeLite()
        agent.receive(CheckMessage().bytes, from: clientAddress, now: .zero)
        var ids = Set(agent.drain().dropFirst().compactMap { summary($0.bytes)?.id })
        var times: [Int64] = []
        while let deadline = agent.deadline, deadline < .zero + .seconds(20) {
            agent.handleTimeout(now: deadline)
            for transmit in agent.drain() {
                times.append(deadline.nanoseconds / 1_000_000)
                ids.insert(summary(transmit.bytes)!.id)
            }
        }
        #expect(times == [100, 300, 700, 1500, 3100, 4700])
        #expect(ids.count == 1)
        agent.receive(CheckMessage().bytes, from: clientAddress, now: milliseconds(8000))
        let again = agent.drain()
        #expect(again.count == 2)
        #expect(!ids.contains(summary(again[1].bytes)!.id))
    }

    @Test func `the credentials of the peer may come after its checks`() {
        var agent = makeLite(knowsRemote: false)
        agent.receive(CheckMessage(username: "serv:anything").bytes, from: clientAddress, now: .zero)
        #expect(agent.drain().count == 1)
        #expect(agent.accepts(from: clientAddress))
        agent.setRemote(clientCredentials, now: milliseconds(50))
        let sent = agent.drain()
        #expect(sent.count == 1)
        #expect(summary(sent[0].bytes)?.username == "clie:serv")
        agent.setRemote(clientCredentials, now: milliseconds(60))
        #expect(agent.drain().isEmpty)
    }

    @Test func `moves to what is nominated, once it is validated`() {
        var agent = makeLite()
        agent.validate(clientAddress, now: .zero)
        agent.validate(other, now: .zero)
        #expect(agent.selectedPath?.remote == clientAddress)
        agent.receive(CheckMessage(nominates: true).bytes, from: other, now: milliseconds(100))
        #expect(agent.selectedPath?.remote == other)
        agent.receive(CheckMessage(nominates: true).bytes, from: clientAddress, now: milliseconds(200))
        #expect(agent.selectedPath?.remote == clientAddress)
        #expect(agent.drainEvents().count == 3)

        let third = TransportAddress(IPAddress("198.51.100.1")!, port: 9)
        agent.receive(CheckMessage(nominates: true).bytes, from: third, now: milliseconds(300))
        #expect(agent.selectedPath?.remote == clientAddress)
    }

    @Test func `the same client on two of our addresses is two paths`() {
        var agent = makeLite()
        let second = IPAddress("192.0.2.77")!
        agent.validate(clientAddress, now: .zero)
        agent.receive(CheckMessage(nominates: true).bytes.span.bytes, from: clientAddress, to: second, now: .zero)
        let sent = agent.drain()
        #expect(sent.map(\.local) == [second, second])
        #expect(agent.selectedPath?.local == serverAddress.address)
        let response = answer(sent[1].bytes, mapped: serverAddress, password: clientCredentials.password)
        // To the wrong one of our addresses: no proof.
        agent.receive(response, from: clientAddress, now: .zero)
        #expect(agent.selectedPath?.local == serverAddress.address)
        agent.receive(response.span.bytes, from: clientAddress, to: second, now: .zero)
        #expect(agent.selectedPath?.local == second)
    }

    @Test func `a path that is checked no longer gives way without nomination`() {
        var agent = makeLite()
        agent.validate(clientAddress, nominates: true, now: .zero)
        agent.validate(other, now: milliseconds(6000))
        #expect(agent.selectedPath?.remote == clientAddress)
        agent.receive(CheckMessage().bytes, from: other, now: milliseconds(9999))
        #expect(agent.selectedPath?.remote == clientAddress)
        agent.receive(CheckMessage().bytes, from: other, now: milliseconds(10_000))
        #expect(agent.selectedPath?.remote == other)
    }

    @Test(.rfc(8489, "6.3.1")) func `unknown comprehension-required attributes get 420 and change nothing`() {
        var agent = makeLite()
        agent.receive(CheckMessage(unknown: 0x7fff).bytes, from: clientAddress, now: .zero)
        let sent = agent.drain()
        #expect(sent.count == 1)
        #expect(summary(sent[0].bytes)?.error == 420)
        #expect(summary(sent[0].bytes)?.unknown == [0x7fff])
        #expect(verifies(sent[0].bytes, password: serverCredentials.password))
        #expect(!agent.accepts(from: clientAddress))
        // Chromium's own attribute is comprehension-optional.
        agent.receive(CheckMessage(unknown: 0xc057).bytes, from: clientAddress, now: .zero)
        #expect(summary(agent.drain()[0].bytes)?.messageClass == .success)
    }

    @Test(.rfc(8445, "7.3.1.1"), .attack(5))
    func `a peer that wants to be controlled too gets 487 and changes nothing`() {
        var agent = makeLite()
        agent.receive(CheckMessage(role: .iceControlled).bytes, from: clientAddress, now: .zero)
        let sent = agent.drain()
        #expect(sent.count == 1)
        #expect(summary(sent[0].bytes)?.error == 487)
        #expect(!agent.accepts(from: clientAddress))
    }

    @Test func `an error response leaves the address unvalidated until the next check`() {
        var agent = makeLite()
        agent.receive(CheckMessage().bytes, from: clientAddress, now: .zero)
        let check = agent.drain()[1]
        var builder = STUNMessageBuilder(.failure, id: summary(check.bytes)!.id)
        builder.add(STUNErrorCode.roleConflict)
        agent.receive(
            builder.finish(integrityKey: Array(clientCredentials.password.utf8)), from: clientAddress, now: .zero)
        #expect(agent.selectedPath == nil)
        agent.receive(CheckMessage().bytes, from: clientAddress, now: .zero)
        #expect(agent.drain().count == 2)
    }

    @Test(.rfc(7675, "5.1"), .attack(2)) func `fails 30 s after the last check and then is silent`() {
        var agent = makeLite()
        agent.validate(clientAddress, now: .zero)
        agent.receive(CheckMessage().bytes, from: clientAddress, now: milliseconds(10_000))
        _ = agent.drain()
        _ = agent.drainEvents()
        #expect(agent.deadline == milliseconds(40_000))
        agent.handleTimeout(now: milliseconds(39_999))
        #expect(agent.selectedPath != nil)
        agent.handleTimeout(now: milliseconds(40_000))
        #expect(agent.selectedPath == nil)
        #expect(agent.drainEvents() == [.failed])
        #expect(agent.deadline == nil)
        #expect(!agent.accepts(from: clientAddress))
        agent.receive(CheckMessage().bytes, from: clientAddress, now: milliseconds(40_001))
        #expect(agent.drain().isEmpty)
        #expect(agent.hasFailed)
    }

    @Test func `fails when no path is there 30 s after the peer's credentials`() {
        var agent = makeLite(knowsRemote: false)
        agent.setRemote(clientCredentials, now: milliseconds(20_000))
        // A peer that checks and never answers does not hold the session open either.
        for second in 21..<50 {
            agent.receive(CheckMessage().bytes, from: clientAddress, now: milliseconds(second * 1000))
            agent.handleTimeout(now: milliseconds(second * 1000))
        }
        #expect(agent.drainEvents().isEmpty)
        agent.handleTimeout(now: milliseconds(50_000))
        #expect(agent.drainEvents() == [.failed])
    }
}
