// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import SCTP
import Testing

/// One side of a test: an association and what it has reported so far.
final class Endpoint {
    var association: SCTPAssociation
    private(set) var messages: [SCTPMessage] = []
    /// The streams whose buffered amount has become low.
    private(set) var drained: [UInt16] = []
    /// Everything else.
    private(set) var events: [SCTPEvent] = []
    private(set) var sent: [[UInt8]] = []
    /// Whether events are taken: an application that does not holds its peer up.
    var isReading = true
    private let maximumPacketLength: Int

    init(_ configuration: SCTPConfiguration = .init(), seed: UInt64) {
        var random = SeededRandom(seed: seed)
        association = SCTPAssociation(configuration: configuration, using: &random)
        maximumPacketLength = configuration.maximumPacketLength
    }

    var state: SCTPState { association.state }
    var deadline: Instant? { association.deadline }
    var isConnected: Bool { events.contains(.connected) }
    var failure: SCTPFailure? {
        for case .failed(let failure) in events { return failure }
        return nil
    }

    /// Takes what the last call left; returns the packets. Asserts what holds for all of them.
    func drain() -> [[UInt8]] {
        while isReading, let event = association.pollEvent() {
            switch event {
            case .message(let message): messages.append(message)
            case .bufferedAmountLow(let stream): drained.append(stream)
            default: events.append(event)
            }
        }
        var packets: [[UInt8]] = []
        while let packet = association.pollPacket() {
            #expect(packet.count <= maximumPacketLength, "a packet is too long")
            #expect(packet.count % 4 == 0 && packet.count > 12, "a packet is not a row of chunks")
            packets.append(packet)
        }
        sent += packets
        return packets
    }

    func receive(_ packet: [UInt8], now: Instant = .zero) { association.receive(packet.span.bytes, now: now) }

    func send(
        _ bytes: [UInt8], stream: UInt16 = 0, ordered: Bool = true, _ reliability: SCTPReliability = .reliable,
        now: Instant = .zero
    ) throws(SCTPError) {
        try association.send(
            SCTPMessage(
                stream: stream, payloadProtocol: 53, bytes: bytes, isOrdered: ordered, reliability: reliability),
            now: now)
    }

    func forget() {
        messages = []
        sent = []
    }
}

/// Two associations over an emulated network, in virtual time.
final class SCTPPair {
    let left: Endpoint
    let right: Endpoint
    private(set) var now = Instant.zero
    private(set) var toRight: NetworkEmulator<[UInt8]>
    private(set) var toLeft: NetworkEmulator<[UInt8]>
    /// Called after each step.
    var onStep: (SCTPPair) -> Void = { _ in }

    init(
        left: SCTPConfiguration = .init(), right: SCTPConfiguration = .init(),
        _ conditions: NetworkConditions = .perfect, seed: UInt64 = 0
    ) {
        self.left = Endpoint(left, seed: seed &* 2 &+ 100)
        self.right = Endpoint(right, seed: seed &* 2 &+ 101)
        toRight = NetworkEmulator(conditions, seed: seed &* 2)
        toLeft = NetworkEmulator(conditions, seed: seed &* 2 &+ 1)
    }

    var isConnected: Bool { left.isConnected && right.isConnected }

    func change(_ conditions: NetworkConditions) {
        toRight.conditions = conditions
        toLeft.conditions = conditions
    }

    func connect() {
        left.association.start(now: now)
        right.association.start(now: now)
        run { $0.isConnected }
    }

    /// Lets time pass until `isDone`, until `limit` has passed, or until nothing is left to wait for.
    @discardableResult
    func run(limit: Duration = .seconds(3600), until isDone: (SCTPPair) -> Bool = { _ in false }) -> Bool {
        let end = now + limit
        exchange()
        while !isDone(self) {
            guard let next = deadline, next <= end else {
                now = end
                return false
            }
            now = max(now, next)
            exchange()
            left.association.handleTimeout(now: now)
            right.association.handleTimeout(now: now)
            exchange()
            onStep(self)
        }
        return true
    }

    private var deadline: Instant? {
        .earliest(.earliest(toRight.deadline, toLeft.deadline), .earliest(left.deadline, right.deadline))
    }

    /// Moves what has been sent into the network, and what has arrived out of it.
    func exchange() {
        while true {
            for packet in left.drain() { toRight.send(packet, size: packet.count, now: now) }
            for packet in right.drain() { toLeft.send(packet, size: packet.count, now: now) }
            if let packet = toRight.receive(now: now) {
                right.receive(packet, now: now)
            } else if let packet = toLeft.receive(now: now) {
                left.receive(packet, now: now)
            } else {
                return
            }
        }
    }
}

/// A message that says which it is: its number, then bytes that follow from that.
func message(_ number: Int, length: Int) -> [UInt8] {
    var random = SeededRandom(seed: UInt64(number))
    return [UInt8(number >> 8 & 0xff), UInt8(number & 0xff)] + random.bytes(max(0, length - 2))
}
