// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import SCTP
import Testing

/// One side of a connection with data channels.
private final class Side {
    var channels: DataChannelTransport
    var events: [DataChannelEvent] = []

    init(_ role: DataChannelTransport.Role, seed: UInt64) {
        var random = SeededRandom(seed: seed)
        channels = DataChannelTransport(role: role, using: &random)
    }

    func drain() -> [[UInt8]] {
        while let event = channels.pollEvent() {
            if case .bufferedAmountLow = event { continue }
            events.append(event)
        }
        var packets: [[UInt8]] = []
        while let packet = channels.pollPacket() { packets.append(packet) }
        return packets
    }

    func messages(_ id: DataChannelID) -> [DataChannelMessage] {
        events.compactMap { if case .message(id, let message) = $0 { message } else { nil } }
    }

    func open(_ options: DataChannelOptions, now: Instant = .zero) throws -> DataChannelID {
        try channels.open(options, now: now)
    }

    func send(_ message: DataChannelMessage, _ id: DataChannelID, now: Instant = .zero) throws {
        try channels.send(message, on: id, now: now)
    }
}

/// A client and a server over an emulated network.
private final class Connection {
    let client: Side
    let server: Side
    private(set) var now = Instant.zero
    private var toServer: NetworkEmulator<[UInt8]>
    private var toClient: NetworkEmulator<[UInt8]>

    init(_ conditions: NetworkConditions = .perfect, seed: UInt64 = 1) {
        client = Side(.client, seed: seed)
        server = Side(.server, seed: seed + 1000)
        toServer = NetworkEmulator(conditions, seed: seed)
        toClient = NetworkEmulator(conditions, seed: seed + 1)
    }

    func start() {
        client.channels.start(now: now)
        server.channels.start(now: now)
        run(for: .seconds(20))
    }

    func run(for duration: Duration) {
        let end = now + duration
        exchange()
        while let next = deadline, next <= end {
            now = max(now, next)
            exchange()
            client.channels.handleTimeout(now: now)
            server.channels.handleTimeout(now: now)
            exchange()
        }
        now = end
    }

    private var deadline: Instant? {
        .earliest(
            .earliest(toServer.deadline, toClient.deadline),
            .earliest(client.channels.deadline, server.channels.deadline))
    }

    private func exchange() {
        while true {
            for packet in client.drain() { toServer.send(packet, size: packet.count, now: now) }
            for packet in server.drain() { toClient.send(packet, size: packet.count, now: now) }
            if let packet = toServer.receive(now: now) {
                server.channels.receive(packet.span.bytes, now: now)
            } else if let packet = toClient.receive(now: now) {
                client.channels.receive(packet.span.bytes, now: now)
            } else {
                return
            }
        }
    }
}

@Suite("Data channels", .rfc(8832, "6"))
struct DataChannelTests {
    @Test func `a channel opens, carries text and bytes, empty ones too, and closes on both sides`() throws {
        let connection = Connection()
        var options = DataChannelOptions(label: "file")
        options.subprotocol = "p"
        let id = try connection.client.open(options)
        #expect(id == DataChannelID(0))
        try connection.client.send(.text("early"), id)
        connection.start()
        #expect(connection.server.events.contains(.opened(id, options)))
        #expect(connection.client.events.contains(.ready(id)))
        let messages: [DataChannelMessage] = [.text("é"), .text(""), .binary([]), .binary([0, 1, 2])]
        for message in messages {
            try connection.client.send(message, id, now: connection.now)
            try connection.server.send(message, id, now: connection.now)
        }
        connection.run(for: .seconds(1))
        #expect(connection.server.messages(id) == [.text("early")] + messages)
        #expect(connection.client.messages(id) == messages)
        try connection.client.send(.text("last"), id, now: connection.now)
        connection.client.channels.close(id, now: connection.now)
        #expect(throws: DataChannelError.noSuchChannel) { try connection.client.send(.text("no"), id) }
        connection.run(for: .seconds(5))
        #expect(connection.server.messages(id).last == .text("last"), "what waited was sent first")
        #expect(connection.client.events.last == .closed(id))
        #expect(connection.server.events.last == .closed(id))
        #expect(try connection.client.open(options, now: connection.now) == id, "the number is free again")
        connection.run(for: .seconds(5))
        #expect(connection.server.events.last == .opened(id, options))
    }

    @Test func `the client's identifiers are even, the server's odd`() throws {
        let connection = Connection()
        for index in 0..<5 as Range<UInt16> {
            #expect(try connection.client.open(DataChannelOptions(label: "")).rawValue == 2 * index)
            #expect(try connection.server.open(DataChannelOptions(label: "")).rawValue == 2 * index + 1)
        }
        connection.start()
        for side in [connection.client, connection.server] {
            #expect(side.events.filter { if case .opened = $0 { true } else { false } }.count == 5)
        }
    }

    @Test func `a channel that was agreed on needs no message`() throws {
        let connection = Connection()
        var options = DataChannelOptions(label: "agreed")
        options.negotiated = DataChannelID(7)
        let id = try connection.client.open(options)
        #expect(try connection.server.open(options) == id)
        #expect(throws: DataChannelError.identifierInUse) { try connection.client.open(options) }
        try connection.client.send(.text("hello"), id)
        connection.start()
        #expect(connection.client.events == [.connected, .ready(id)])
        #expect(connection.server.events == [.connected, .ready(id), .message(id, .text("hello"))])
    }

    @Test(arguments: 0..<30 as Range<UInt64>)
    func `channels of every kind open, carry and close over a bad network`(seed: UInt64) throws {
        let connection = Connection(DeliveryTests.bad, seed: seed)
        var ids: [DataChannelID] = []
        let kinds: [(Bool, SCTPReliability)] = [
            (true, .reliable), (false, .reliable), (true, .retransmissions(2)), (false, .lifetime(.seconds(1))),
        ]
        for (isOrdered, reliability) in kinds {
            var options = DataChannelOptions(label: "\(reliability)")
            options.isOrdered = isOrdered
            options.reliability = reliability
            let id = try connection.client.open(options)
            ids.append(id)
            for number in 0..<20 { try connection.client.send(.binary(message(number, length: 1500)), id) }
        }
        connection.start()
        for (index, id) in ids.enumerated() {
            let numbers = connection.server.messages(id).map { Int($0.bytes[1]) }
            if kinds[index].1 == .reliable { #expect(numbers.sorted() == Array(0..<20)) }
            if kinds[index].0 { #expect(numbers == numbers.sorted()) }
            if seed % 2 == 0 {
                connection.client.channels.close(id, now: connection.now)
            } else {
                connection.server.channels.close(id, now: connection.now)
            }
            if seed % 3 == 0 { connection.server.channels.close(id, now: connection.now) }
        }
        connection.run(for: .seconds(30))
        for id in ids {
            #expect(connection.client.events.filter { $0 == .closed(id) }.count == 1)
            #expect(connection.server.events.filter { $0 == .closed(id) }.count == 1)
        }
    }

    @Test func `with the association all channels end`() throws {
        let connection = Connection()
        let id = try connection.client.open(DataChannelOptions(label: "a"))
        connection.start()
        connection.client.channels.shutdown(now: connection.now)
        connection.run(for: .seconds(5))
        #expect(connection.client.events.suffix(2) == [.closed(id), .disconnected(nil)])
        #expect(connection.server.events.suffix(2) == [.closed(id), .disconnected(nil)])
        #expect(throws: DataChannelError.noSuchChannel) { try connection.client.send(.text(""), id) }
    }

    @Test(.attack(19)) func `labels of 64 KiB are limited all together, and identifiers run out`() throws {
        let connection = Connection()
        connection.start()
        let label = String(repeating: "x", count: 65_520)
        for _ in 0..<20 {
            _ = try connection.client.open(DataChannelOptions(label: label), now: connection.now)
            connection.run(for: .seconds(1))
        }
        let opened = connection.server.events.filter { if case .opened = $0 { true } else { false } }
        #expect(opened.count == 4)
        #expect(connection.server.channels.dropped == 16)
        #expect(throws: DataChannelError.labelTooLong) {
            try connection.client.open(DataChannelOptions(label: label + label), now: connection.now)
        }
        var count = 0
        #expect(throws: DataChannelError.noFreeIdentifier) {
            while count < 2000 {
                _ = try connection.server.open(DataChannelOptions(label: ""), now: connection.now)
                count += 1
            }
        }
        #expect(count == 512)
    }

    @Test(.attack(19)) func `an identifier of ours, and messages for no channel, are refused`() throws {
        let connection = Connection()
        connection.start()
        // Both play the client: the second one's identifiers are the first one's.
        var random = SeededRandom(seed: 9)
        var left = DataChannelTransport(role: .client, using: &random)
        var right = SCTPAssociation(using: &random)
        left.start(now: .zero)
        let open = DataChannelControl.open(DataChannelOptions(label: "x")).bytes
        try right.send(SCTPMessage(stream: 0, payloadProtocol: 50, bytes: open), now: .zero)
        try right.send(SCTPMessage(stream: 1, payloadProtocol: 51, bytes: [1]), now: .zero)
        try right.send(SCTPMessage(stream: 1, payloadProtocol: 50, bytes: [9, 9, 9]), now: .zero)
        right.start(now: .zero)
        var events: [DataChannelEvent] = []
        var resets: [SCTPEvent] = []
        for _ in 0..<10 {
            while let event = left.pollEvent() {
                if case .bufferedAmountLow = event { continue }
                events.append(event)
            }
            while let packet = left.pollPacket() { right.receive(packet.span.bytes, now: .zero) }
            while let event = right.pollEvent() { resets.append(event) }
            while let packet = right.pollPacket() { left.receive(packet.span.bytes, now: .zero) }
        }
        #expect(events == [.connected])
        #expect(left.dropped == 3)
        #expect(resets.contains(.incomingStreamsReset([0])))
    }
}
