// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import Testing

private func inspect(
    _ codec: Codec, _ payload: [UInt8], marker: Bool = false
) throws(ParseError) -> PayloadInspection {
    try withBytes(payload) { bytes throws(ParseError) in
        try PayloadInspection.inspect(codec, payload: bytes, marker: marker)
    }
}

@Suite("What forwarding asks of a payload")
struct PayloadInspectionTests {
    @Test(.row("M-36"), .rfc(7741, "4.2")) func `VP8: partition 0 of a frame whose lowest bit is clear`() throws {
        let key = try inspect(.vp8, hex("90 e0 9234 07 60 10 02 00 9d012a 4001 f000"), marker: true)
        #expect(key.startsFrame && key.endsFrame)
        #expect(key.keyFrame == .yes)
        #expect(key.pictureIDBits == 15)
        #expect(key.pictureIDOffset == 2)
        #expect(key.pictureID == 0x1234)
        #expect(key.temporalLayer == 1)
        #expect(key.isTemporalSwitchPoint)
        #expect(!key.isDiscardable)
        #expect(key.spatialLayer == 0)

        let inter = try inspect(.vp8, hex("b0 80 12 11"))
        #expect(inter.startsFrame && !inter.endsFrame)
        #expect(inter.keyFrame == .no)
        #expect(inter.isDiscardable)
        #expect(inter.pictureIDBits == 7)

        #expect(try inspect(.vp8, hex("91 80 12 10")).keyFrame == .no)
        #expect(try inspect(.vp8, hex("80 80 12 10")).keyFrame == .no)
        #expect(try !inspect(.vp8, hex("91 80 12 10")).startsFrame)
    }

    @Test(.row("M-36"), .rfc(9628, "4.2")) func `VP9: the layer frame's own start and end, not the marker`() throws {
        let key = try inspect(.vp9, hex("ac 9234 57 c8 82 49 83 42"))
        #expect(key.startsFrame && key.endsFrame)
        #expect(key.keyFrame == .yes)
        #expect(key.pictureIDBits == 15)
        #expect(key.pictureIDOffset == 1)
        #expect(key.pictureID == 0x1234)
        #expect(key.temporalLayer == 2)
        #expect(key.spatialLayer == 3)
        #expect(key.isTemporalSwitchPoint)
        #expect(key.isInterLayerPredicted)
        #expect(key.isInterLayerReference)

        let middle = try inspect(.vp9, hex("81 12 82 49 83 42"), marker: true)
        #expect(!middle.startsFrame && !middle.endsFrame)
        #expect(middle.keyFrame == .no)
        #expect(middle.pictureIDBits == 7)
        #expect(!middle.isInterLayerReference)
    }

    @Test(.row("M-36")) func `H.264 and AV1: the marker ends a frame`() throws {
        let sps = try inspect(.h264, hex("67 42e01f"), marker: true)
        #expect(sps.startsFrame && sps.endsFrame)
        #expect(sps.keyFrame == .yes)
        #expect(!sps.isDiscardable)
        #expect(try inspect(.h264, hex("01 e0")).isDiscardable)
        #expect(try !inspect(.h264, hex("01 e0")).endsFrame)
        #expect(try inspect(.h264, hex("65 b8")).keyFrame == .no)

        let frame = try inspect(.av1, hex("28 02 0800 3010"), marker: true)
        #expect(frame.startsFrame && frame.endsFrame)
        #expect(frame.keyFrame == .yes)
        #expect(try inspect(.av1, hex("18 0800")).keyFrame == .unknown)
        #expect(try inspect(.av1, hex("10 3010")).keyFrame == .no)
        for other in [sps, frame] { #expect(other.pictureIDBits == 0) }
    }

    @Test(arguments: [Codec.opus, .g722, .pcmu, .pcma]) func `sound can begin anywhere`(codec: Codec) throws {
        for payload in [[], [0xff], hex("78 01 02")] {
            let inspection = try inspect(codec, payload)
            #expect(inspection.startsFrame && inspection.endsFrame)
            #expect(inspection.keyFrame == .yes)
        }
    }

    @Test(arguments: [Codec.vp8, .vp9, .h264, .av1])
    func `a packet of nothing but padding belongs to no frame`(codec: Codec) throws {
        #expect(try inspect(codec, [], marker: true) == PayloadInspection())
    }

    @Test(
        .attack(17),
        arguments: [(Codec.vp8, "90 80"), (.vp9, "8c 80"), (.h264, "78 00"), (.av1, "20 05 08")] as [(Codec, String)])
    func `a payload that contradicts itself is an error`(codec: Codec, text: String) {
        #expect(parseError { () throws(ParseError) in _ = try inspect(codec, hex(text)) } != nil)
    }
}

/// Packets that Chromium sent; where they come from is in the fixtures' README.
@Suite("Recorded payloads", .row("M-36"))
struct RecordedPayloadTests {
    private func inspections(_ name: String, _ codec: Codec) throws -> [PayloadInspection] {
        try Fixture.datagrams(name).map { datagram in
            let header = try RTPHeader(parsing: datagram.span.bytes)
            return try inspect(codec, Array(datagram.dropFirst(header.headerLength)), marker: header.marker)
        }
    }

    @Test func `VP9 of one layer: a key frame, padding, a frame`() throws {
        let found = try inspections("rtp-vp9-chromium.bin", .vp9)
        #expect(found.map(\.keyFrame) == [.yes, .no, .no])
        #expect(found.map(\.startsFrame) == [true, false, true])
        #expect(found.map(\.endsFrame) == [true, false, true])
        #expect(found[1] == PayloadInspection())
        #expect(found[2].pictureID == found[0].pictureID + 1)
        let key = Fixture.datagrams("rtp-vp9-chromium.bin")[0].dropFirst(12)
        try withBytes(Array(key)) { bytes throws(ParseError) in
            let descriptor = try VP9PayloadDescriptor(parsing: bytes)
            #expect(descriptor.scalabilityStructure?.largestSize! ?? (0, 0) == (160, 120))
            let header = descriptor.frameHeader(in: bytes)
            #expect(header?.width == 160 && header?.height == 120)
        }
    }

    @Test func `VP9 of two spatial layers: their key picture, then frames of the upper layer`() throws {
        let found = try inspections("rtp-vp9-svc-chromium.bin", .vp9)
        // The upper layer's frame of the key picture is predicted from the lower, so that it is no key frame.
        #expect(found.map(\.keyFrame) == [.yes, .no, .no, .no, .no, .no, .no])
        #expect(found.map(\.spatialLayer) == [0, 1, 1, 1, 1, 1, 1])
        #expect(found.map(\.temporalLayer) == [0, 0, 2, 1, 2, 0, 0])
        #expect(found.map(\.isInterLayerPredicted) == [false, true, false, false, false, false, false])
        #expect(found.map(\.isInterLayerReference) == [true, false, false, false, false, false, false])
        // The last frame lies in two packets.
        #expect(found.map(\.startsFrame) == [true, true, true, true, true, true, false])
        #expect(found.map(\.endsFrame) == [true, true, true, true, true, false, true])
        let key = Array(Fixture.datagrams("rtp-vp9-svc-chromium.bin")[0].dropFirst(12))
        let structure = try #require(try VP9PayloadDescriptor(parsing: key.span.bytes).scalabilityStructure)
        #expect(structure.size(ofLayer: 0)! == (320, 240))
        #expect(structure.largestSize! == (640, 480))
    }

    @Test func `H.264: a whole key frame, padding, a slice; parameter sets and fragments`() throws {
        let found = try inspections("rtp-h264-chromium.bin", .h264)
        #expect(found.map(\.keyFrame) == [.yes, .no, .no, .yes, .no, .no, .no, .no])
        #expect(found.map(\.startsFrame) == [true, false, true, true, true, true, false, false])
        #expect(found.map(\.endsFrame) == [true, false, true, false, false, false, false, true])
    }

    @Test func `AV1: a whole key frame, a frame, padding; the start of a key frame; a frame in three packets`() throws {
        let found = try inspections("rtp-av1-chromium.bin", .av1)
        #expect(found.map(\.keyFrame) == [.yes, .no, .no, .yes, .no, .no, .no])
        #expect(found.map(\.startsFrame) == [true, true, false, true, true, false, false])
        #expect(found.map(\.endsFrame) == [true, true, false, false, false, false, true])
    }
}
