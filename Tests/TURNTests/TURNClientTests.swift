// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import STUN
import TURN
import Testing

@Suite("TURN client", .rfc(8656, "5"))
struct TURNClientTests {
    let relayedV4 = TransportAddress(IPAddress("192.0.2.61")!, port: 50000)
    let relayedV6 = TransportAddress(IPAddress("2001:db8:7::61")!, port: 50000)

    @Test(.rfc(8489, "9.2.4"), arguments: [TURNServer.Transport.udp, .tcp, .tls])
    func `asks, is challenged, and asks again with credentials`(transport: TURNServer.Transport) {
        var dialogue = Dialogue(transport)
        dialogue.allocate()
        #expect(dialogue.events == [.allocated([relayedV4, relayedV6], mapped: clientAddress)])
        #expect(dialogue.client.isAllocated)
        let requests = dialogue.sent.compactMap { summary($0.bytes) }
        #expect(requests.map(\.hasIntegrity) == [false, true])
        #expect(requests.map(\.username) == [nil, "user"])
        #expect(requests.map(\.nonce) == [nil, "nonce"])
        #expect(requests[0].id != requests[1].id)
    }

    @Test func `a server that asks nobody for credentials gets none`() {
        var dialogue = Dialogue(credentials: nil)
        dialogue.server.authenticates = false
        dialogue.allocate()
        #expect(dialogue.client.isAllocated)
        #expect(dialogue.count(.allocate) == 1)
    }

    @Test func `without IPv6 there is one address`() {
        var dialogue = Dialogue()
        dialogue.server.relayV6 = nil
        dialogue.allocate()
        #expect(dialogue.client.relayed == [relayedV4])
        dialogue = Dialogue(wantsIPv6: false)
        dialogue.allocate()
        #expect(dialogue.client.relayed == [relayedV4])
    }

    @Test(.rfc(8489, "6.2.1")) func `repeats over UDP with doubled pauses, and gives up after 20 s`() {
        var dialogue = Dialogue()
        dialogue.server.isSilent = true
        dialogue.allocate()
        dialogue.run(until: .zero + .seconds(60))
        let times = dialogue.sent.map { Int($0.at.nanoseconds / 1_000_000) }
        #expect(times == [0, 500, 1500, 3500, 7500, 11500, 15500])
        #expect(Set(dialogue.sent.map(\.bytes)).count == 1)
        #expect(dialogue.events == [.failed(.noAnswer)])
        #expect(dialogue.client.deadline == nil)
    }

    @Test(.rfc(8489, "6.2.2")) func `over a stream it asks once and waits as long`() {
        var dialogue = Dialogue(.tcp)
        dialogue.server.isSilent = true
        dialogue.allocate()
        dialogue.run(until: milliseconds(19_999))
        #expect(dialogue.events.isEmpty)
        dialogue.run(until: .zero + .seconds(20))
        #expect(dialogue.sent.count == 1)
        #expect(dialogue.events == [.failed(.noAnswer)])
    }

    @Test(.rfc(8656, "9")) func `data flows both ways with a permission, and nowhere without`() {
        var dialogue = Dialogue()
        dialogue.allocate()
        let isSent1 = dialogue.send([1], to: peer)
        #expect(!isSent1)
        dialogue.hear([9], from: peer)
        #expect(dialogue.data.isEmpty)
        dialogue.client.permit(peer.address, now: dialogue.now)
        dialogue.exchange()
        #expect(dialogue.events.last == .permitted(peer.address))
        let isSent2 = dialogue.send([1, 2, 3], to: peer)
        #expect(isSent2)
        dialogue.exchange()
        #expect(dialogue.relayed.map(\.bytes) == [[1, 2, 3]])
        #expect(dialogue.relayed[0].source == relayedV4 && dialogue.relayed[0].destination == peer)
        dialogue.hear([9, 8], from: TransportAddress(peer.address, port: 1))
        #expect(dialogue.data == [TURNData(peer: TransportAddress(peer.address, port: 1), bytes: [9, 8])])
        dialogue.hear([9], from: otherPeer)
        #expect(dialogue.data.count == 1)
    }

    @Test(.rfc(8656, "12"), arguments: [TURNServer.Transport.udp, .tcp])
    func `a channel shortens both ways, padded over a stream`(transport: TURNServer.Transport) {
        var dialogue = Dialogue(transport)
        dialogue.allocate()
        dialogue.client.permit(peer.address, now: dialogue.now)
        dialogue.exchange()
        dialogue.client.bindChannel(to: peer, now: dialogue.now)
        dialogue.exchange()
        dialogue.sent = []
        for length in 0...9 {
            let payload = [UInt8](repeating: 5, count: length)
            let isSent3 = dialogue.send(payload, to: peer)
            #expect(isSent3)
            dialogue.exchange()
            #expect(dialogue.relayed.last?.bytes == payload)
            #expect(dialogue.sent.last?.bytes.count == 4 + (transport.isStream ? (length + 3) / 4 * 4 : length))
            dialogue.hear(payload, from: peer)
            #expect(dialogue.data.last == TURNData(peer: peer, bytes: payload))
        }
        #expect(dialogue.server.channelMessages == 10)
        // Another peer at the same address has none.
        let isSent4 = dialogue.send([1], to: TransportAddress(peer.address, port: 1))
        #expect(isSent4)
        dialogue.exchange()
        #expect(dialogue.server.sendIndications == 1)
    }

    @Test(.rfc(8656, "8")) func `allocation, permissions and channels are refreshed before they end`() {
        var dialogue = Dialogue()
        dialogue.allocate()
        for address in [peer, otherPeer] {
            dialogue.client.permit(address.address, now: dialogue.now)
            dialogue.exchange()
        }
        dialogue.client.bindChannel(to: peer, now: dialogue.now)
        dialogue.exchange()
        for _ in 0..<24 {
            dialogue.run(for: .seconds(300))
            #expect(dialogue.client.isAllocated)
            for address in [peer, otherPeer] {
                let count = dialogue.relayed.count
                let isSent5 = dialogue.send([1], to: address)
                #expect(isSent5)
                dialogue.exchange()
                #expect(dialogue.relayed.count == count + 1)
            }
        }
        // Two hours: a refresh in 9 minutes, each permission in 4, the channel in 8.
        #expect((12...15).contains(dialogue.count(.refresh)))
        #expect((58...64).contains(dialogue.count(.createPermission)))
        #expect((14...17).contains(dialogue.count(.channelBind)))
    }

    @Test(.rfc(8656, "8")) func `half of what is asked may stay without an answer`() {
        for seed in 0..<20 as Range<UInt64> {
            var random = SeededRandom(seed: seed)
            var drops: [Bool] = (0..<4000).map { _ in random.next() % 3 == 0 }
            var dialogue = Dialogue()
            dialogue.isLost = { _ in drops.popLast() ?? false }
            dialogue.tamper = { drops.popLast() ?? false ? nil : $0 }
            dialogue.allocate()
            dialogue.run(for: .seconds(25))
            #expect(dialogue.client.isAllocated)
            dialogue.client.permit(peer.address, now: dialogue.now)
            dialogue.run(for: .seconds(3600))
            #expect(dialogue.client.isAllocated)
            #expect(dialogue.client.hasPermission(peer.address))
        }
    }

    @Test(.rfc(8489, "9.2.5")) func `a stale nonce is replaced, three times a request`() {
        var dialogue = Dialogue()
        dialogue.server.nonceLifetime = .seconds(60)
        dialogue.allocate()
        dialogue.run(for: .seconds(3000))
        #expect(dialogue.client.isAllocated)
        #expect(dialogue.events.count == 1)
        #expect(dialogue.count(.refresh) > 2 * 5 - 2)
    }

    @Test func `over UDP the way through NATs is kept open, over a stream it needs nothing`() {
        for (transport, expected) in [(TURNServer.Transport.udp, 15...20), (.tcp, 0...1)] {
            var dialogue = Dialogue(transport)
            dialogue.allocate()
            dialogue.sent = []
            dialogue.run(for: .seconds(300))
            #expect(expected.contains(dialogue.sent.count))
        }
    }

    @Test(.rfc(8656, "8")) func `closing gives the address back`() {
        var dialogue = Dialogue()
        dialogue.allocate()
        dialogue.server.nonceLifetime = .seconds(1)
        dialogue.run(for: .seconds(5))
        dialogue.client.close(now: dialogue.now)
        dialogue.exchange()
        #expect(dialogue.server.allocationCount == 0)
        #expect(dialogue.events.last == .closed)
        #expect(dialogue.client.deadline == nil)
        // A server that is gone is not waited for.
        dialogue = Dialogue()
        dialogue.allocate()
        dialogue.server.isSilent = true
        dialogue.client.close(now: dialogue.now)
        dialogue.run(for: .seconds(4))
        #expect(dialogue.events.last == .closed)
    }

    @Test(.rfc(8656, "19"), arguments: [UInt16(400), 403, 420, 437, 440, 442, 486, 500, 508, 599])
    func `a refusal is told in words, by its number, and never in the server's`(code: UInt16) {
        var dialogue = Dialogue()
        dialogue.server.allocateError = (code, nil)
        dialogue.allocate()
        guard case .failed(let failure)? = dialogue.events.last else {
            Issue.record("no failure")
            return
        }
        #expect(failure.code == code)
        #expect(failure.description.contains("(\(code))"))
        #expect(!failure.description.contains("told so"))
        #expect(failure.reason.count > 20)
        #expect(dialogue.client.deadline == nil)
        #expect(dialogue.sent.count == 1)
    }

    @Test func `wrong credentials are told from missing ones`() {
        var dialogue = Dialogue(credentials: LongTermCredentials(username: "user", password: "wrong"))
        dialogue.allocate()
        dialogue.run(for: .seconds(60))
        #expect(dialogue.events.count == 1)
        guard case .failed(let failure)? = dialogue.events.last else { return }
        #expect(failure.reason == TURNFailure.wrongCredentials.reason)
        dialogue = Dialogue(credentials: nil)
        dialogue.allocate()
        #expect(dialogue.events == [.failed(.noCredentials)])
    }

    @Test func `a peer that the server refuses is refused alone`() {
        var dialogue = Dialogue()
        dialogue.server.refusedPeers = [otherPeer.address]
        dialogue.allocate()
        for address in [peer, otherPeer] { dialogue.client.permit(address.address, now: dialogue.now) }
        dialogue.exchange()
        #expect(dialogue.client.hasPermission(peer.address))
        #expect(!dialogue.client.hasPermission(otherPeer.address))
        guard case .refused(otherPeer.address, let failure)? = dialogue.events.last else {
            Issue.record("not refused")
            return
        }
        #expect(failure.code == 403)
        #expect(dialogue.client.isAllocated)
    }

    @Test(.rfc(8489, "10")) func `another server that is named is asked, with its own nonce`() {
        let alternate = TransportAddress(IPAddress("192.0.2.70")!, port: 3478)
        var dialogue = Dialogue()
        dialogue.server.allocateError = (300, alternate)
        dialogue.client.allocate(now: .zero)
        let bytes = dialogue.client.pollTransmit()!
        for out in dialogue.server.receive(bytes, from: clientAddress, now: .zero) {
            dialogue.client.receive(out.bytes.span.bytes, now: .zero)
        }
        let event = dialogue.client.pollEvent()
        #expect(event == .moved(alternate))
        #expect(dialogue.client.server.address == alternate)
        dialogue.server.allocateError = nil
        dialogue.exchange()
        #expect(dialogue.client.isAllocated)
    }

    @Test func `a lost connection ends the allocation, and another one may be asked for`() {
        var dialogue = Dialogue(.tcp)
        dialogue.allocate()
        dialogue.client.disconnect()
        dialogue.exchange()
        #expect(dialogue.events.last == .failed(.disconnected))
        dialogue.server.forget()
        dialogue.allocate()
        #expect(dialogue.client.isAllocated)
    }

    @Test func `secrets are in no description`() {
        let server = TURNServer(serverAddress, credentials: LongTermCredentials(username: "alice", password: "hunter2"))
        var text = "\(server) \(String(reflecting: server))"
        dump(server, to: &text)
        #expect(!text.contains("hunter2") && !text.contains("alice"))
    }
}
