// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import MediaIO
import RTP
import Testing

struct SoundTests {
    @Test func `Opus comes in packets of 20 ms, whatever the blocks are, and sounds as before`() throws {
        let encoder = try AudioEncoder(bitrate: 64_000)
        var packets: [EncodedFrame] = []
        for start in stride(from: 0, to: 48_000, by: 1_000) {
            packets += try encoder.encode(.sine(440, from: start, count: 1_000))
        }
        #expect(packets.map(\.timestamp) == (0..<50).map { UInt32($0 * 960) })
        #expect(packets.allSatisfy { $0.codec == .opus && $0.isKeyFrame })
        #expect(try encoder.finish().isEmpty)
        #expect((6_000...10_000).contains(packets.reduce(0) { $0 + $1.bytes.count }))
        let decoder = try AudioDecoder(codec: .opus)
        let blocks = try packets.enumerated().flatMap { try decoder.decode($1, time: .milliseconds(20 * $0)) }
        #expect(blocks.map(\.time) == (0..<50).map { .milliseconds(20 * $0) })
        #expect(blocks.allSatisfy { $0.duration == .milliseconds(20) })
        for channel in 0..<2 {
            let samples = blocks.dropFirst(5).flatMap { $0.channel(channel) }
            #expect(abs(amplitude(of: 440, in: samples) - 0.25) < 0.02)
            #expect(amplitude(of: 880, in: samples) < 0.01)
        }
    }

    @Test func `a gap in the sound is one in the timestamps, and times that tremble are none`() throws {
        let encoder = try AudioEncoder()
        var packets = try encoder.encode(.sine(440, from: 0, count: 1_000))
        var late = AudioBlock.sine(440, from: 1_000, count: 920)
        late.time += .milliseconds(9)
        packets += try encoder.encode(late)
        #expect(packets.map(\.timestamp) == [0, 960])
        // Half a packet waits, then nothing comes for a second.
        packets += try encoder.encode(.sine(440, from: 1_920, count: 480))
        #expect(packets.count == 2)
        packets += try encoder.encode(.sine(440, from: 50_400, count: 960))
        #expect(packets.map(\.timestamp) == [0, 960, 1_920, 50_400])
        packets += try encoder.encode(.sine(440, from: 51_360, count: 1))
        packets += try encoder.finish()
        #expect(packets.map(\.timestamp).last == 51_360)
    }

    @Test(arguments: [-1, 1]) func `a sound card of another pace makes no gaps, and falls not behind`(sign: Int) throws
    {
        let encoder = try AudioEncoder()
        var timestamps: [UInt32] = []
        // Seven in ten thousand faster or slower, for 70 s: 49 ms.
        for number in 0..<3500 {
            var block = AudioBlock.sine(440, from: number * 960, count: 960)
            block.time += .microseconds(number * 14 * sign)
            timestamps += try encoder.encode(block).map(\.timestamp)
        }
        #expect(zip(timestamps, timestamps.dropFirst()).allSatisfy { $1 == $0 + 960 })
        let last = try #require(timestamps.last)
        #expect(abs(Double(last) - 3499 * (960 + 0.672 * Double(sign))) < 960 + 240)
    }

    @Test func `timestamps wrap, and samples that are no numbers are silence`() throws {
        let encoder = try AudioEncoder()
        // 2^32 units of 48 kHz are 89,478.485333 s.
        let odd = [Float](repeating: .nan, count: 960) + [.infinity, -.infinity] + [Float](repeating: 1e30, count: 958)
        let packets = try encoder.encode(AudioBlock(time: .seconds(89_479), samples: odd))
        #expect(packets.map(\.timestamp) == [24_704])
        for time in [Duration.seconds(Int64.max), .seconds(Int64.min), .seconds(-1)] {
            #expect(try encoder.encode(AudioBlock(time: time, samples: odd)).count == 1)
        }
    }

    @Test func `what was lost is made up as long as it was, without a step, and a second at most`() throws {
        let encoder = try AudioEncoder()
        let packets = try encoder.encode(.sine(440, from: 0, count: 9_600))
        let decoder = try AudioDecoder(codec: .opus)
        #expect(try decoder.decode(packets[0], time: .zero, lost: 7).count == 1, "nothing to make it from")
        let before = try decoder.decode(packets[1], time: .milliseconds(20))
        let after = try decoder.decode(packets[4], time: .milliseconds(80), lost: 2)
        #expect(after.map(\.time) == [.milliseconds(40), .milliseconds(60), .milliseconds(80)])
        #expect(after.allSatisfy { $0.duration == .milliseconds(20) })
        let last = try #require(before.last?.samples.last)
        #expect(abs(after[0].samples[1] - last) < 0.001)
        #expect(after[0].samples.contains { abs($0) > 0.05 })
        #expect(abs(try #require(after[0].samples.last)) < 0.01)
        #expect(after[1].samples.allSatisfy { $0 == 0 })
        #expect(try decoder.decode(packets[5], time: .seconds(9), lost: .max).count == 51)
    }

    @Test(arguments: [(Codec.pcmu, "mulaw", "pcm_mulaw"), (.pcma, "alaw", "pcm_alaw"), (.g722, "g722", "g722")])
    func `what telephones send is decoded to 48 kHz`(codec: Codec, format: String, encoder: String) throws {
        let folder = try TemporaryFolder()
        let path = folder.path("tone")
        try ffmpeg(
            "-f", "lavfi", "-i", "sine=frequency=440:duration=1", "-ac", "1", "-ar", codec == .g722 ? "16000" : "8000",
            "-c:a", encoder, "-f", format, path)
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let decoder = try AudioDecoder(codec: codec)
        // 20 ms are 160 bytes of each.
        let blocks = try stride(from: 0, to: bytes.count - 159, by: 160).flatMap { start in
            try decoder.decode(
                EncodedFrame(
                    codec: codec, timestamp: UInt32(start), isKeyFrame: true, bytes: Array(bytes[start..<start + 160])),
                time: .milliseconds(start / 8))
        }
        let samples = blocks.flatMap { $0.channel(1) }
        #expect(abs(samples.count - 48_000) < 1_000)
        for (block, next) in zip(blocks, blocks.dropFirst()) {
            let gap = next.time - block.time - block.duration
            #expect(abs(gap / .milliseconds(1)) < 0.1)
        }
        let tone = amplitude(of: 440, in: samples.dropFirst(4_800))
        #expect(tone > 0.05)
        #expect(amplitude(of: 700, in: samples.dropFirst(4_800)) < tone / 20)
    }
}
