// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaIO
import RTCTestKit
import Testing

@testable import RTP

struct VideoEncoderTests {
    static let codecs: [Codec] = [.vp8, .vp9, .h264]

    @Test(arguments: codecs) func `what was encoded has its colours back, each picture at its time`(codec: Codec) throws
    {
        let encoder = try VideoEncoder(codec: codec, width: 128, height: 96, bitrate: 500_000)
        let decoder = try VideoDecoder(codec: codec)
        let colours: [(UInt8, UInt8, UInt8)] = [(65, 100, 212), (112, 72, 58), (35, 212, 114), (180, 128, 128)]
        var shown: [VideoPicture] = []
        for n in 0..<12 {
            // The four quadrants.
            let picture = try VideoPicture(width: 128, height: 96, time: .milliseconds(n * 40)) { luma, u, v in
                for plane in [luma, u, v] {
                    for y in 0..<plane.height {
                        for x in 0..<plane.width {
                            let c = colours[x * 2 / plane.width + y * 2 / plane.height * 2]
                            plane[x, y] = plane.width == 128 ? c.0 : 0
                        }
                    }
                }
                for y in 0..<u.height {
                    for x in 0..<u.width {
                        let c = colours[x * 2 / u.width + y * 2 / u.height * 2]
                        (u[x, y], v[x, y]) = (c.1, c.2)
                    }
                }
            }
            let frames = try encoder.encode(picture)
            #expect(frames.count == 1)
            for frame in frames {
                #expect(frame.codec == codec)
                #expect(frame.isKeyFrame == (n == 0))
                #expect(frame.timestamp == UInt32(n * 3_600))
                shown += try decoder.decode(frame, time: picture.time)
            }
        }
        #expect(shown.map(\.time) == (0..<12).map { .milliseconds($0 * 40) })
        let last = try #require(shown.last)
        #expect((last.width, last.height) == (128, 96))
        for (index, colour) in colours.enumerated() {
            let (x, y) = (index % 2 * 64, index / 2 * 48)
            let found = last.means(x: x + 16..<x + 48, y: y + 12..<y + 36)
            #expect(isNear(found, [Int(colour.0), Int(colour.1), Int(colour.2)], within: 3), "\(found) for \(colour)")
        }
    }

    @Test(arguments: codecs) func `the rate follows its target both ways, without a key frame`(codec: Codec) throws {
        let pictures = try busyPictures(count: 24, width: 320, height: 240, seed: 1)
        let encoder = try VideoEncoder(codec: codec, width: 320, height: 240, bitrate: 800_000)
        var time = 0
        /// Bits a second of some seconds, after one to come to rest.
        func rate(target: Int) throws -> Int {
            encoder.targetBitrate = target
            var bytes = 0
            for n in 0..<120 {
                let frames = try encoder.encode(pictures[time % 24].at(.nanoseconds(Int64(time) * 1_000_000_000 / 30)))
                #expect(frames.count == 1)
                #expect(frames.allSatisfy { $0.isKeyFrame == (time == 0) })
                if n >= 30 { bytes += frames.reduce(0) { $0 + $1.bytes.count } }
                time += 1
            }
            return bytes * 8 / 3
        }
        for target in [800_000, 400_000, 700_000] {
            let rate = try rate(target: target)
            #expect((target * 7 / 10...target * 13 / 10).contains(rate), "\(rate) instead of \(target)")
        }
    }

    @Test(arguments: codecs, [10, 60]) func `the rate is one of the pictures' own time, not of the expected number`(
        codec: Codec, framesPerSecond: Int
    ) throws {
        let pictures = try busyPictures(count: 24, width: 320, height: 240, seed: 8)
        let encoder = try VideoEncoder(codec: codec, width: 320, height: 240, bitrate: 500_000, framesPerSecond: 30)
        var bytes = 0
        for n in 0..<framesPerSecond * 7 {
            let time = Duration.nanoseconds(Int64(n) * 1_000_000_000 / Int64(framesPerSecond))
            let frames = try encoder.encode(pictures[n % 24].at(time))
            if time >= .seconds(3) { bytes += frames.reduce(0) { $0 + $1.bytes.count } }
        }
        let rate = bytes * 8 / 4
        #expect((350_000...650_000).contains(rate), "\(rate)")
    }

    @Test(arguments: codecs) func `what comes after a pause is no burst`(codec: Codec) throws {
        let pictures = try busyPictures(count: 24, width: 320, height: 240, seed: 9)
        let encoder = try VideoEncoder(codec: codec, width: 320, height: 240, bitrate: 500_000)
        var sizes: [Int] = []
        for n in 0..<120 {
            let pause = n < 90 ? Duration.zero : .seconds(2)
            let picture = pictures[n % 24].at(.nanoseconds(Int64(n) * 1_000_000_000 / 30) + pause)
            sizes += try encoder.encode(picture).map(\.bytes.count)
        }
        let usual = sizes[60..<90].reduce(0, +)
        #expect(sizes[90..<120].reduce(0, +) < usual * 2, "\(sizes[90..<120]) after \(usual)")
    }

    @Test(arguments: codecs) func `a key frame comes where it is asked for, and decoding can begin there`(
        codec: Codec
    ) throws {
        let pictures = try busyPictures(count: 9, width: 160, height: 120, seed: 2)
        let encoder = try VideoEncoder(codec: codec, width: 160, height: 120, bitrate: 300_000)
        let frames = try pictures.enumerated().flatMap {
            try encoder.encode($1.at(.milliseconds($0 * 33)), asKeyFrame: $0 == 3 || $0 == 7)
        }
        #expect(frames.map(\.isKeyFrame) == [true, false, false, true, false, false, false, true, false])
        let decoder = try VideoDecoder(codec: codec)
        #expect(decoder.needsKeyFrame)
        #expect(try decoder.decode(frames[2], time: .zero).isEmpty)
        #expect(decoder.needsKeyFrame)
        #expect(try decoder.decode(frames[3], time: .zero).count == 1)
        #expect(!decoder.needsKeyFrame)
        #expect(try decoder.decode(frames[4], time: .zero).count == 1)
        // The packets of RTP carry it too, and the flag is what the bytes say.
        #expect(frames.map { Self.startsDecoding($0) } == frames.map(\.isKeyFrame))
    }

    /// By what a receiver sees in the packets.
    private static func startsDecoding(_ frame: EncodedFrame) -> Bool {
        frame.bytes.withUnsafeBytes { bytes in
            switch frame.codec {
            case .vp8: bytes[0] & 1 == 0
            case .vp9: bytes[0] & 0x04 == 0
            default:
                H264Packetizer.units(frame.bytes).contains { $0[$0.startIndex] & 31 == 5 }
            }
        }
    }

    @Test(.rfc(6184, "8.1")) func `H.264 is constrained baseline, its parameter sets before each key frame`() throws {
        let pictures = try busyPictures(count: 4, width: 160, height: 120, seed: 3)
        let encoder = try VideoEncoder(codec: .h264, width: 160, height: 120, bitrate: 300_000)
        for (n, picture) in pictures.enumerated() {
            let frame = try #require(encoder.encode(picture.at(.milliseconds(n * 33)), asKeyFrame: n == 2).first)
            let units = H264Packetizer.units(frame.bytes)
            let types = units.map { $0[$0.startIndex] & 31 }
            guard n % 2 == 0 else {
                #expect(types == [1])
                continue
            }
            #expect(types.filter { $0 != 6 } == [7, 8, 5])
            let set = try #require(units.first { $0[$0.startIndex] & 31 == 7 })
            #expect(set[set.startIndex + 1] == 66, "the profile")
            #expect(set[set.startIndex + 2] & 0x40 != 0, "its constraints")
        }
    }

    @Test(arguments: codecs) func `pictures of another shape are scaled, with black beside them`(codec: Codec) throws {
        let encoder = try VideoEncoder(codec: codec, width: 128, height: 64, bitrate: 500_000)
        let decoder = try VideoDecoder(codec: codec)
        let square = try plainPicture(200, 90, 160, width: 96, height: 96)
        var last: VideoPicture?
        for n in 0..<4 {
            for frame in try encoder.encode(square.at(.milliseconds(n * 33))) {
                last = try decoder.decode(frame, time: .zero).last
            }
        }
        let picture = try #require(last)
        #expect((picture.width, picture.height) == (128, 64))
        #expect(isNear(picture.means(x: 40..<88, y: 4..<60), [200, 90, 160], within: 3))
        #expect(isNear(picture.means(x: 0..<24, y: 0..<64), [16, 128, 128], within: 3))
        #expect(isNear(picture.means(x: 104..<128, y: 0..<64), [16, 128, 128], within: 3))
    }

    @Test(arguments: codecs) func `timestamps wrap, and no time is too odd`(codec: Codec) throws {
        let encoder = try VideoEncoder(codec: codec, width: 64, height: 48, bitrate: 100_000)
        let decoder = try VideoDecoder(codec: codec)
        let picture = try plainPicture(100)
        // 2^32 units of 90 kHz are 47,721.858844 s.
        let times: [Duration] = [
            .seconds(47_721), .seconds(47_722), .seconds(47_722), .seconds(3), .seconds(-3), .zero, .seconds(Int64.max),
            .seconds(Int64.min), .nanoseconds(Int64.max), .seconds(1),
        ]
        var timestamps: [UInt32] = []
        for time in times {
            let frames = try encoder.encode(picture.at(time))
            #expect(frames.count == 1)
            timestamps += frames.map(\.timestamp)
            for frame in frames { #expect(try decoder.decode(frame, time: time).count == 1) }
        }
        #expect(timestamps.prefix(5) == [4_294_890_000, 12_704, 12_704, 270_000, 4_294_697_296])
        #expect(timestamps.last == 90_000)
    }

    @Test(arguments: [
        (Codec.vp8, 0, 48), (.vp8, 64, -2), (.vp9, Int.max, 48), (.vp8, 20_000, 48), (.h264, 65, 48), (.av1, 64, 48),
        (.opus, 64, 48),
    ]) func `what cannot be encoded is refused in words`(codec: Codec, width: Int, height: Int) {
        #expect { try VideoEncoder(codec: codec, width: width, height: height, bitrate: 100_000) } throws: { error in
            (error as? MediaError)?.kind == .unsupported
        }
    }

    @Test(arguments: [Int.min, 0, 1, Int.max]) func `a bitrate beyond all measure is the nearest that there is`(
        bitrate: Int
    ) throws {
        let encoder = try VideoEncoder(codec: .vp8, width: 64, height: 48, bitrate: bitrate)
        #expect(encoder.targetBitrate == (bitrate == .max ? 1_000_000_000 : VideoEncoder.leastBitrate))
        encoder.targetBitrate = bitrate
        #expect(try encoder.encode(plainPicture(100)).count == 1)
    }
}
