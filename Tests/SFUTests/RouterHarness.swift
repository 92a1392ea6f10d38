// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTP
import SFU

/// A router with helpers to feed it packets and read its plan: what the media loop does, without sockets and keys.
struct RouterHarness: ~Copyable {
    var router = Router()
    var plan: SendPlan
    var slot: UnsafeMutableRawPointer
    var now = Instant.zero

    struct Sent: Equatable {
        var stream: Handle
        var ssrc: UInt32
        var index: UInt64
        var payloadType: UInt8
        var marker: Bool
        var timestamp: UInt32
        var payload: [UInt8]
    }

    init(planCapacity: Int = 4096) {
        plan = SendPlan(capacity: planCapacity)
        slot = router.takeSpareSlot()
    }

    static func stream(_ number: UInt32) -> Handle { Handle(index: number, generation: 1) }

    mutating func publisher(_ number: UInt32 = 1) -> Handle {
        router.addPublisher(stream: Self.stream(number), reporterSSRC: 0xfeed)
    }

    mutating func video(_ publisher: Handle, ssrc: UInt32 = 11) -> Handle {
        router.addUpTrack(
            UpTrackConfiguration(ssrc: ssrc, codec: .vp8, acceptsPLI: true, acceptsNACK: true, acceptsREMB: true),
            publisher: publisher)!
    }

    mutating func audio(_ publisher: Handle, ssrc: UInt32 = 12) -> Handle {
        router.addUpTrack(
            UpTrackConfiguration(ssrc: ssrc, codec: .opus, acceptsPLI: false, acceptsREMB: false),
            publisher: publisher)!
    }

    /// A connected subscriber of one track.
    mutating func subscriber(of source: Handle, number: UInt32 = 2, ssrc: UInt32 = 99, first: UInt16 = 500) -> Handle {
        let subscriber = router.addSubscriber(stream: Self.stream(number))
        _ = router.addDownTrack(
            DownTrackConfiguration(source: source, ssrc: ssrc, payloadType: 96, firstSequenceNumber: first),
            subscriber: subscriber)
        router.setActive(true, subscriber: subscriber)
        return subscriber
    }

    /// A VP8 payload: descriptor with a 15-bit picture id, then the first bytes of a frame.
    static func vp8(pictureID: UInt16, isKeyFrame: Bool, startsFrame: Bool = true, fill: UInt8 = 0xaa) -> [UInt8] {
        let descriptor: [UInt8] = [
            startsFrame ? 0x90 : 0x80, 0x80, 0x80 | UInt8(pictureID >> 8), UInt8(truncatingIfNeeded: pictureID),
        ]
        // Frame tag (RFC 6386 section 9.1): bit 0 clear for a key frame, whose header has a start code and 320×240.
        let frame: [UInt8] =
            isKeyFrame ? [0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00] : [0x11, 0x02, 0x00]
        return descriptor + (startsFrame ? frame : []) + [UInt8](repeating: fill, count: 20)
    }

    mutating func receive(
        _ track: Handle, index: UInt64, ssrc: UInt32 = 11, timestamp: UInt32 = 0, marker: Bool = false,
        payload: [UInt8]
    ) -> PacketRing.Insertion {
        var bytes: [UInt8] = [0x80, (marker ? 0x80 : 0) | 100]
        bytes += [UInt8(truncatingIfNeeded: index >> 8), UInt8(truncatingIfNeeded: index)]
        for word in [timestamp, ssrc] { for shift in [24, 16, 8, 0] { bytes.append(UInt8(word >> shift & 255)) } }
        bytes += payload
        slot.copyMemory(from: bytes, byteCount: bytes.count)
        let header = try! RTPHeader(parsing: bytes.span.bytes)
        return router.receive(header, for: track, slot: &slot, index: index, now: now)
    }

    /// A subscriber asks for packets again.
    mutating func nack(_ numbers: [UInt16], of ssrc: UInt32 = 99, from subscriber: Handle) {
        var compound = RTCPCompoundBuilder(maximumSize: 2000)
        _ = compound.append(
            .nack(GenericNACK(senderSSRC: 1, mediaSSRC: ssrc, missing: numbers.lazy.map { SequenceNumber($0) })))
        router.receiveReport(compound.bytes.span.bytes, fromSubscriber: subscriber, now: now)
    }

    /// Everything that is to be sent now, as the receivers would see it after decryption.
    mutating func forward() -> [Sent] {
        var sent: [Sent] = []
        var isComplete = false
        while !isComplete {
            isComplete = router.fill(&plan, now: now)
            for position in 0..<plan.count {
                let entry = plan.entry(position)
                var header = [UInt8](repeating: 0, count: SendPlanEntry.headerLength)
                header.withUnsafeMutableBytes { entry.pointee.write(header: $0.baseAddress!) }
                let parsed = try! RTPHeader(parsing: header.span.bytes)
                #if DEBUG
                    precondition(parsed.sequenceNumber.rawValue == UInt16(truncatingIfNeeded: entry.pointee.index))
                #endif
                let payload = UnsafeRawBufferPointer(
                    start: entry.pointee.payload, count: Int(entry.pointee.payloadLength))
                sent.append(
                    Sent(
                        stream: entry.pointee.stream, ssrc: parsed.ssrc, index: entry.pointee.index,
                        payloadType: parsed.payloadType, marker: parsed.marker, timestamp: parsed.timestamp,
                        payload: Array(payload)))
            }
            plan.removeAll()
        }
        return sent
    }
}
