// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import SCTP
import Testing

/// Our association and usrsctp's over an emulated network; a step is ten milliseconds for both.
private final class OraclePair {
    var ours: SCTPAssociation
    let theirs: UsrsctpPeer
    private(set) var messages: [SCTPMessage] = []
    private(set) var events: [SCTPEvent] = []
    private(set) var now = Instant.zero
    private var toOurs: NetworkEmulator<[UInt8]>
    private var toTheirs: NetworkEmulator<[UInt8]>

    init(_ conditions: NetworkConditions = .perfect, seed: UInt64 = 1) throws {
        var random = SeededRandom(seed: seed)
        var configuration = SCTPConfiguration()
        configuration.maximumOutgoingMessage = 262_144
        ours = SCTPAssociation(configuration: configuration, using: &random)
        theirs = try UsrsctpPeer()
        toOurs = NetworkEmulator(conditions, seed: 2 * seed)
        toTheirs = NetworkEmulator(conditions, seed: 2 * seed + 1)
    }

    /// Both sides begin at once.
    func connect() throws {
        ours.start(now: now)
        try theirs.connect()
        run { $0.events.contains(.connected) && $0.theirs.states.contains(1) }
    }

    @discardableResult
    func run(limit: Duration = .seconds(60), until isDone: (OraclePair) -> Bool = { _ in false }) -> Bool {
        let end = now + limit
        while true {
            exchange()
            if isDone(self) { return true }
            guard now < end else { return false }
            now += .milliseconds(10)
            UsrsctpPeer.handleTimers(milliseconds: 10)
            if let deadline = ours.deadline, deadline <= now { ours.handleTimeout(now: now) }
        }
    }

    private func exchange() {
        while true {
            while let event = ours.pollEvent() {
                switch event {
                case .message(let message): messages.append(message)
                case .bufferedAmountLow: break
                default: events.append(event)
                }
            }
            while let packet = ours.pollPacket() { toTheirs.send(packet, size: packet.count, now: now) }
            for packet in theirs.takePackets() { toOurs.send(packet, size: packet.count, now: now) }
            if let packet = toOurs.receive(now: now) {
                ours.receive(packet.span.bytes, now: now)
            } else if let packet = toTheirs.receive(now: now) {
                theirs.receive(packet)
            } else {
                return
            }
        }
    }

    func send(
        _ bytes: [UInt8], stream: UInt16, ordered: Bool = true, _ reliability: SCTPReliability = .reliable
    ) throws {
        let message = SCTPMessage(
            stream: stream, payloadProtocol: 53, bytes: bytes, isOrdered: ordered, reliability: reliability)
        try ours.send(message, now: now)
    }
}

private func content(_ number: Int, length: Int) -> [UInt8] {
    var random = SeededRandom(seed: UInt64(number))
    return [UInt8(number)] + random.bytes(length - 1)
}

@Suite("SCTP against usrsctp", .serialized, .rfc(9260, "5"))
struct UsrsctpTests {
    private static let bad = NetworkConditions(
        loss: 0.05, duplication: 0.05, delay: .milliseconds(20), jitter: .milliseconds(20))

    @Test(arguments: [false, true], 0..<6 as Range<UInt64>)
    func `messages of all sizes go both ways, ordered and not`(isBad: Bool, seed: UInt64) throws {
        let pair = try OraclePair(isBad ? Self.bad : NetworkConditions(delay: .milliseconds(10)), seed: seed)
        try pair.connect()
        #expect(pair.events == [.connected])
        let lengths = [1, 2, 3, 1000, 1121, 1122, 1123, 1124, 5000, 16_384, 65_536, 200_000]
        for (index, length) in lengths.enumerated() {
            let bytes = content(index, length: length)
            try pair.send(bytes, stream: UInt16(index % 3), ordered: index % 3 != 2)
            let message = UsrsctpPeer.Message(
                stream: UInt16(index % 3), payloadProtocol: 51, bytes: bytes, isOrdered: index % 3 != 2)
            #expect(pair.theirs.send(message))
        }
        pair.run(limit: .seconds(120)) {
            $0.messages.count >= lengths.count && $0.theirs.messages.count >= lengths.count
        }
        pair.run(limit: .seconds(2))
        for stream in 0..<3 as Range<UInt16> {
            let expected = lengths.indices.filter { UInt16($0 % 3) == stream }
                .map { content($0, length: lengths[$0]) }
            var got = pair.messages.filter { $0.stream == stream }
            var theirs = pair.theirs.messages.filter { $0.stream == stream }
            if stream == 2 {
                got.sort { $0.bytes.count < $1.bytes.count }
                theirs.sort { $0.bytes.count < $1.bytes.count }
            }
            #expect(got.map(\.bytes) == expected)
            #expect(theirs.map(\.bytes) == expected)
            #expect(got.allSatisfy { $0.payloadProtocol == 51 && $0.isOrdered == (stream != 2) })
            #expect(theirs.allSatisfy { $0.payloadProtocol == 53 && $0.isOrdered == (stream != 2) })
        }
        #expect(!pair.events.contains { if case .failed = $0 { true } else { false } })
    }

    @Test func `an association that only one side begins`() throws {
        let first = try OraclePair()
        try first.theirs.connect()
        #expect(first.run { $0.events == [.connected] && $0.theirs.states.contains(1) })
    }

    @Test(.rfc(3758, "3"), arguments: 0..<6 as Range<UInt64>)
    func `what is given up is skipped by both, and the rest arrives in order`(seed: UInt64) throws {
        let pair = try OraclePair(
            NetworkConditions(loss: 0.15, delay: .milliseconds(20)), seed: seed)
        try pair.connect()
        for number in 0..<60 {
            let length = number % 7 == 0 ? 4000 : 200
            try pair.send(content(number, length: length), stream: 1, .retransmissions(0))
            let message = UsrsctpPeer.Message(
                stream: 1, payloadProtocol: 53, bytes: content(number, length: length), isOrdered: true)
            #expect(pair.theirs.send(message, retransmissions: 0))
            if number % 6 == 5 { pair.run(limit: .milliseconds(50)) }
        }
        pair.run(limit: .seconds(30))
        for numbers in [pair.messages.map { Int($0.bytes[0]) }, pair.theirs.messages.map { Int($0.bytes[0]) }] {
            #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count)
            #expect(!numbers.isEmpty && numbers.count < 60)
        }
        #expect(pair.messages.allSatisfy { $0.bytes == content(Int($0.bytes[0]), length: $0.bytes.count) })
        #expect(pair.theirs.messages.allSatisfy { $0.bytes == content(Int($0.bytes[0]), length: $0.bytes.count) })
        try pair.send([200], stream: 1)
        pair.run(limit: .seconds(300)) { $0.theirs.messages.last?.bytes == [200] }
        #expect(pair.theirs.messages.last?.bytes == [200])
        #expect(pair.events == [.connected])
    }

    @Test(.rfc(6525, "5"), arguments: [false, true])
    func `streams are reset by either side, and go on`(isBad: Bool) throws {
        // A seed that loses no answer to usrsctp, whose timer for asking again is at its longest, a minute, by then.
        // SCTPTests lose them between two of ours.
        let pair = try OraclePair(isBad ? Self.bad : NetworkConditions(delay: .milliseconds(10)), seed: 3)
        try pair.connect()
        for round in 1...3 {
            for number in 0..<5 {
                try pair.send(content(number, length: 3000), stream: 4)
                #expect(
                    pair.theirs.send(
                        UsrsctpPeer.Message(
                            stream: 4, payloadProtocol: 53, bytes: content(number, length: 3000), isOrdered: true)))
            }
            pair.run(limit: .seconds(30)) { $0.messages.count == 5 * round }
            pair.ours.resetStreams([4], now: pair.now)
            pair.run(limit: .seconds(30)) { pair in
                pair.events.filter { $0 == .outgoingStreamsReset([4]) }.count == round
            }
            try pair.theirs.reset([4])
            pair.run(limit: .seconds(30)) { pair in
                pair.events.filter { $0 == .incomingStreamsReset([4]) }.count == round
            }
            pair.run(limit: .seconds(30)) { pair in
                pair.theirs.resets.filter { $0.flags & 2 != 0 && $0.streams == [4] }.count == round
            }
            #expect(pair.events.filter { $0 == .outgoingStreamsReset([4]) }.count == round)
            #expect(pair.events.filter { $0 == .incomingStreamsReset([4]) }.count == round)
            // Bit 0 is the peer's streams, bit 1 its own.
            #expect(pair.theirs.resets.filter { $0.flags & 1 != 0 && $0.streams == [4] }.count == round)
        }
        #expect(pair.theirs.messages.count == 15 && pair.messages.count == 15)
    }

    @Test(.rfc(9260, "9.2"), arguments: [false, true])
    func `either side ends, after everything has arrived`(isOurs: Bool) throws {
        let pair = try OraclePair(NetworkConditions(delay: .milliseconds(10)), seed: 3)
        try pair.connect()
        try pair.send(content(1, length: 100_000), stream: 0)
        #expect(
            pair.theirs.send(
                UsrsctpPeer.Message(
                    stream: 0, payloadProtocol: 53, bytes: content(2, length: 100_000), isOrdered: true)))
        if isOurs { pair.ours.shutdown(now: pair.now) } else { pair.theirs.shutdown() }
        pair.run(limit: .seconds(20)) { $0.events.last == .closed }
        #expect(pair.events == [.connected, .closed])
        #expect(pair.theirs.messages.map(\.bytes) == [content(1, length: 100_000)])
        #expect(pair.messages.map(\.bytes) == [content(2, length: 100_000)])
    }
}
