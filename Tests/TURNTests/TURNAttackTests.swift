// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import STUN
import TURN
import Testing

@Suite("TURN client under attack")
struct TURNAttackTests {
    func error(_ request: [UInt8], _ code: UInt16, realm: String? = nil, nonce: String? = nil) -> [UInt8] {
        let request = summary(request)!
        var builder = STUNMessageBuilder(.failure, request.method, id: request.id)
        builder.add(STUNErrorCode(code, ""))
        if let realm { builder.add(.realm, realm) }
        if let nonce { builder.add(.nonce, nonce) }
        return builder.finish(fingerprint: false)
    }

    @Test(.attack(21)) func `endless nonces end after four requests`() {
        var dialogue = Dialogue()
        dialogue.client.allocate(now: .zero)
        var count = 0
        while let request = dialogue.client.pollTransmit() {
            count += 1
            guard count < 100 else { break }
            let code: UInt16 = summary(request)!.hasIntegrity ? 438 : 401
            dialogue.client.receive(
                error(request, code, realm: "r", nonce: "nonce \(count)").span.bytes, now: .zero)
        }
        #expect(count == 2 + TURNLimits.staleNonces)
        #expect(dialogue.client.state == .failed(.endlessNonces))
    }

    @Test(.attack(21)) func `401 again and again ends after two requests`() {
        var dialogue = Dialogue()
        dialogue.client.allocate(now: .zero)
        var count = 0
        while let request = dialogue.client.pollTransmit() {
            count += 1
            guard count < 100 else { break }
            dialogue.client.receive(
                error(request, 401, realm: "realm \(count)", nonce: "nonce \(count)").span.bytes, now: .zero)
        }
        #expect(count == 2)
        guard case .failed? = dialogue.client.pollEvent() else {
            Issue.record("goes on")
            return
        }
    }

    @Test(.attack(3)) func `servers that name each other end after four`() {
        var dialogue = Dialogue()
        dialogue.client.allocate(now: .zero)
        var moved: [TransportAddress] = []
        for port in 1...100 as ClosedRange<UInt16> {
            guard let request = dialogue.client.pollTransmit() else { break }
            var builder = STUNMessageBuilder(.failure, .allocate, id: summary(request)!.id)
            builder.add(STUNErrorCode.tryAlternate)
            builder.add(.alternateServer, TransportAddress(IPAddress("192.0.2.70")!, port: port), isXORed: false)
            dialogue.client.receive(builder.finish().span.bytes, now: .zero)
            while let event = dialogue.client.pollEvent() {
                if case .moved(let address) = event { moved.append(address) }
            }
        }
        #expect(moved.count == TURNLimits.alternates)
        #expect(dialogue.client.state == .failed(.uselessAlternate))
    }

    @Test(
        .attack(3),
        arguments: ["127.0.0.1", "169.254.169.254", "0.0.0.0", "224.0.0.1", "::1", "2001:db8::9", "192.0.2.60"])
    func `no server sends the client to its own host, its link, everybody, another family or round in a circle`(
        text: String
    ) {
        var dialogue = Dialogue()
        dialogue.server.allocateError = (300, TransportAddress(IPAddress(text)!, port: 3478))
        dialogue.allocate()
        #expect(dialogue.events == [.failed(.uselessAlternate)])
        #expect(dialogue.sent.count == 1)
    }

    @Test(.attack(21)) func `a realm and a nonce as long as they may be fit, or are refused`() {
        for (realm, nonce, username, fits) in [
            (763, 763, 10, true), (763, 763, 11, false), (1, 1, 513, true), (763, 300, 473, true),
            (763, 300, 474, false),
        ] {
            let credentials = LongTermCredentials(username: String(repeating: "u", count: username), password: "p")
            var dialogue = Dialogue(credentials: credentials)
            dialogue.client.allocate(now: .zero)
            let request = dialogue.client.pollTransmit()!
            dialogue.client.receive(
                error(
                    request, 401, realm: String(repeating: "r", count: realm),
                    nonce: String(repeating: "n", count: nonce)
                ).span.bytes, now: .zero)
            let again = dialogue.client.pollTransmit()
            #expect((again != nil) == fits)
            #expect((dialogue.client.state == .failed(.unusableChallenge)) == !fits)
        }
    }

    @Test(.attack(2)) func `an answer with another transaction, or without the right integrity, changes nothing`() {
        var dialogue = Dialogue()
        dialogue.isLost = { summary($0)?.hasIntegrity == true }
        dialogue.allocate()
        let request = dialogue.sent.last!.bytes
        let good = LongTermCredentials(username: "user", password: "secret").key(realm: "example.org")
        func success(_ id: TransactionID, key: [UInt8]?) -> [UInt8] {
            var builder = STUNMessageBuilder(.success, .allocate, id: id)
            builder.add(.xorRelayedAddress, peer)
            return builder.finish(integrityKey: key)
        }
        let id = summary(request)!.id
        dialogue.receive(success(TransactionID(high: 1, low: 1), key: good))
        dialogue.receive(success(id, key: nil))
        dialogue.receive(success(id, key: [1, 2, 3]))
        dialogue.receive(error(request, 486))
        #expect(dialogue.client.dropped.unexpectedResponse == 4)
        #expect(dialogue.events.isEmpty)
        dialogue.receive(success(id, key: good))
        #expect(dialogue.client.relayed == [peer])
    }

    @Test(.attack(2)) func `data of peers without permission, and on channels that are not bound, goes nowhere`() {
        var dialogue = Dialogue()
        dialogue.allocate()
        dialogue.client.permit(peer.address, now: .zero)
        dialogue.exchange()
        var indication = STUNMessageBuilder(.indication, .data, id: TransactionID(high: 1, low: 1))
        indication.add(.xorPeerAddress, otherPeer)
        indication.add(.data, [1, 2, 3])
        dialogue.receive(indication.finish(fingerprint: false))
        dialogue.receive([0x40, 0x00, 0x00, 0x01, 7])
        #expect(dialogue.data.isEmpty)
        #expect(dialogue.client.dropped.unpermitted == 2)
    }

    @Test(.attack(1)) func `every truncation and every flipped bit of every message is taken without a trap`() {
        for transport in [TURNServer.Transport.udp, .tcp] {
            var dialogue = Dialogue(transport)
            var answers: [[UInt8]] = []
            dialogue.tamper = {
                answers.append($0)
                return $0
            }
            dialogue.allocate()
            dialogue.client.permit(peer.address, now: .zero)
            dialogue.exchange()
            dialogue.hear([1, 2, 3, 4, 5], from: peer)
            dialogue.client.bindChannel(to: peer, now: .zero)
            dialogue.exchange()
            dialogue.hear([1, 2, 3, 4, 5], from: peer)
            #expect(answers.count == 6)
            for answer in answers {
                for length in 0..<answer.count {
                    Array(answer.prefix(length)).withUnsafeBytes { TURNFuzzing.run($0) }
                    var copy = dialogue
                    copy.tamper = { $0 }
                    copy.receive(Array(answer.prefix(length)))
                }
                for bit in 0..<answer.count * 8 {
                    var bytes = answer
                    bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                    bytes.withUnsafeBytes { TURNFuzzing.run($0) }
                    var copy = dialogue
                    copy.tamper = { $0 }
                    copy.receive(bytes)
                }
            }
        }
    }

    @Test(.attack(1), arguments: 0..<10 as Range<UInt64>) func `a hostile server says anything at any time`(
        seed: UInt64
    ) {
        var random = SeededRandom(seed: seed)
        let methods: [STUNMethod] = [.allocate, .refresh, .createPermission, .channelBind, .binding, .data]
        let attributes: [STUNAttributeType] = [
            .xorRelayedAddress, .xorMappedAddress, .lifetime, .errorCode, .realm, .nonce, .alternateServer, .data,
            .xorPeerAddress, .channelNumber,
        ]
        var dialogue = Dialogue(seed % 2 == 0 ? .udp : .tcp)
        for _ in 0..<3000 {
            dialogue.client.allocate(now: dialogue.now)
            dialogue.client.permit(IPAddress(v4: UInt32(truncatingIfNeeded: random.next() % 100)), now: dialogue.now)
            var ids: [TransactionID] = []
            while let bytes = dialogue.client.pollTransmit() { if let id = summary(bytes)?.id { ids.append(id) } }
            let id = ids.randomElement(using: &random) ?? TransactionID(high: 1, low: 1)
            let kind: STUNClass = [.success, .failure, .indication][Int(random.next() % 3)]
            var builder = STUNMessageBuilder(kind, methods.randomElement(using: &random)!, id: id)
            for _ in 0..<random.next() % 6 {
                builder.add(attributes.randomElement(using: &random)!, random.bytes(Int(random.next() % 40)))
            }
            dialogue.client.receive(builder.finish(fingerprint: false).span.bytes, now: dialogue.now)
            while dialogue.client.pollEvent() != nil {}
            while dialogue.client.pollData() != nil {}
            dialogue.now += .milliseconds(Int(random.next() % 2000))
            dialogue.client.handleTimeout(now: dialogue.now)
        }
    }

    @Test(.attack(21), arguments: [UInt32(0), 1, 5, 59, .max]) func `no lifetime makes it refresh without end or never`(
        lifetime: UInt32
    ) {
        var dialogue = Dialogue()
        dialogue.server.lifetime = lifetime
        dialogue.allocate()
        dialogue.server.lifetime = lifetime
        dialogue.run(for: .seconds(36_00 * 3))
        #expect(dialogue.count(.refresh) <= 3600 * 3 / 10)
        if lifetime == .max { #expect(dialogue.count(.refresh) >= 2) }
    }

    @Test(.attack(4)) func `permissions and channels are bounded`() {
        var dialogue = Dialogue()
        dialogue.allocate()
        for last in 1...200 as ClosedRange<UInt32> {
            let address = IPAddress(v4: 0xcb00_7100 | last)
            dialogue.client.permit(address, now: .zero)
            dialogue.exchange()
            for port in 1...3 as ClosedRange<UInt16> {
                dialogue.client.bindChannel(to: TransportAddress(address, port: port), now: .zero)
            }
            dialogue.exchange()
        }
        #expect(dialogue.count(.createPermission) == TURNLimits.permissions)
        #expect(dialogue.count(.channelBind) == TURNLimits.channels)
        // What is forgotten makes room.
        dialogue.client.keepPermissions { _ in false }
        dialogue.client.permit(peer.address, now: .zero)
        dialogue.exchange()
        #expect(dialogue.client.hasPermission(peer.address))
    }

    @Test(.attack(4)) func `what is too long to relay is not relayed`() {
        var dialogue = Dialogue()
        dialogue.allocate()
        dialogue.client.permit(peer.address, now: .zero)
        dialogue.exchange()
        let limit = TURNLimits.payloadLength
        let isSent1 = dialogue.send([UInt8](repeating: 1, count: limit), to: peer)
        #expect(isSent1)
        let isSent2 = dialogue.send([UInt8](repeating: 1, count: limit + 1), to: peer)
        #expect(!isSent2)
        dialogue.exchange()
        #expect(dialogue.relayed.count == 1)
        dialogue.hear([UInt8](repeating: 1, count: limit), from: peer)
        dialogue.hear([UInt8](repeating: 1, count: limit + 1), from: peer)
        #expect(dialogue.data.map(\.bytes.count) == [limit])
    }
}
