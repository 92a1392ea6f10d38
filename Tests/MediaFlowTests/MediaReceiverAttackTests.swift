// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import Testing

@testable import MediaFlow

@Suite("Receiver of one track, against a hostile sender")
struct MediaReceiverAttackTests {
    private static let pictures = [Codec.vp8, .vp9, .h264, .av1]

    /// What a receiver may hold, whatever was done to it.
    private func check(_ receiver: borrowing MediaReceiver, _ comment: Comment) {
        let held = (receiver.packets.slots, receiver.packets.capacity)
        #expect(held.0 <= held.1 + 1, comment)
        let waiting = (receiver.waiting.count, receiver.waitingBytes)
        #expect(waiting.0 <= MediaReceiver.maximumWaiting, comment)
        #expect(waiting.1 <= MediaReceiver.maximumWaitingBytes, comment)
    }

    /// A normal picture after the attack.
    private func pictureComes(_ script: ReceiverScript, ssrc: UInt32 = 4242) {
        let before = script.frames.count
        for number in 0..<20 as Range<UInt16> {
            var writer = ByteWriter()
            VP8PayloadDescriptor(startsPartition: true, pictureID: number).write(into: &writer)
            writer.write(hex("10 02 00 9d 01 2a 80 02 e0 01 11 22"))
            script.receive(
                rtpPacket(number, timestamp: UInt32(number) * 3000, payload: writer.bytes, marker: true, ssrc: ssrc))
            script.wait(.milliseconds(33))
        }
        script.wait(.seconds(1))
        #expect(script.frames.count - before >= 19)
    }

    @Test(.attack(15), .attack(17), arguments: Codec.allCases, 0..<3 as Range<UInt64>)
    func `random packets neither trap nor grow anything`(codec: Codec, seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let script = ReceiverScript(codec)
        var number: UInt16 = 0
        for _ in 0..<4000 {
            // Mostly in order, so that payloads are reached.
            number &+= random.next() % 10 == 0 ? UInt16(truncatingIfNeeded: random.next() % 40) : 1
            let isFar = random.next() % 200 == 0
            let packet = rtpPacket(
                isFar ? UInt16(truncatingIfNeeded: random.next()) : number,
                timestamp: UInt32(truncatingIfNeeded: random.next() % 8) &* 3000
                    &+ (random.next() % 50 == 0 ? UInt32(truncatingIfNeeded: random.next()) : 0),
                payload: random.bytes(Int(random.next() % 40)), marker: random.next() % 3 == 0,
                ssrc: random.next() % 300 == 0 ? UInt32(truncatingIfNeeded: random.next() % 5) : 1)
            script.receive(packet)
            if random.next() % 100 == 0 {
                script.receive(
                    SenderReport(
                        ssrc: script.receiver.ssrc ?? 0, ntpTime: NTPTime(bits: random.next()),
                        rtpTimestamp: UInt32(truncatingIfNeeded: random.next()), packetCount: 0, octetCount: 0))
            }
            script.wait(.milliseconds(Int64(random.next() % 4)))
        }
        check(script.receiver, "\(codec), seed \(seed)")
    }

    @Test(.attack(19), arguments: Self.pictures)
    func `a frame without end is bounded, and a picture comes after it`(codec: Codec) {
        let script = ReceiverScript(codec)
        let first: [UInt8]
        let other: [UInt8]
        switch codec {
        case .vp8: (first, other) = (hex("90 80 8001 10 02 00 9d 01 2a 80 02 e0 01"), hex("80 80 8001"))
        case .vp9: (first, other) = (hex("88 8001 82 49 83 42 00 09 f0 07 74"), hex("80 8001"))
        case .h264: (first, other) = (hex("7c 87 42e01f"), hex("7c 07"))
        default: (first, other) = (hex("58 08"), hex("d0"))
        }
        // 24 MB of one frame, in order: three times the longest.
        let filling = [UInt8](repeating: 0x55, count: 1400)
        for number in 0..<18_000 {
            script.receive(
                rtpPacket(
                    UInt16(truncatingIfNeeded: number), timestamp: 1, payload: (number == 0 ? first : other) + filling))
            if number % 50 == 0 { script.wait(.milliseconds(1)) }
        }
        check(script.receiver, "\(codec)")
        #expect(script.frames.isEmpty)
        #expect(script.receiver.packets.slots < 64)
        if codec == .vp8 { pictureComes(script) }
    }

    @Test(.attack(19)) func `frames that nobody takes are bounded`() {
        var receiver = MediaReceiver(
            MediaReceiverConfiguration(
                codec: .vp8, payloadType: 96, reporterSSRC: 9, acceptsNACK: true, acceptsPLI: true, acceptsREMB: true))
        var clock = PlayoutClock()
        var writer = ByteWriter()
        VP8PayloadDescriptor(startsPartition: true, pictureID: 1).write(into: &writer)
        writer.write(hex("10 02 00 9d 01 2a 80 02 e0 01") + [UInt8](repeating: 1, count: 1300))
        for number in 0..<40_000 {
            // Far in the future: nothing becomes due.
            let packet = rtpPacket(
                UInt16(truncatingIfNeeded: number), timestamp: UInt32(number), payload: writer.bytes, marker: true)
            packet.withUnsafeBytes { receiver.receive($0, now: .zero) }
            if number % 3 == 0 { _ = receiver.poll(&clock, now: .zero - .seconds(1)) }
        }
        check(receiver, "not polled")
        var frames = 0
        while receiver.poll(&clock, now: .zero + .seconds(10)) != nil { frames += 1 }
        #expect(frames <= MediaReceiver.maximumWaiting + 1)
        let waiting = receiver.waitingBytes
        #expect(waiting == 0)
    }

    @Test(.attack(18), arguments: 0..<3 as Range<UInt64>)
    func `jumps and floods of numbers and SSRCs cost no more than packets do`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let script = ReceiverScript(.vp8)
        var base: UInt16 = 0
        for round in 0..<3000 {
            switch random.next() % 4 {
            case 0: base = UInt16(truncatingIfNeeded: random.next())
            case 1: base &+= 2999
            case 2: base &-= 1023
            default: base &+= UInt16(random.next() % 300)
            }
            let ssrc = random.next() % 3 == 0 ? UInt32(truncatingIfNeeded: random.next() % 1000) : 1
            for step in 0..<2 as Range<UInt16> {
                var writer = ByteWriter()
                VP8PayloadDescriptor(startsPartition: step == 0, pictureID: base).write(into: &writer)
                writer.write(hex(round % 5 == 0 ? "10 02 00 9d 01 2a 80 02 e0 01" : "31 02 00"))
                script.receive(
                    rtpPacket(
                        base &+ step, timestamp: UInt32(round) * 3000, payload: writer.bytes, marker: step == 1,
                        ssrc: ssrc))
            }
            script.wait(.milliseconds(3))
        }
        check(script.receiver, "seed \(seed)")
        // Nine seconds: so many requests for key frames, whatever is done.
        #expect(script.pictureLosses <= 38)
        script.wait(.seconds(3))
        pictureComes(script)
    }

    @Test(.attack(19), arguments: [false, true])
    func `a gap before a ring full of beginnings costs each packet no more than a look at the ring`(marks: Bool) {
        let script = ReceiverScript(.vp8)
        var writer = ByteWriter()
        VP8PayloadDescriptor(startsPartition: true, pictureID: 1).write(into: &writer)
        writer.write(hex("10 02 00 9d 01 2a 80 02 e0 01"))
        script.receive(rtpPacket(0, timestamp: 0, payload: writer.bytes, marker: true))
        // Number 1 is missing, and everything behind it pretends to begin a frame of which no end comes.
        for number in 2..<1020 as Range<UInt16> {
            let isEnd = marks && number % 7 == 0
            script.receive(rtpPacket(number, timestamp: isEnd ? 2 : 1, payload: writer.bytes, marker: false))
        }
        #expect(script.frames.count <= 1)
        check(script.receiver, "beginnings")
        script.wait(.seconds(3))
        pictureComes(script)
    }

    @Test(.attack(16)) func `sender reports that lie hold no frame back for long`() {
        let script = ReceiverScript(.opus)
        var random = SeededRandom(seed: 8)
        var longest = Duration.zero
        for number in 0..<500 as Range<UInt16> {
            script.receive(
                SenderReport(
                    ssrc: 1, ntpTime: NTPTime(bits: random.next()),
                    rtpTimestamp: UInt32(truncatingIfNeeded: random.next()), packetCount: 0, octetCount: 0))
            script.receive(rtpPacket(number, timestamp: UInt32(number) * 960, payload: [1]))
            let sent = script.now
            script.wait(.milliseconds(20))
            if let last = script.frames.last { longest = max(longest, last.presentation - sent) }
        }
        script.wait(.seconds(2))
        #expect(script.frames.count == 500)
        #expect(longest < .seconds(2))
    }

    @Test(.attack(16), arguments: [false, true])
    func `timestamps that jump hold no frame back for long`(isLossy: Bool) {
        let script = ReceiverScript(.opus, acceptsNACK: false)
        var random = SeededRandom(seed: 9)
        var sent = 0
        for number in 0..<200 as Range<UInt16> where !isLossy || number % 20 != 19 {
            let jump = number % 20 == 0 ? UInt32(truncatingIfNeeded: random.next()) : 0
            script.receive(rtpPacket(number, timestamp: UInt32(number) &* 960 &+ jump, payload: [1]))
            sent += 1
            script.wait(.milliseconds(20))
        }
        script.wait(.seconds(2))
        #expect(script.frames.count == sent)
    }

    @Test func `the fuzz entry holds for fixtures and what is near them`() {
        var random = SeededRandom(seed: 11)
        for round in 0..<400 {
            var bytes = random.bytes(Int(random.next() % 600))
            if !bytes.isEmpty { bytes[0] = UInt8(round % 8) }
            bytes.withUnsafeBytes { MediaReceiverFuzzing.run($0) }
        }
        for length in 0..<64 { random.bytes(length).withUnsafeBytes { MediaReceiverFuzzing.run($0) } }
    }
}
