// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTP

@testable import MediaFlow

/// The bytes of an RTP packet.
func rtpPacket(
    _ number: UInt16, timestamp: UInt32, payload: [UInt8], marker: Bool = false, payloadType: UInt8 = 96,
    ssrc: UInt32 = 1
) -> [UInt8] {
    var writer = ByteWriter()
    RTPPacket(
        marker: marker, payloadType: payloadType, sequenceNumber: SequenceNumber(number), timestamp: timestamp,
        ssrc: ssrc, payload: payload
    ).write(into: &writer)
    return writer.bytes
}

/// One receiver that is told packets one by one, and everything that it says.
final class ReceiverScript {
    var receiver: MediaReceiver
    var clock = PlayoutClock()
    private(set) var now = Instant.zero
    private(set) var frames: [ReceivedFrame] = []
    private(set) var messages: [RTCPMessage] = []

    init(_ codec: Codec, acceptsNACK: Bool = true, payloadType: UInt8 = 96) {
        receiver = MediaReceiver(
            MediaReceiverConfiguration(
                codec: codec, payloadType: payloadType, reporterSSRC: 9, acceptsNACK: acceptsNACK, acceptsPLI: true,
                acceptsREMB: true))
    }

    func receive(_ packet: [UInt8]) {
        packet.withUnsafeBytes { receiver.receive($0, now: now) }
        drain()
    }

    func receive(_ report: SenderReport) {
        receiver.receive(report, clock: &clock, now: now)
        drain()
    }

    /// Lets time pass, and calls the receiver whenever it wants to be called.
    func wait(_ duration: Duration) {
        let end = now + duration
        while let deadline = receiver.deadline, deadline < end {
            now = max(now + .microseconds(1), deadline)
            drain()
        }
        now = max(now, end)
        drain()
    }

    private func drain() {
        while let frame = receiver.poll(&clock, now: now) { frames.append(frame) }
        messages += receiver.pollControl(now: now)
        while let frame = receiver.poll(&clock, now: now) { frames.append(frame) }
    }

    var pictureLosses: Int {
        messages.count { if case .pictureLoss = $0 { true } else { false } }
    }

    var requests: [UInt16] {
        messages.flatMap { message -> [UInt16] in
            guard case .nack(let nack) = message else { return [] }
            return nack.missing.map(\.rawValue)
        }
    }
}
