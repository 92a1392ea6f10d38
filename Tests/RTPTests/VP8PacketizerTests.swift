// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCTestKit
import RTP
import Testing

@Suite("VP8 frames in packets", .rfc(7741, "4.4"))
struct VP8PacketizerTests {
    private func frame(_ size: Int, isKeyFrame: Bool, random: inout SeededRandom) -> [UInt8] {
        guard isKeyFrame else { return [0x01] + random.bytes(size - 1) }
        return (hex("10 02 00 9d012a 8002 e001") + random.bytes(size)).prefix(size).map { $0 }
    }

    private func receive(
        _ payload: [UInt8], index: UInt64, timestamp: UInt32, marker: Bool, by depacketizer: inout VP8Depacketizer
    ) -> EncodedFrame? {
        payload.withUnsafeBytes {
            depacketizer.receive($0, index: index, timestamp: timestamp, marker: marker)
        }
    }

    @Test(arguments: [1, 2, 95, 96, 97, 192, 193, 1000, 5000])
    func `payloads of a frame are of one size, but for a last one that is no longer`(size: Int) throws {
        var random = SeededRandom(seed: 1)
        var packetizer = VP8Packetizer(maximumPayloadSize: 100, pictureID: 0)
        let payloads = packetizer.packetize(frame(size, isKeyFrame: false, random: &random))
        #expect(payloads.count == (size + 95) / 96)
        let first = try #require(payloads.first?.count)
        #expect(payloads.dropLast().allSatisfy { $0.count == first })
        #expect(payloads.allSatisfy { $0.count <= first && $0.count <= 100 })
    }

    @Test(arguments: wrapStarts) func `frames come out as they went in, across the wraps`(start: UInt16) throws {
        var random = SeededRandom(seed: UInt64(start))
        var packetizer = VP8Packetizer(maximumPayloadSize: 100, pictureID: start)
        var depacketizer = VP8Depacketizer()
        var index = UInt64(start)
        for number in 0..<50 {
            let timestamp = UInt32(truncatingIfNeeded: number) &* 3000 &- 30_000
            let isKeyFrame = number % 10 == 0
            let bytes = frame(1 + Int(random.next() % 600), isKeyFrame: isKeyFrame, random: &random)
            let payloads = packetizer.packetize(bytes)
            for (position, payload) in payloads.enumerated() {
                let marker = position == payloads.count - 1
                let result = receive(payload, index: index, timestamp: timestamp, marker: marker, by: &depacketizer)
                index += 1
                #expect(
                    result
                        == (marker
                            ? EncodedFrame(codec: .vp8, timestamp: timestamp, isKeyFrame: isKeyFrame, bytes: bytes)
                            : nil))
                let descriptor = try VP8PayloadDescriptor(parsing: payload.span.bytes)
                #expect(descriptor.pictureID == (start & 0x7fff &+ UInt16(number)) & 0x7fff)
            }
        }
        #expect(depacketizer.droppedFrames == 0)
    }

    @Test func `a frame that lacks a packet is dropped whole and the next one is whole`() {
        var random = SeededRandom(seed: 3)
        var packetizer = VP8Packetizer(maximumPayloadSize: 100, pictureID: 0)
        for lost in 0..<4 {
            var depacketizer = VP8Depacketizer()
            var frames: [EncodedFrame] = []
            var index: UInt64 = 100
            for number in 0..<3 {
                let payloads = packetizer.packetize(frame(380, isKeyFrame: number == 0, random: &random))
                for (position, payload) in payloads.enumerated() {
                    defer { index += 1 }
                    if number == 1, position == lost { continue }
                    let marker = position == payloads.count - 1
                    if let frame = receive(
                        payload, index: index, timestamp: UInt32(number), marker: marker, by: &depacketizer)
                    {
                        frames.append(frame)
                    }
                }
            }
            #expect(frames.map(\.timestamp) == [0, 2], "packet \(lost) lost")
        }
    }

    @Test func `padding between frames and late duplicates are passed over`() {
        var depacketizer = VP8Depacketizer()
        #expect(receive([0x10, 0x01], index: 5, timestamp: 9, marker: false, by: &depacketizer) == nil)
        #expect(receive([], index: 6, timestamp: 9, marker: false, by: &depacketizer) == nil)
        #expect(receive([0x10, 0x01], index: 5, timestamp: 9, marker: true, by: &depacketizer) == nil)
        #expect(receive([0x00, 0x02], index: 7, timestamp: 9, marker: true, by: &depacketizer)?.bytes == [1, 2])
        #expect(depacketizer.droppedFrames == 0)
    }

    @Test(.attack(29)) func `a frame without end is dropped at its limit`() {
        var depacketizer = VP8Depacketizer()
        let piece = [0x00] + [UInt8](repeating: 1, count: 60_000)
        _ = receive([0x10, 0x01], index: 0, timestamp: 9, marker: false, by: &depacketizer)
        var index: UInt64 = 1
        while (index - 1) * 60_000 <= UInt64(VP8Depacketizer.maximumFrameSize) {
            _ = receive(piece, index: index, timestamp: 9, marker: false, by: &depacketizer)
            index += 1
        }
        #expect(depacketizer.droppedFrames == 1)
        #expect(receive(piece, index: index, timestamp: 9, marker: true, by: &depacketizer) == nil)
    }
}

@Suite("Opus in packets", .rfc(7587, "4.2"))
struct OpusPayloadTests {
    @Test(
        .rfc(6716, "3.1"),
        arguments: [
            ([0x78], 960), ([0x7b, 0x03], 2880), ([0x19], 5760), ([0x83, 0x30], 5760), ([0x60], 480), ([0xf8], 960),
        ] as [([UInt8], Int)])
    func `the first byte tells how long a packet lasts`(payload: [UInt8], samples: Int) {
        #expect(OpusPayload.duration(of: payload) == samples)
    }

    @Test(.attack(17), arguments: [[], [0x7b], [0x7b, 0x00], [0x83, 0x31], [0x1b, 0x03]] as [[UInt8]])
    func `a packet that lies about its length has none`(payload: [UInt8]) {
        #expect(OpusPayload.duration(of: payload) == nil)
    }

    @Test func `a packet is a frame`() {
        #expect(OpusPayload.frame([], timestamp: 5) == nil)
        #expect(
            OpusPayload.frame([0x78, 1], timestamp: 5)
                == EncodedFrame(codec: .opus, timestamp: 5, isKeyFrame: true, bytes: [0x78, 1]))
    }
}
