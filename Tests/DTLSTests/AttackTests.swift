// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import DTLS
import RTCBase
import RTCCrypto
import RTCTestKit
import Testing

/// When in an association's life an attack comes.
enum Phase: CaseIterable {
    case beforeClientHello, duringHandshake, connected
}

@Suite("Attacks on a DTLS association")
struct AttackTests {
    /// Plays `attack` to both sides in `phase`, and expects that the pair connects all the same and exchanges data.
    private func survive(_ phase: Phase, dropsAtLeast: Int = 1, _ attack: [[UInt8]]) throws {
        let pair = try DTLSPair()
        pair.server.association.start(now: .zero)
        pair.client.association.start(now: .zero)
        switch phase {
        case .beforeClientHello: break
        case .duringHandshake:
            for datagram in pair.client.drain() { pair.server.receive(datagram) }
        case .connected: pair.connect()
        }
        for datagram in attack {
            pair.server.receive(datagram, now: pair.now)
            pair.client.receive(datagram, now: pair.now)
        }
        #expect(pair.server.droppedRecords >= dropsAtLeast)
        pair.run { $0.isConnected }
        #expect(equal(pair.client.keys, pair.server.keys))
        #expect(pair.server.failure == nil)
        #expect(pair.client.failure == nil)
        try pair.client.send([1])
        try pair.server.send([2])
        pair.exchange()
        #expect(pair.server.received == [[1]])
        #expect(pair.client.received == [[2]])
        #expect(pair.server.state == .connected && pair.client.state == .connected)
    }

    @Test(.attack(6), arguments: Phase.allCases)
    func `a ClientHello with a NULL cipher gets no answer and changes nothing`(phase: Phase) throws {
        try survive(phase, dropsAtLeast: phase == .duringHandshake ? 0 : 1, [Forged.nullCipherClientHello])
        let server = try Endpoint(.server, Peers.server, expecting: Peers.client.certificate.fingerprint)
        server.association.start(now: .zero)
        for number in 0..<100 as Range<UInt64> {
            server.receive(Forged.clientHello(cipherSuites: [0, 1], sequenceNumber: number))
            #expect(server.drain().isEmpty)
        }
        #expect(server.droppedRecords == 100)
        #expect(server.state == .handshaking)
    }

    @Test(.attack(6)) func `a peer that shares no cipher fails the handshake in the end, with the reason`() throws {
        let server = try Endpoint(.server, Peers.server, expecting: Peers.client.certificate.fingerprint)
        server.association.start(now: .zero)
        server.receive(Forged.nullCipherClientHello)
        while let deadline = server.deadline { server.association.handleTimeout(now: deadline) }
        #expect(server.drain().isEmpty)
        #expect(server.failure == .refused("no shared cipher"))
    }

    @Test(.attack(7), arguments: Phase.allCases)
    func `fragments with impossible lengths are dropped`(phase: Phase) throws {
        let body = [UInt8](repeating: 1, count: 100)
        var attack: [[UInt8]] = []
        for type in [1, 2, 11, 12, 16, 20] as [UInt8] {
            for message in [
                Forged.message(type: type, length: 0xff_ffff, body),
                Forged.message(type: type, length: 0xff_ffff, offset: 0xff_ff00, body),
                Forged.message(type: type, length: 200, offset: 150, body),
                Forged.message(type: type, length: 50, body),
                Forged.message(type: type, length: 200, fragmentLength: 0xff_ffff, body),
                Forged.message(type: type, length: 200, offset: 0xff_ffff, fragmentLength: 0xff_ffff, body),
                Forged.message(type: type, length: 200, offset: 0, fragmentLength: 0, []),
                Forged.message(type: type, length: 8193, body),
            ] {
                attack.append(Forged.record(type: 22, message))
            }
        }
        try survive(phase, dropsAtLeast: attack.count, attack)
    }

    @Test(.attack(7)) func `a forged fragment in front of a browser's ClientHello only delays it`() throws {
        let hello = Fixture.datagrams("dtls-clienthandshake-chromium.bin").prefix(2)
        let server = try Endpoint(.server, Peers.server, expecting: Peers.client.certificate.fingerprint)
        server.association.start(now: .zero)
        let forged = Forged.message(type: 1, length: 5000, [UInt8](repeating: 0, count: 1000))
        server.receive(Forged.record(type: 22, forged))
        var answers = 0
        // The browser sends its ClientHello again until it gets an answer, in records with new numbers.
        for repetition in 0..<3 as Range<UInt8> {
            for (index, var datagram) in hello.enumerated() {
                datagram[10] = 2 * repetition + UInt8(index)
                server.receive(datagram)
            }
            answers += server.drain().count
        }
        #expect(answers > 0)
        #expect(server.state == .handshaking)
    }

    @Test(.attack(7)) func `forged fragments that disagree about a later message are forgotten`() throws {
        let body = [UInt8](repeating: 0, count: 100)
        let attack = [300, 200, 250, 100].enumerated().map { index, length in
            Forged.record(
                type: 22, sequenceNumber: UInt64(index) + 20,
                Forged.message(type: 15, length: length, sequenceNumber: 3, body))
        }
        // Two contradict the first fragment; the last is whole, as the client's own message is that comes afterwards.
        try survive(.duringHandshake, dropsAtLeast: 2, attack)
    }

    @Test(.attack(7)) func `fragments of many messages at once are limited and do no harm`() throws {
        let attack = (1..<2000 as Range<UInt16>).map { number in
            Forged.record(
                type: 22, sequenceNumber: UInt64(number) + 1000,
                Forged.message(type: 11, length: 8192, sequenceNumber: number, [UInt8](repeating: 0, count: 1000)))
        }
        let pair = try DTLSPair()
        pair.server.association.start(now: .zero)
        for datagram in attack { pair.server.receive(datagram) }
        #expect(pair.server.failure == nil)
        #expect(pair.server.drain().isEmpty)
        #expect(pair.server.state == .handshaking)
    }

    @Test(.attack(9)) func `application data without protection is ignored`() throws {
        let attack = (0..<50 as Range<UInt64>).map {
            Forged.record(type: 23, sequenceNumber: $0 + 100, [UInt8]("attack".utf8))
        }
        for phase in Phase.allCases { try survive(phase, dropsAtLeast: 50, attack) }
    }

    @Test(.attack(10), arguments: Phase.allCases)
    func `no short record ends an association`(phase: Phase) throws {
        var attack: [[UInt8]] = []
        for type in 19...26 as ClosedRange<UInt8> where type != 22 || phase == .connected {
            for epoch in 0...3 as ClosedRange<UInt16> {
                for length in 0...40 {
                    let body = [UInt8](repeating: 1, count: length)
                    for number in [1, 1 << 40, 1 << 48 - 1] as [UInt64] {
                        attack.append(Forged.record(type: type, epoch: epoch, sequenceNumber: number, body))
                    }
                }
            }
        }
        try survive(phase, dropsAtLeast: attack.count / 2, attack)
    }

    @Test(.attack(9), .rfc(6347, "4.1"))
    func `a protected record that is relabelled as another kind or epoch is ignored`() throws {
        let pair = try DTLSPair()
        pair.connect()
        try pair.client.send([1])
        let record = try #require(pair.client.drain().first)
        let before = pair.server.droppedRecords
        for type in 20...26 as ClosedRange<UInt8> {
            for epoch in [0, 1, 2, 0xffff] as [UInt16] where type != 23 || epoch != 1 {
                var forged = record
                forged[0] = type
                forged[3] = UInt8(epoch >> 8)
                forged[4] = UInt8(truncatingIfNeeded: epoch)
                pair.server.receive(forged)
                // In clear it would be data.
                pair.server.receive(Forged.record(type: type, epoch: epoch, sequenceNumber: 2, [1]))
            }
        }
        #expect(pair.server.drain().isEmpty)
        #expect(pair.server.received.isEmpty && pair.server.state == .connected)
        #expect(pair.server.droppedRecords > before)
        pair.server.receive(record)
        #expect(pair.server.drain().isEmpty)
        #expect(pair.server.received == [[1]])
    }

    @Test(.attack(10), .rfc(6347, "4.1.2.7"))
    func `a goodbye that is forged, or real but for one bit, ends nothing`() throws {
        let pair = try DTLSPair()
        pair.connect()
        for level in 0...3 as ClosedRange<UInt8> {
            for number in 0...255 as ClosedRange<UInt8> {
                for epoch in 0...1 as ClosedRange<UInt16> {
                    for count in [0, 24] {
                        let body = [level, number] + [UInt8](repeating: number, count: count)
                        let forged = Forged.record(
                            type: 21, epoch: epoch, sequenceNumber: UInt64(number) + 1, body)
                        pair.server.receive(forged)
                        pair.client.receive(forged)
                    }
                }
            }
        }
        #expect(pair.server.drain().isEmpty && pair.client.drain().isEmpty)
        pair.client.association.close(now: pair.now)
        let goodbye = try #require(pair.client.drain().first)
        for bit in 0..<goodbye.count * 8 {
            var forged = goodbye
            forged[bit / 8] ^= 1 << UInt8(bit % 8)
            pair.server.receive(forged)
            pair.server.receive(Array(goodbye[..<(bit / 8)]))
        }
        #expect(pair.server.drain().isEmpty)
        #expect(pair.server.state == .connected && !pair.server.isClosed)
        pair.server.receive(goodbye)
        #expect(pair.server.drain().count == 1)
        #expect(pair.server.isClosed, "the real one does")
    }

    @Test(.attack(10), arguments: 0..<10 as Range<UInt64>)
    func `no single record of up to forty bytes ends an association, whatever is in it`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let pair = try DTLSPair()
        pair.connect()
        for round in 0..<20 as Range<UInt64> {
            for type in 20...26 as ClosedRange<UInt8> {
                for length in 0...40 {
                    // The number that comes next, so that nothing is dropped as a repetition, and an explicit nonce that
                    // agrees with it.
                    let number = round * 2 + 1 + random.next() % 3
                    var body = random.bytes(length)
                    let nonce = Forged.record(type: 0, epoch: 1, sequenceNumber: number, [])[3..<11]
                    if random.next() % 2 == 0, length >= 8 { body.replaceSubrange(..<8, with: nonce) }
                    for epoch in 0...1 as ClosedRange<UInt16> {
                        let forged = Forged.record(type: type, epoch: epoch, sequenceNumber: number, body)
                        pair.server.receive(forged)
                        pair.client.receive(forged)
                    }
                }
            }
            try pair.client.send([UInt8(round)])
            try pair.server.send([UInt8(round)])
            pair.exchange()
        }
        #expect(pair.server.received == (0..<20).map { [$0] })
        #expect(pair.client.received == (0..<20).map { [$0] })
        #expect(pair.server.failure == nil && pair.client.failure == nil)
    }

    @Test(.attack(10), arguments: Phase.allCases)
    func `no datagram that is cut or lies about its length ends an association`(phase: Phase) throws {
        let record = Forged.record(type: 23, epoch: 1, sequenceNumber: 9, [UInt8](repeating: 3, count: 64))
        var attack = (0..<record.count).map { Array(record[..<$0]) }
        for length in [0, 1, 63, 65, 0x4000, 0x4101, 0xffff] {
            for version in [0xfefd, 0xfeff, 0x0303, 0xfefc, 0, 0xffff] as [UInt16] {
                attack.append(
                    Forged.record(
                        type: 23, version: version, epoch: 1, length: length, [UInt8](repeating: 3, count: 64)))
            }
        }
        try survive(phase, dropsAtLeast: record.count - 1, attack)
    }

    @Test(.attack(10), arguments: Phase.allCases)
    func `garbage of any kind never ends an association`(phase: Phase) throws {
        var random = SeededRandom(seed: 10)
        let attack = (0..<2000).map { _ in
            Forged.record(
                type: .random(in: 20...23, using: &random), epoch: 1,
                sequenceNumber: .random(in: 0..<1 << 48, using: &random),
                random.bytes(.random(in: 1...200, using: &random)))
        }
        try survive(phase, dropsAtLeast: 1, attack)
    }

    @Test(.attack(12), arguments: Phase.allCases)
    func `a flood of forged alerts changes nothing`(phase: Phase) throws {
        let attack = (0..<1000 as Range<UInt64>).flatMap { number in
            [
                Forged.alert(UInt8(truncatingIfNeeded: number), sequenceNumber: number + 50),
                Forged.alert(0, level: 1, sequenceNumber: number + 50),
            ]
        }
        try survive(phase, dropsAtLeast: 2000, attack)
    }

    @Test(.attack(12)) func `an alert is believed when the peer stays silent after it`() throws {
        let client = try Endpoint(.client, Peers.client, expecting: Peers.server.certificate.fingerprint)
        client.association.start(now: .zero)
        client.receive(Forged.alert(40))
        var now = Instant.zero
        while let deadline = client.deadline {
            now = deadline
            client.association.handleTimeout(now: deadline)
        }
        #expect(!client.drain().isEmpty)
        #expect(client.failure == .alert(40))
        #expect(now == Instant.zero + .seconds(3))
    }

    @Test(.attack(12), arguments: Phase.allCases)
    func `ChangeCipherSpec out of turn changes nothing`(phase: Phase) throws {
        let attack = (0..<50 as Range<UInt64>).flatMap { number in
            [[1], [0], [1, 1], [2]].map { Forged.record(type: 20, sequenceNumber: number + 50, $0) }
        }
        try survive(phase, dropsAtLeast: 150, attack)
    }

    @Test(.attack(12)) func `a server answers an unfinished ClientHello with nothing`() throws {
        let server = try Endpoint(.server, Peers.server, expecting: Peers.client.certificate.fingerprint)
        server.association.start(now: .zero)
        let hello = Fixture.datagrams("dtls-clienthandshake-chromium.bin")[0]
        for _ in 0..<100 { server.receive(hello) }
        #expect(server.drain().isEmpty)
        var sent = 0
        while let deadline = server.deadline {
            server.association.handleTimeout(now: deadline)
            sent += server.drain().count
        }
        #expect(sent == 0)
    }

    @Test(.attack(12)) func `what a server sends for one ClientHello is bounded`() throws {
        let server = try Endpoint(.server, Peers.server, expecting: Peers.client.certificate.fingerprint)
        server.association.start(now: .zero)
        for datagram in Fixture.datagrams("dtls-clienthandshake-chromium.bin").prefix(2) { server.receive(datagram) }
        let flight = server.drain()
        while let deadline = server.deadline {
            server.association.handleTimeout(now: deadline)
            _ = server.drain()
        }
        #expect(server.sent.joined().count <= 12 * flight.joined().count)
        #expect(server.failure == .timedOut)
    }

    @Test func `a flipped bit in a handshake never yields keys that differ`() throws {
        var random = SeededRandom(seed: 7)
        var connected = 0
        for _ in 0..<300 {
            let pair = try DTLSPair()
            let victim = Int.random(in: 0..<4, using: &random)
            var index = 0
            pair.server.association.start(now: .zero)
            pair.client.association.start(now: .zero)
            for _ in 0..<4 {
                for (sender, receiver) in [(pair.client, pair.server), (pair.server, pair.client)] {
                    for var datagram in sender.drain() {
                        if index == victim {
                            datagram[.random(in: 0..<datagram.count, using: &random)] ^=
                                1 << UInt8.random(in: 0...7, using: &random)
                        }
                        index += 1
                        receiver.receive(datagram)
                    }
                }
            }
            if let keys = pair.client.keys, pair.server.keys != nil {
                #expect(equal(keys, pair.server.keys))
                connected += 1
            }
        }
        // Most flips spoil a handshake that is not repaired by a retransmission here.
        #expect(connected < 150)
    }
}
