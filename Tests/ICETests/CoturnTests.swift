// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
import RTCBase
import RTCTestKit
import STUN
import TURN
import Testing

/// Two agents with real sockets, one for the host and one for the relay.
private final class CoturnPair {
    struct End {
        var agent: ICEAgent
        let host: LoopbackFlow
        let relay: LoopbackFlow
        var received: [[UInt8]] = []
        var candidates: [ICECandidate] = []
    }

    var ends: [End] = []

    init(_ server: Coturn, _ transport: TURNServer.Transport, isRelayOnly: Bool) throws {
        var random = SeededRandom(seed: 5)
        for role in [ICERole.controlling, .controlled] {
            var configuration = ICEAgent.Configuration()
            configuration.isRelayOnly = isRelayOnly
            configuration.turnServers = [
                TURNServer(
                    server.address, transport: transport,
                    credentials: LongTermCredentials(username: Coturn.username, password: Coturn.password))
            ]
            let host = try LoopbackFlow(.udp)
            var agent = ICEAgent(
                local: .random(using: &random), role: role, configuration: configuration, using: &random, now: now)
            agent.addLocal(.host(host.address), now: now)
            agent.gather(now: now)
            let relay = try LoopbackFlow(transport == .udp ? .udp : .tcp, to: server.address)
            ends.append(End(agent: agent, host: host, relay: relay))
        }
        for index in 0...1 { ends[index].agent.setRemote(ends[1 - index].agent.local, now: now) }
    }

    var now: Instant { LoopbackFlow.now }

    func run(_ isDone: (CoturnPair) -> Bool) -> Bool {
        let end = now + .seconds(20)
        while true {
            for index in 0...1 { drain(index) }
            if isDone(self) { return true }
            guard now < end else { return false }
            let due = ends.compactMap(\.agent.deadline).min() ?? end
            let pause = min(due, end) - now
            LoopbackFlow.wait(
                for: ends.flatMap { [$0.host, $0.relay] },
                milliseconds: Int32(max(0, pause.wholeNanoseconds / 1_000_000) + 1))
            for index in 0...1 { receive(index) }
        }
    }

    private func drain(_ index: Int) {
        while let event = ends[index].agent.pollEvent() {
            switch event {
            case .candidate(let candidate):
                ends[index].candidates.append(candidate)
                ends[1 - index].agent.addRemote(candidate, now: now)
            case .gatheringComplete: ends[1 - index].agent.endOfRemoteCandidates(now: now)
            default: break
            }
        }
        while let transmit = ends[index].agent.pollTransmit() { send(transmit, from: index) }
        while let data = ends[index].agent.pollReceived() { ends[index].received.append(data.bytes) }
    }

    private func send(_ transmit: ICETransmit, from index: Int) {
        if transmit.relay == nil {
            ends[index].host.send(transmit.bytes, to: transmit.remote)
        } else {
            ends[index].relay.send(transmit.bytes)
        }
    }

    private func receive(_ index: Int) {
        while let piece = ends[index].relay.receive() {
            ends[index].agent.receive(piece.bytes.span.bytes, fromServer: 0, now: now)
        }
        while let (bytes, source) = ends[index].host.receive() {
            if STUNMessage.isSTUN(bytes.span.bytes) {
                ends[index].agent.receive(bytes.span.bytes, from: source, to: .v4Loopback, now: now)
            } else if ends[index].agent.accepts(from: source) {
                ends[index].received.append(bytes)
            }
        }
        ends[index].agent.handleTimeout(now: now)
    }

    func say(_ bytes: [UInt8], from index: Int) {
        guard let path = ends[index].agent.selectedPath,
            let transmit = ends[index].agent.encapsulate(bytes, for: path)
        else { return }
        send(transmit, from: index)
    }
}

@Suite("ICE with coturn", .rfc(8445, "5.1.1.2"), .serialized)
struct ICECoturnTests {
    @Test(.row("E-02"), arguments: [TURNServer.Transport.udp, .tcp])
    func `two agents that want nothing but relays meet through coturn`(transport: TURNServer.Transport) throws {
        let server = try Coturn()
        let pair = try CoturnPair(server, transport, isRelayOnly: true)
        let isConnected = pair.run { pair in pair.ends.allSatisfy { $0.agent.selectedPair != nil } }
        #expect(isConnected)
        #expect(pair.ends.allSatisfy { $0.agent.selectedPath?.relay == 0 })
        #expect(pair.ends.allSatisfy { $0.candidates.allSatisfy { $0.kind == .relay } })
        for index in 0...1 {
            let bytes = [0x80, UInt8(index)] + [UInt8](repeating: 3, count: 1100)
            pair.say(bytes, from: index)
            let arrives = pair.run { $0.ends[1 - index].received.contains(bytes) }
            #expect(arrives, "from agent \(index)")
        }
    }

    @Test func `with a direct path they use that, and coturn tells them nothing that they do not know`() throws {
        let server = try Coturn()
        let pair = try CoturnPair(server, .udp, isRelayOnly: false)
        let isConnected = pair.run { pair in
            pair.ends.allSatisfy { $0.agent.selectedPath != nil && $0.candidates.contains { $0.kind == .relay } }
        }
        #expect(isConnected)
        #expect(pair.ends.allSatisfy { $0.agent.selectedPath?.relay == nil })
        // Without a NAT the reflexive address is the host's own, and redundant.
        #expect(pair.ends.allSatisfy { $0.candidates.allSatisfy { $0.kind != .srflx } })
    }
}
