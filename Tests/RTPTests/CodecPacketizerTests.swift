// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import Testing

@Suite("Frames of any codec in packets")
struct CodecPacketizerTests {
    private static func frame(_ codec: Codec) -> [UInt8] {
        let body = [UInt8](repeating: 0x55, count: 300)
        return switch codec {
        case .vp8: hex("10 02 00 9d 01 2a 80 02 e0 01") + body
        case .vp9: hex("82 49 83 42 00 09 f0 07 74") + body
        case .h264: hex("00000001 6742e01f 00000001 68ce 00000001 6580") + body
        case .av1: hex("0a 02 0800 32 ad 02 10") + body
        default: body
        }
    }

    @Test(arguments: Codec.allCases) func `what goes in comes out`(codec: Codec) throws {
        var packetizer = CodecPacketizer(codec, maximumPayloadSize: 100, pictureID: 0x7fff)
        var depacketizer = CodecDepacketizer(codec)
        let bytes = Self.frame(codec)
        for round in 0..<3 as Range<UInt32> {
            let payloads = try packetizer.packetize(bytes)
            #expect(codec.kind == .audio ? payloads.count == 1 : payloads.count >= 4)
            var frames: [EncodedFrame] = []
            for (position, payload) in payloads.enumerated() {
                let index = UInt64(round) * 10 + UInt64(position)
                let frame = payload.withUnsafeBytes {
                    depacketizer.receive(
                        $0, index: index, timestamp: round, marker: position == payloads.count - 1)
                }
                if let frame { frames.append(frame) }
            }
            #expect(frames == [EncodedFrame(codec: codec, timestamp: round, isKeyFrame: true, bytes: bytes)])
        }
        #expect(try packetizer.packetize([]).isEmpty)
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        #expect(depacketizer.receive(nothing, index: 99, timestamp: 9, marker: true) == nil)
    }

    @Test(.rfc(6184, "8.2.2")) func `parameter sets are looked for before the first slice`() {
        #expect(H264ParameterSets.arePresent(in: hex("00000001 6742e01f 000001 68ce 000001 6588")))
        #expect(!H264ParameterSets.arePresent(in: hex("00000001 6742e01f 000001 6588 000001 68ce")))
        #expect(!H264ParameterSets.arePresent(in: hex("00000001 68ce 000001 6588")))
        let unit = hex("00000001 0910 00000001 6742e01f 00000001 68ce 00000001 6588")
        #expect(H264ParameterSets.arePresent(in: unit))
        for length in 0..<unit.count {
            // Up to the type of the picture parameter set nothing is there.
            #expect(H264ParameterSets.arePresent(in: Array(unit.prefix(length))) == (length > 18), "\(length)")
        }
    }

    @Test func `distances move with the picture that they are seen from`() {
        var distances = PictureDistances()
        for distance in [0, 1, 63, 64, 127, 128, -1, 500] { distances.insert(distance) }
        func only(_ values: [Int]) -> PictureDistances {
            var result = PictureDistances()
            for value in values { result.insert(value) }
            return result
        }
        #expect(distances == only([0, 1, 63, 64, 127]))
        for step in 0..<128 {
            let expected = only([0, 1, 63, 64, 127].map { $0 + step }.filter { $0 < 128 })
            #expect(distances.seen(from: step) == expected, "\(step)")
        }
        #expect(distances.seen(from: 128) == PictureDistances() && distances.seen(from: -1) == PictureDistances())
        #expect(only([1, 64]).isSubset(of: distances) && !only([2]).isSubset(of: distances))
        #expect(!only([65]).isSubset(of: distances) && PictureDistances().isSubset(of: PictureDistances()))
    }

    @Test(.rfc(7741, "4.2")) func `a VP8 frame says its layer in its first payload`() {
        var dependencies = FrameDependencies()
        let other = hex("80 80 8001 11")
        other.withUnsafeBytes { dependencies.note($0, codec: .vp8) }
        #expect(dependencies == FrameDependencies())
        let first = hex("90 e0 8123 07 60 31")
        first.withUnsafeBytes { dependencies.note($0, codec: .vp8) }
        #expect(dependencies.pictureID == 0x123 && dependencies.tl0PictureIndex == 7)
        #expect(dependencies.temporalLayer == 1 && dependencies.isLayerSync && dependencies.references == nil)
        // Seven bits are too few to be believed.
        var short = FrameDependencies()
        hex("90 80 23 31").withUnsafeBytes { short.note($0, codec: .vp8) }
        #expect(short.pictureID == nil)
    }

    @Test(.rfc(9628, "4.2")) func `a VP9 picture says what it refers to in each of its layer frames`() {
        var dependencies = FrameDependencies()
        // Flexible, predicted, picture 0x102: layer 1 refers to the pictures 1 and 4 before, then spatial layer 1 to 2.
        hex("f8 8102 20 03 08 86").withUnsafeBytes { dependencies.note($0, codec: .vp9) }
        hex("f8 8102 23 04 86").withUnsafeBytes { dependencies.note($0, codec: .vp9) }
        var expected = PictureDistances()
        for distance in [1, 4, 2] { expected.insert(distance) }
        #expect(dependencies.references == expected && dependencies.pictureID == 0x102)
        #expect(dependencies.temporalLayer == 1 && dependencies.tl0PictureIndex == nil)
        // Without its base a picture tells nothing.
        var upper = FrameDependencies()
        hex("f8 8102 23 04 86").withUnsafeBytes { upper.note($0, codec: .vp9) }
        #expect(upper.pictureID == nil && upper.references == nil)
    }
}
