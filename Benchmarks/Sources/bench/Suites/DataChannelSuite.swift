// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import SCTP

/// Two SCTP associations in one thread and without a network: what their packets cost, both sides together, in messages as a
/// transfer of a file sends them.
struct DataChannelSuite: Suite {
    let name = "data-channel"

    private let bytes = 200_000_000
    private let messageLength = 16_384

    func measure(into round: inout Round) throws {
        // With a peer that knows RFC 9653, and with all others.
        for (name, isZero) in [("without checksum", true), ("with checksum", false)] {
            let (seconds, packets) = try transfer(acceptsZeroChecksum: isZero)
            round.record(name, Double(bytes) / seconds / 1e6, "MB/s")
            round.record("\(name), a packet", seconds / Double(packets) * 1e6, "us/packet")
        }
    }

    private func transfer(acceptsZeroChecksum: Bool) throws -> (seconds: Double, packets: Int) {
        var random = SystemRandomNumberGenerator()
        var configuration = SCTPConfiguration()
        configuration.acceptsZeroChecksum = acceptsZeroChecksum
        var sender = SCTPAssociation(configuration: configuration, using: &random)
        var receiver = SCTPAssociation(configuration: configuration, using: &random)
        let message = SCTPMessage(
            stream: 0, payloadProtocol: 53, bytes: [UInt8](repeating: 1, count: messageLength))
        let start = threadSeconds()
        func now() -> Instant { .zero + .nanoseconds(Int64((threadSeconds() - start) * 1e9)) }
        sender.start(now: now())
        receiver.start(now: now())
        var received = 0
        var packets = 0
        while received < bytes {
            while sender.bufferedAmount < 1_000_000 { try sender.send(message, now: now()) }
            var burst = 0
            while burst < 64, let packet = sender.pollPacket() {
                receiver.receive(packet.span.bytes, now: now())
                burst += 1
            }
            packets += burst
            while let event = receiver.pollEvent() {
                if case .message(let message) = event { received += message.bytes.count }
            }
            while let packet = receiver.pollPacket() {
                sender.receive(packet.span.bytes, now: now())
                packets += 1
            }
            while sender.pollEvent() != nil {}
            if let deadline = sender.deadline, deadline <= now() { sender.handleTimeout(now: now()) }
            if let deadline = receiver.deadline, deadline <= now() { receiver.handleTimeout(now: now()) }
        }
        return (threadSeconds() - start, packets)
    }
}
