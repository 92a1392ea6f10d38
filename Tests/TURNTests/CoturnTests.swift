// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import STUN
import TURN
import Testing

/// A client of coturn over a real socket, and a peer that it may reach.
private final class CoturnClient {
    var client: TURNClient
    let flow: LoopbackFlow
    let peer: LoopbackFlow
    var events: [TURNEvent] = []
    var data: [TURNData] = []
    /// The last one that we have sent.
    var nonce: String?
    var heard: [(bytes: [UInt8], from: TransportAddress)] = []

    init(
        _ server: Coturn, _ transport: TURNServer.Transport, password: String = Coturn.password, seed: UInt64 = 1
    ) throws {
        var random = SeededRandom(seed: seed)
        let credentials = LongTermCredentials(username: Coturn.username, password: password)
        client = TURNClient(
            TURNServer(server.address, transport: transport, credentials: credentials), using: &random)
        flow = try LoopbackFlow(transport == .udp ? .udp : .tcp, to: server.address)
        peer = try LoopbackFlow(.udp)
    }

    var now: Instant { LoopbackFlow.now }

    /// Runs until something holds; `false` when it does not in time.
    func run(for patience: Duration = .seconds(15), _ isDone: (CoturnClient) -> Bool) -> Bool {
        let end = now + patience
        while true {
            while let event = client.pollEvent() { events.append(event) }
            while let datagram = client.pollData() { data.append(datagram) }
            while let bytes = client.pollTransmit() {
                if let said = summary(bytes)?.nonce { nonce = said }
                flow.send(bytes)
            }
            if isDone(self) { return true }
            guard now < end else { return false }
            let pause = min(client.deadline ?? end, end) - now
            LoopbackFlow.wait(
                for: [flow, peer], milliseconds: Int32(max(0, pause.wholeNanoseconds / 1_000_000) + 1))
            while let piece = flow.receive() { client.receive(piece.bytes.span.bytes, now: now) }
            while let datagram = peer.receive() { heard.append(datagram) }
            client.handleTimeout(now: now)
        }
    }

    func allocate() -> Bool {
        client.allocate(now: now)
        return run { !$0.events.isEmpty }
    }

    var failure: TURNFailure? {
        for event in events { if case .failed(let failure) = event { return failure } }
        return nil
    }
}

@Suite("TURN client against coturn", .rfc(8656, "5"), .serialized)
struct CoturnTests {
    @Test(.row("E-02"), arguments: [TURNServer.Transport.udp, .tcp])
    func `allocates, permits, sends and receives, binds a channel, and leaves`(transport: TURNServer.Transport) throws {
        let server = try Coturn()
        let test = try CoturnClient(server, transport)
        #expect(test.allocate())
        guard case .allocated(let relayed, let mapped)? = test.events.first else {
            Issue.record("\(test.events)")
            return
        }
        #expect(relayed.first?.address == .v4Loopback)
        #expect(mapped == test.flow.address)
        test.client.permit(.v4Loopback, now: test.now)
        #expect(test.run { $0.client.hasPermission(.v4Loopback) })

        for usesChannel in [false, true] {
            for length in [0, 1, 2, 3, 4, 5, 100, 1199, 1200] {
                let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 + (usesChannel ? 1 : 0)) }
                test.client.send(bytes, to: test.peer.address, now: test.now)
                // coturn forwards no datagram without content.
                if length > 0 {
                    #expect(test.run { $0.heard.last?.bytes == bytes }, "\(length) bytes to the peer")
                    #expect(test.heard.last?.from == relayed[0])
                }
                guard length > 0 else { continue }
                test.peer.send(bytes, to: relayed[0])
                #expect(test.run { $0.data.last?.bytes == bytes }, "\(length) bytes from the peer")
                #expect(test.data.last?.peer == test.peer.address)
            }
            guard !usesChannel else { break }
            test.client.bindChannel(to: test.peer.address, now: test.now)
            let peer = test.peer.address
            #expect(
                test.run { $0.client.encapsulate([1], to: peer).map { (0x40...0x4f).contains($0[0]) } ?? false })
        }
        #expect(test.client.dropped == TURNDropCounts())
        test.client.close(now: test.now)
        #expect(test.run { $0.events.last == .closed })
    }

    @Test func `an IPv6 address comes beside the IPv4 one`() throws {
        let server = try Coturn()
        let test = try CoturnClient(server, .udp)
        #expect(test.allocate())
        // Hosts without IPv6 have the other alone.
        #expect(test.client.relayed.count == (test.client.relayed.contains { !$0.address.isIPv4 } ? 2 : 1))
        #expect(test.client.relayed[0].address == .v4Loopback)
    }

    @Test(.rfc(8489, "9.2.5")) func `a nonce that has become stale is replaced`() throws {
        let server = try Coturn(["--stale-nonce=1"])
        let test = try CoturnClient(server, .udp)
        #expect(test.allocate())
        // The server counts whole seconds: after two and a half the nonce is stale, whenever the second began.
        for (last, pause) in [(1, 0), (2, 2500)] as [(UInt32, Int)] {
            #expect(!test.run(for: .milliseconds(pause)) { _ in false })
            let address = IPAddress(v4: 0x7f00_0100 | last)
            let nonce = test.nonce
            test.client.permit(address, now: test.now)
            #expect(test.run { $0.client.hasPermission(address) })
            #expect((test.nonce != nonce) == (pause > 0))
        }
        #expect(test.client.isAllocated)
    }

    @Test func `a wrong password, a forbidden peer and a full server are told in words`() throws {
        let server = try Coturn(["--user-quota=1"])
        let wrong = try CoturnClient(server, .udp, password: "wrong")
        #expect(wrong.allocate())
        #expect(wrong.failure?.reason == TURNFailure.wrongCredentials.reason)

        let first = try CoturnClient(server, .tcp)
        #expect(first.allocate())
        #expect(first.client.isAllocated)
        first.client.permit(Coturn.deniedPeer, now: first.now)
        #expect(
            first.run { test in
                test.events.contains {
                    if case .refused(Coturn.deniedPeer, let why) = $0 { why.code == 403 } else { false }
                }
            })
        let second = try CoturnClient(server, .udp, seed: 2)
        #expect(second.allocate())
        #expect(second.failure?.code == 486)
    }
}
