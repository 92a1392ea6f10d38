// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import Testing

/// A codec's way into packets and out of them, so that one set of tests holds all three to the same promises.
private struct Path {
    let codec: Codec
    /// A frame of about `size` bytes as the codec's encoder gives it.
    let frame: (_ size: Int, _ isKeyFrame: Bool, inout SeededRandom) -> [UInt8]
    let packetize: (_ frame: [UInt8]) throws -> [[UInt8]]
    let receive: (UnsafeRawBufferPointer, UInt64, UInt32, Bool) -> EncodedFrame?
    let droppedFrames: () -> Int

    static let maximum = 100

    static func make(_ codec: Codec, start: UInt16 = 0) -> Path {
        switch codec {
        case .vp9:
            var packetizer = VP9Packetizer(maximumPayloadSize: maximum, pictureID: start)
            var depacketizer = VP9Depacketizer()
            return Path(
                codec: codec,
                frame: { size, isKeyFrame, random in
                    let head = hex(isKeyFrame ? "82 49 83 42 00 09 f0 07 74" : "86")
                    return head + random.bytes(size)
                },
                packetize: { packetizer.packetize($0) },
                receive: { depacketizer.receive($0, index: $1, timestamp: $2, marker: $3) },
                droppedFrames: { depacketizer.droppedFrames })
        case .h264:
            let packetizer = H264Packetizer(maximumPayloadSize: maximum)
            var depacketizer = H264Depacketizer()
            return Path(
                codec: codec,
                frame: { size, isKeyFrame, random in
                    // No zeros, so that no start code can arise.
                    let body = random.bytes(size).map { $0 | 1 }
                    let slice = hex("00000001") + (isKeyFrame ? [0x65, 0x80] : [0x61, 0x80]) + body
                    return (isKeyFrame ? hex("00000001 6742e01f 00000001 68ce") : []) + slice
                },
                packetize: { packetizer.packetize($0) },
                receive: { depacketizer.receive($0, index: $1, timestamp: $2, marker: $3) },
                droppedFrames: { depacketizer.droppedFrames })
        default:
            let packetizer = AV1Packetizer(maximumPayloadSize: maximum)
            var depacketizer = AV1Depacketizer()
            return Path(
                codec: codec,
                frame: { size, isKeyFrame, random in
                    var writer = ByteWriter()
                    if isKeyFrame { writer.write(hex("0a 02 0800")) }
                    writer.write(0x32 as UInt8)
                    LEB128.write(UInt32(size + 1), into: &writer)
                    writer.write((isKeyFrame ? 0x10 : 0x30) as UInt8)
                    writer.write(random.bytes(size))
                    return writer.bytes
                },
                packetize: { try packetizer.packetize($0) },
                receive: { depacketizer.receive($0, index: $1, timestamp: $2, marker: $3) },
                droppedFrames: { depacketizer.droppedFrames })
        }
    }

    func receive(_ payload: [UInt8], index: UInt64, timestamp: UInt32, marker: Bool) -> EncodedFrame? {
        payload.withUnsafeBytes { receive($0, index, timestamp, marker) }
    }
}

@Suite("VP9, H.264 and AV1 frames in packets")
struct FramePacketizerTests {
    @Test(arguments: [Codec.vp9, .h264, .av1], wrapStarts)
    func `frames come out as they went in, across the wraps`(codec: Codec, start: UInt16) throws {
        var random = SeededRandom(seed: UInt64(start))
        let path = Path.make(codec, start: start)
        var index = UInt64(start)
        for number in 0..<50 {
            let timestamp = UInt32(truncatingIfNeeded: number) &* 3000 &- 30_000
            let isKeyFrame = number % 10 == 0
            let bytes = path.frame(1 + Int(random.next() % 600), isKeyFrame, &random)
            let payloads = try path.packetize(bytes)
            #expect(payloads.allSatisfy { $0.count <= Path.maximum })
            for (position, payload) in payloads.enumerated() {
                let marker = position == payloads.count - 1
                let result = path.receive(payload, index: index, timestamp: timestamp, marker: marker)
                index += 1
                #expect(
                    result
                        == (marker
                            ? EncodedFrame(codec: codec, timestamp: timestamp, isKeyFrame: isKeyFrame, bytes: bytes)
                            : nil))
                let inspection = try withBytes(payload) { payload throws(ParseError) in
                    try PayloadInspection.inspect(codec, payload: payload, marker: marker)
                }
                #expect((inspection.keyFrame != .no) == (isKeyFrame && position == 0))
                #expect(inspection.endsFrame == marker)
            }
        }
        #expect(path.droppedFrames() == 0)
    }

    @Test(arguments: [Codec.vp9, .h264, .av1])
    func `a frame that lacks a packet is dropped whole and the next one is whole`(codec: Codec) throws {
        var random = SeededRandom(seed: 3)
        for lost in 0..<4 {
            let path = Path.make(codec)
            var frames: [EncodedFrame] = []
            var index: UInt64 = 100
            for number in 0..<3 {
                let payloads = try path.packetize(path.frame(340, number == 0, &random))
                #expect(payloads.count >= 4)
                for (position, payload) in payloads.enumerated() {
                    defer { index += 1 }
                    if number == 1, position == lost { continue }
                    let marker = position == payloads.count - 1
                    frames +=
                        path.receive(payload, index: index, timestamp: UInt32(number), marker: marker).map { [$0] }
                        ?? []
                }
            }
            #expect(frames.map(\.timestamp) == [0, 2], "packet \(lost) lost")
        }
    }

    @Test(arguments: [Codec.vp9, .h264, .av1])
    func `padding inside a frame and late duplicates are passed over`(codec: Codec) throws {
        var random = SeededRandom(seed: 4)
        let path = Path.make(codec)
        let bytes = path.frame(150, false, &random)
        let payloads = try path.packetize(bytes)
        try #require(payloads.count == 2)
        #expect(path.receive(payloads[0], index: 5, timestamp: 9, marker: false) == nil)
        #expect(path.receive([], index: 6, timestamp: 9, marker: false) == nil)
        #expect(path.receive(payloads[0], index: 5, timestamp: 9, marker: false) == nil)
        #expect(path.receive(payloads[1], index: 7, timestamp: 9, marker: true)?.bytes == bytes)
        // The frame is over.
        #expect(path.receive(payloads[0], index: 8, timestamp: 9, marker: true) == nil)
        #expect(path.droppedFrames() == 0)
    }

    @Test(.rfc(6184, "5.7.1")) func `small H.264 units go together, a large one in pieces`() {
        let packetizer = H264Packetizer(maximumPayloadSize: 20)
        let large = [0x65] + [UInt8](repeating: 0x11, count: 30)
        let payloads = packetizer.packetize(hex("00000001 6742e01f 000001 08ce 000001") + large)
        #expect(payloads.map(hexText).prefix(1) == ["7800046742e01f000208ce"])
        #expect(payloads.dropFirst().map { hexText($0.prefix(2)) } == ["7c85", "7c45"])
        #expect(packetizer.packetize(hex("01 02 03")).isEmpty)
        #expect(packetizer.packetize(hex("000001 000001 00000001")).isEmpty)
        #expect(packetizer.packetize(hex("000001 61e0 0000")) == [hex("61e0")])
    }

    @Test func `AV1 units lose their sizes and delimiters, and a sequence sets N`() throws {
        let packetizer = AV1Packetizer(maximumPayloadSize: 40)
        #expect(try packetizer.packetize(hex("1200 0a02 0800 3202 1011")).map(hexText) == ["28030808" + "00301011"])
        // Four elements are more than W can count.
        let four = try packetizer.packetize(hex("2a01aa 2a01bb 2a01cc 3202 3011"))
        #expect(four.map(hexText) == ["000228aa0228bb0228cc03303011"])
        #expect(try packetizer.packetize(hex("1200")).isEmpty)
        #expect(
            parseError { () throws(ParseError) in _ = try packetizer.packetize(hex("3205 10")) } == .av1PayloadTruncated
        )
    }

    @Test func `recorded frames come out whole`() throws {
        for (codec, name, sizes) in [
            (Codec.vp9, "rtp-vp9-chromium.bin", 2), (.h264, "rtp-h264-chromium.bin", 3),
            (.av1, "rtp-av1-chromium.bin", 3),
        ] {
            let path = Path.make(codec)
            var frames: [EncodedFrame] = []
            var lastTimestamp: UInt32?
            var index: UInt64 = 0
            for datagram in Fixture.datagrams(name) {
                let header = try RTPHeader(parsing: datagram.span.bytes)
                // The fixture leaves packets out only between frames.
                index += lastTimestamp == header.timestamp ? 1 : 1000
                lastTimestamp = header.timestamp
                let payload = Array(datagram.dropFirst(header.headerLength))
                if let frame = path.receive(payload, index: index, timestamp: header.timestamp, marker: header.marker) {
                    frames.append(frame)
                }
            }
            #expect(frames.count == sizes, "\(codec)")
            #expect(frames.map(\.isKeyFrame) == [true] + [Bool](repeating: false, count: sizes - 1), "\(codec)")
        }
    }
}
