// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaIO
import RTCTestKit
import RTP
import Testing

/// What comes from others may be broken on purpose. The libraries have been hardened by others for years; what is ours is
/// that an error stays one, and that the next key frame is decoded as if nothing had been.
struct BrokenFrameTests {
    static let codecs: [Codec] = [.vp8, .vp9, .h264, .av1]

    /// Two frames of busy pictures, the first a key frame.
    private static func frames(_ codec: Codec) throws -> [EncodedFrame] {
        if codec == .av1 {
            let folder = try TemporaryFolder()
            let path = folder.path("av1.ivf")
            try ffmpeg(
                "-f", "lavfi", "-i", "testsrc2=size=64x48:rate=30", "-frames:v", "2", "-c:v", "libaom-av1", "-usage",
                "realtime", "-cpu-used", "8", "-lag-in-frames", "0", "-b:v", "200k", path)
            return try framesOfIVF(path, codec: .av1)
        }
        let encoder = try VideoEncoder(codec: codec, width: 64, height: 48, bitrate: 300_000)
        return try busyPictures(count: 2, width: 64, height: 48, seed: 4).enumerated().flatMap {
            try encoder.encode($1.at(.milliseconds($0 * 33)))
        }
    }

    /// Whether a frame that may be anything was refused; whatever it was, the decoder works after it.
    private static func isRefused(
        _ bytes: [UInt8], like frame: EncodedFrame, after key: EncodedFrame, _ decoder: VideoDecoder,
        expecting means: [Int]
    ) throws -> Bool {
        var broken = frame
        broken.bytes = bytes
        var isRefused = false
        do throws(MediaError) { _ = try decoder.decode(broken, time: .zero) } catch {
            isRefused = true
            #expect(error.kind == .unsupported)
            #expect(decoder.needsKeyFrame)
        }
        let good = try #require(decoder.decode(key, time: .seconds(1)).last)
        #expect(good.means == means)
        return isRefused
    }

    @Test(.attack(17), arguments: codecs) func `a frame that is cut anywhere does no harm`(codec: Codec) throws {
        let frames = try Self.frames(codec)
        try #require(frames.count == 2)
        let decoder = try VideoDecoder(codec: codec)
        let means = try #require(decoder.decode(frames[0], time: .zero).last).means
        for frame in frames {
            var refused: [Int] = []
            for length in 0..<frame.bytes.count {
                let isRefused = try Self.isRefused(
                    Array(frame.bytes[..<length]), like: frame, after: frames[0], decoder, expecting: means)
                if isRefused { refused.append(length) }
            }
            // The arithmetic decoders of VP8 and VP9 read zeros behind the end: of them only headers are missed.
            #expect(refused.prefix(2) == [0, 1])
            let reliable = codec == .h264 || codec == .av1 ? frame.bytes.count / 2 : 2
            #expect(refused.contains(reliable), "\(refused.count) of \(frame.bytes.count)")
        }
    }

    @Test(.attack(17), arguments: codecs) func `a frame with bits that have flipped does no harm`(codec: Codec) throws {
        let frames = try Self.frames(codec)
        let decoder = try VideoDecoder(codec: codec)
        let means = try #require(decoder.decode(frames[0], time: .zero).last).means
        var random = SeededRandom(seed: 5)
        for _ in 0..<600 {
            for frame in frames {
                var bytes = frame.bytes
                for _ in 0..<Int.random(in: 1...8, using: &random) {
                    bytes[Int.random(in: bytes.indices, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                }
                _ = try Self.isRefused(bytes, like: frame, after: frames[0], decoder, expecting: means)
            }
        }
        for count in 1..<200 {
            let noise = EncodedFrame(codec: codec, timestamp: 0, isKeyFrame: true, bytes: random.bytes(count))
            _ = try Self.isRefused(noise.bytes, like: noise, after: frames[0], decoder, expecting: means)
        }
    }

    @Test(.attack(29)) func `a key frame that claims the largest picture gets no memory for it`() throws {
        let decoder = try VideoDecoder(codec: .vp8)
        // RFC 6386 section 9.1: the start code, then 14 bits each of width and height.
        let claim = EncodedFrame(
            codec: .vp8, timestamp: 0, isKeyFrame: true,
            bytes: [0x10, 0x02, 0, 0x9d, 0x01, 0x2a, 0xff, 0x3f, 0xff, 0x3f] + [UInt8](repeating: 0, count: 100))
        #expect(throws: MediaError.self) { try decoder.decode(claim, time: .zero) }
        #expect(decoder.needsKeyFrame)
        let good = try Self.frames(.vp8)
        #expect(try decoder.decode(good[0], time: .zero).count == 1)
    }

    @Test func `a frame of another codec is refused`() throws {
        let decoder = try VideoDecoder(codec: .vp8)
        #expect(throws: MediaError.self) { try decoder.decode(Self.frames(.vp9)[0], time: .zero) }
        #expect(throws: MediaError.self) { try VideoDecoder(codec: .opus) }
    }

    @Test(.attack(17), arguments: [Codec.opus, .g722, .pcmu, .pcma]) func `broken packets of sound do no harm`(
        codec: Codec
    ) throws {
        let decoder = try AudioDecoder(codec: codec)
        var random = SeededRandom(seed: 6)
        let encoder = try AudioEncoder()
        let good = try encoder.encode(.sine(440, from: 0, count: 4_800))
        for round in 0..<3_000 {
            var bytes = random.bytes(round % 160)
            if codec == .opus, round % 2 == 0 {
                bytes = Array(good[round % good.count].bytes)
                if round % 4 == 0 { bytes = Array(bytes[..<(round / 4 % bytes.count)]) }
                if !bytes.isEmpty {
                    bytes[Int.random(in: bytes.indices, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                }
            }
            let frame = EncodedFrame(codec: codec, timestamp: 0, isKeyFrame: true, bytes: bytes)
            do throws(MediaError) {
                // RFC 6716 section 3.4: no packet is longer than 120 ms.
                let blocks = try decoder.decode(frame, time: .zero, lost: round % 3)
                #expect(blocks.allSatisfy { $0.duration <= .milliseconds(120) })
                #expect(blocks.allSatisfy { $0.samples.allSatisfy(\.isFinite) })
            } catch { #expect(error.kind == .unsupported) }
        }
        guard codec == .opus else { return }
        for packet in good { #expect(try decoder.decode(packet, time: .zero).first?.samples.count == 1_920) }
    }
}
