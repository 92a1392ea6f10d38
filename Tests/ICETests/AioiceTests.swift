// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Glibc
import ICE
import RTCBase
import RTCTestKit
import STUN
import TURN
import Testing

/// Our agent with real sockets, and aioice in a Python of its own that sends back what it gets.
private final class AioicePair {
    static let script = """
        import asyncio, sys
        import aioice, aioice.ice
        from aioice.ice import TransportPolicy
        aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]

        async def main():
            controlling, port = sys.argv[1] == "controlling", int(sys.argv[2])
            relay = dict(turn_server=("127.0.0.1", port), turn_username="user", turn_password="secret",
                         transport_policy=TransportPolicy.RELAY) if port else {}
            ice = aioice.Connection(ice_controlling=controlling, **relay)
            await ice.gather_candidates()
            print("credentials", ice.local_username, ice.local_password)
            for candidate in ice.local_candidates:
                print("candidate candidate:" + candidate.to_sdp())
            print("end", flush=True)
            loop = asyncio.get_running_loop()
            while True:
                words = (await loop.run_in_executor(None, sys.stdin.readline)).split()
                if words[0] == "credentials":
                    ice.remote_username, ice.remote_password = words[1:]
                elif words[0] == "end":
                    break
                else:
                    await ice.add_remote_candidate(aioice.Candidate.from_sdp(" ".join(words)[len("candidate:"):]))
            await ice.add_remote_candidate(None)
            await ice.connect()
            print("connected", "controlling" if ice.ice_controlling else "controlled", flush=True)
            while True:
                await ice.send(await ice.recv())

        asyncio.run(main())
        """

    var agent: ICEAgent
    let host: LoopbackFlow
    let relay: LoopbackFlow?
    let peer: OracleProcess
    var peerRole: String?
    var received: [[UInt8]] = []
    var said: [String] = []

    /// - Parameters:
    ///   - role: ours.
    ///   - peerRole: aioice's.
    ///   - server: a relay, if one of the two is to have nothing else: us or it.
    init(role: ICERole, peerRole: ICERole, server: Coturn? = nil, weRelay: Bool = false) throws {
        var random = SeededRandom(seed: 6)
        var configuration = ICEAgent.Configuration()
        if let server, weRelay {
            configuration.isRelayOnly = true
            configuration.turnServers = [
                TURNServer(
                    server.address, transport: .tcp,
                    credentials: LongTermCredentials(username: Coturn.username, password: Coturn.password))
            ]
            relay = try LoopbackFlow(.tcp, to: server.address)
        } else {
            relay = nil
        }
        host = try LoopbackFlow(.udp)
        let now = LoopbackFlow.now
        agent = ICEAgent(
            local: .random(using: &random), role: role, configuration: configuration, using: &random, now: now)
        agent.addLocal(.host(host.address), now: now)
        agent.gather(now: now)
        let port = server.map { weRelay ? 0 : $0.address.port } ?? 0
        peer = try OracleProcess([
            Self.python, "-c", Self.script, peerRole == .controlling ? "controlling" : "controlled", "\(port)",
        ])
        peer.say("credentials \(agent.local.ufrag) \(agent.local.password)")
    }

    /// The tests' own Python, as `Tests/Browser/run` finds it.
    private static var python: String {
        if let path = getenv("GALENE_TEST_PYTHON") { return String(cString: path) }
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/\(root)/.venv/bin/python"
    }

    var now: Instant { LoopbackFlow.now }

    func run(_ isDone: (AioicePair) -> Bool) -> Bool {
        let end = now + .seconds(25)
        while true {
            drain()
            if isDone(self) { return true }
            guard now < end else { return false }
            // The peer's lines are looked for a few times a second.
            let pause = min(agent.deadline ?? end, now + .milliseconds(50)) - now
            LoopbackFlow.wait(
                for: [host] + (relay.map { [$0] } ?? []),
                milliseconds: Int32(max(0, pause.wholeNanoseconds / 1_000_000) + 1))
            receive()
        }
    }

    private func drain() {
        while let event = agent.pollEvent() {
            switch event {
            case .candidate(let candidate): peer.say(candidate.attributeText)
            case .gatheringComplete: peer.say("end")
            default: break
            }
        }
        while let transmit = agent.pollTransmit() { send(transmit) }
        while let data = agent.pollReceived() { received.append(data.bytes) }
    }

    func send(_ transmit: ICETransmit) {
        if transmit.relay == nil {
            host.send(transmit.bytes, to: transmit.remote)
        } else {
            relay?.send(transmit.bytes)
        }
    }

    private func receive() {
        while let line = peer.hear() {
            said.append(line)
            let words = line.split(separator: " ", maxSplits: 1).map(String.init)
            switch words.first {
            case "credentials":
                let parts = words[1].split(separator: " ").map(String.init)
                agent.setRemote(ICECredentials(ufrag: parts[0], password: parts[1]), now: now)
            case "candidate":
                if case .candidate(let candidate)? = try? ICECandidateLine(parsing: words[1]) {
                    agent.addRemote(candidate, now: now)
                }
            case "end": agent.endOfRemoteCandidates(now: now)
            case "connected": peerRole = words[1]
            default: break
            }
        }
        while let piece = relay?.receive() { agent.receive(piece.bytes.span.bytes, fromServer: 0, now: now) }
        while let (bytes, source) = host.receive() {
            if STUNMessage.isSTUN(bytes.span.bytes) {
                agent.receive(bytes.span.bytes, from: source, to: .v4Loopback, now: now)
            } else if agent.accepts(from: source) {
                received.append(bytes)
            }
        }
        agent.handleTimeout(now: now)
    }

    /// Says something that is neither STUN nor ChannelData, and waits for its echo.
    func echoes(_ bytes: [UInt8]) -> Bool {
        guard let path = agent.selectedPath, let transmit = agent.encapsulate(bytes, for: path) else { return false }
        send(transmit)
        return run { $0.received.contains(bytes) }
    }
}

@Suite("ICE against aioice", .rfc(8445, "6"), .serialized)
struct AioiceTests {
    @Test(
        .row("E-02"),
        arguments: [
            (ICERole.controlling, ICERole.controlled), (.controlled, .controlling), (.controlling, .controlling),
            (.controlled, .controlled),
        ])
    func `connects in each role, and in conflict`(roles: (ICERole, ICERole)) throws {
        let pair = try AioicePair(role: roles.0, peerRole: roles.1)
        let isConnected = pair.run { $0.peerRole != nil && $0.agent.selectedPath != nil }
        #expect(isConnected, "\(pair.said)")
        #expect(pair.peerRole == (pair.agent.role == .controlling ? "controlled" : "controlling"))
        if roles.0 != roles.1 { #expect(pair.agent.role == roles.0) }
        let echoes = pair.echoes([0x80] + [UInt8](repeating: 4, count: 1000))
        #expect(echoes)
    }

    @Test(arguments: [true, false], [ICERole.controlling, .controlled])
    func `meets it through coturn, whoever has nothing but the relay`(weRelay: Bool, role: ICERole) throws {
        let server = try Coturn()
        let pair = try AioicePair(
            role: role, peerRole: role == .controlling ? .controlled : .controlling, server: server, weRelay: weRelay)
        let isConnected = pair.run { $0.peerRole != nil && $0.agent.selectedPath != nil }
        #expect(isConnected, "\(pair.said)")
        #expect((pair.agent.selectedPath?.relay == 0) == weRelay)
        if !weRelay { #expect(pair.agent.selectedPair?.remote.kind == .relay) }
        let echoes = pair.echoes([0x80] + [UInt8](repeating: 4, count: 1000))
        #expect(echoes)
    }
}
