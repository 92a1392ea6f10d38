// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import Testing

@Suite("VP9 payload descriptor", .rfc(9628, "4.2"))
struct VP9PayloadDescriptorTests {
    private func parse(_ text: String) throws(ParseError) -> VP9PayloadDescriptor {
        try VP9PayloadDescriptor(parsing: hex(text).span.bytes)
    }

    @Test func `no field but the first byte`() throws {
        let descriptor = try parse("00")
        #expect(descriptor.length == 1)
        #expect(descriptor.pictureID == nil)
        #expect(descriptor.temporalID == nil)
        #expect(descriptor.spatialID == nil)
        #expect(descriptor.tl0PictureIndex == nil)
        #expect(descriptor.scalabilityStructure == nil)
        #expect(!descriptor.startsFrame && !descriptor.endsFrame && !descriptor.isFlexible)
        #expect(!descriptor.isInterPicturePredicted && !descriptor.isNotInterLayerReference)
        #expect(try parse("08").startsFrame)
        #expect(try parse("04").endsFrame)
        #expect(try parse("01").isNotInterLayerReference)
        #expect(try parse("40").isInterPicturePredicted)
    }

    @Test func `a picture id in 7 and in 15 bits`() throws {
        let short = try parse("80 7f")
        #expect(short.pictureID == 127)
        #expect(!short.isPictureIDLong)
        #expect(short.length == 2)
        let long = try parse("80 ff ff")
        #expect(long.pictureID == 0x7fff)
        #expect(long.isPictureIDLong)
        #expect(long.pictureIDOffset == 1)
        #expect(long.length == 3)
    }

    @Test func `layers of a stream that is not flexible come with TL0PICIDX`() throws {
        let descriptor = try parse("ac 9234 57 c8 ff")
        #expect(descriptor.temporalID == 2)
        #expect(descriptor.isSwitchingUpPoint)
        #expect(descriptor.spatialID == 3)
        #expect(descriptor.isInterLayerPredicted)
        #expect(descriptor.tl0PictureIndex == 0xc8)
        #expect(descriptor.length == 5)
    }

    @Test func `layers of a flexible stream come without it`() throws {
        let descriptor = try parse("bc 9234 e0")
        #expect(descriptor.isFlexible)
        #expect(descriptor.temporalID == 7)
        #expect(descriptor.spatialID == 0)
        #expect(!descriptor.isSwitchingUpPoint && !descriptor.isInterLayerPredicted)
        #expect(descriptor.tl0PictureIndex == nil)
        #expect(descriptor.length == 4)
    }

    @Test func `up to three references follow one another`() throws {
        let one = try parse("50 fe")
        #expect(one.referenceCount == 1)
        #expect(one.reference(0) == 127)
        #expect(one.reference(1) == nil)
        #expect(one.reference(-1) == nil)
        let three = try parse("50 03 05 06")
        #expect((0..<4).map { three.reference($0) } == [1, 2, 3, nil])
        #expect(three.length == 4)
        // Neither a frame that is not predicted nor a stream that is not flexible has any.
        #expect(try parse("10 03").length == 1)
        #expect(try parse("40 03").length == 1)
    }

    @Test(.attack(17)) func `a fourth reference is an error`() {
        #expect(parseError { () throws(ParseError) in _ = try parse("50 03 05 07 08") } == .vp9TooManyReferences)
    }

    @Test(.rfc(9628, "4.2.1")) func `the scalability structure tells the layers' sizes`() throws {
        let descriptor = try parse("0a 50 0140 00b4 0280 0168 0500 02d0 ffff")
        let structure = try #require(descriptor.scalabilityStructure)
        #expect(structure.spatialLayerCount == 3)
        #expect(structure.size(ofLayer: 0)! == (320, 180))
        #expect(structure.size(ofLayer: 2)! == (1280, 720))
        #expect(structure.size(ofLayer: 3) == nil)
        #expect(structure.size(ofLayer: -1) == nil)
        #expect(structure.largestSize! == (1280, 720))
        #expect(descriptor.length == 14)
    }

    @Test(.rfc(9628, "4.2.1")) func `the largest layer need not be the last`() throws {
        let structure = try #require(try parse("0a 30 ffff ffff 0010 0010").scalabilityStructure)
        #expect(structure.largestSize! == (65535, 65535))
    }

    @Test(.rfc(9628, "4.2.1")) func `a picture group is passed over`() throws {
        // Two layers without sizes; four pictures with 0, 1, 2 and 3 references.
        let descriptor = try parse("0a 28 04  00  44 01  58 01 02  4c 01 02 03  ee")
        #expect(descriptor.length == 13)
        let structure = try #require(descriptor.scalabilityStructure)
        #expect(structure.pictureGroupCount == 4)
        #expect(structure.spatialLayerCount == 2)
        #expect(structure.largestSize == nil)
    }

    @Test(.rfc(9628, "4.2.1")) func `the longest structure has eight layers and 255 pictures of three references`()
        throws
    {
        let sizes = [UInt8](repeating: 1, count: 32)
        let group = [[UInt8]](repeating: [0x0c, 1, 2, 3], count: 255).flatMap { $0 }
        let bytes = [0xfa, 0x80, 0x01, 0x00, 0x03, 0x03, 0x02, 0xf8] + sizes + [255] + group
        let descriptor = try VP9PayloadDescriptor(parsing: bytes.span.bytes)
        #expect(Int(descriptor.length) == bytes.count)
        let cut = Array(bytes.dropLast())
        #expect(
            parseError { () throws(ParseError) in _ = try VP9PayloadDescriptor(parsing: cut.span.bytes) }
                == .vp9DescriptorTruncated)
    }

    @Test(
        .attack(17),
        arguments: [
            "ac 9234 57 c8", "50 03 05 06", "0a 50 0140 00b4 0280 0168 0500 02d0",
            "0a 28 04 00 44 01 58 01 02 4c 01 02 03",
            "fa ff01 e1 03 05 06 10 0140 00b4",
        ])
    func `each descriptor that is cut off is an error`(text: String) throws {
        let whole = hex(text)
        #expect(try Int(VP9PayloadDescriptor(parsing: whole.span.bytes).length) == whole.count)
        for length in 0..<whole.count {
            let cut = Array(whole.prefix(length))
            #expect(
                parseError { () throws(ParseError) in _ = try VP9PayloadDescriptor(parsing: cut.span.bytes) }
                    == .vp9DescriptorTruncated, "\(length) bytes")
        }
    }

    @Test func `a descriptor that is made reads as it was made`() throws {
        let structure = VP9ScalabilityStructure(sizes: [(320, 240), (640, 480)])
        let made = [
            VP9PayloadDescriptor(startsFrame: true, endsFrame: false),
            VP9PayloadDescriptor(startsFrame: false, endsFrame: true, pictureID: 0xffff),
            VP9PayloadDescriptor(
                startsFrame: true, endsFrame: true, pictureID: 5, isInterPicturePredicted: true, isFlexible: true,
                references: [1, 2, 3, 4], layers: VP9LayerIndices(temporalID: 2, spatialID: 1, tl0PictureIndex: 9),
                isNotInterLayerReference: true),
            VP9PayloadDescriptor(
                startsFrame: true, endsFrame: false, pictureID: 5, layers: VP9LayerIndices(isSwitchingUpPoint: true),
                scalabilityStructure: structure),
            // Flexible, predicted and without reference: not to be written.
            VP9PayloadDescriptor(startsFrame: true, endsFrame: true, isInterPicturePredicted: true, isFlexible: true),
        ]
        for descriptor in made {
            var writer = ByteWriter()
            descriptor.write(into: &writer)
            #expect(writer.bytes.count == Int(descriptor.length))
            #expect(try VP9PayloadDescriptor(parsing: writer.bytes.span.bytes) == descriptor)
        }
    }

    @Test(.attack(17)) func `no truncation, flipped bit or garbage traps`() {
        sweep(hex("fa ff01 e1 03 05 06 38 0140 00b4 0280 0168 02 44 01 58 01 02 82 49 83 42"), seed: 11) {
            VP9DescriptorFuzzing.run($0)
        }
        sweep(hex("ac 9234 57 c8 86 00 40 92"), seed: 12) { VP9DescriptorFuzzing.run($0) }
        for (number, datagram) in Fixture.datagrams("rtp-vp9-svc-chromium.bin").enumerated() {
            sweep(Array(datagram.dropFirst(12).prefix(80)), seed: UInt64(number)) { VP9DescriptorFuzzing.run($0) }
        }
    }
}

@Suite("VP9 frame header")
struct VP9FrameHeaderTests {
    private func parse(_ text: String) -> VP9FrameHeader? { hex(text).withUnsafeBytes { VP9FrameHeader(parsing: $0) } }

    @Test(.row("M-36")) func `a key frame of profile 0 with its size`() throws {
        // As Chromium sends 160x120: 10 0 0 0 0 1 0, sync code, color_space 2, color_range 0, 159, 119.
        let header = try #require(parse("82 49 83 42 00 09 f0 07 74"))
        // The color bits shift the size by half a byte.
        #expect(header.isKeyFrame)
        #expect(header.profile == 0)
        #expect(header.width == 160)
        #expect(header.height == 120)
    }

    /// Bits as text, so that each field can be seen; the rest of the last byte is 0.
    private func bits(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for (position, bit) in text.filter({ !$0.isWhitespace }).enumerated() {
            if position % 8 == 0 { bytes.append(0) }
            if bit == "1" { bytes[position / 8] |= 0x80 >> UInt8(position % 8) }
        }
        return bytes
    }

    private static let sync = "01001001 10000011 01000010"
    private static let size = "0000001001111111 0000000111011111"

    @Test(
        .row("M-36"),
        arguments: [
            (1, "10 10 0 0 10 \(sync) 001 0 110 \(size)"),
            // RGB, which has a reserved bit and no range.
            (1, "10 10 0 0 10 \(sync) 111 0 \(size)"),
            (2, "10 01 0 0 10 \(sync) 1 001 0 \(size)"),
            // The reserved bit of profile 3 moves everything behind it by one.
            (3, "10 11 0 0 0 10 \(sync) 0 001 0 000 \(size)"),
        ] as [(UInt8, String)])
    func `a key frame of the other profiles`(profile: UInt8, text: String) throws {
        let bytes = bits(text)
        let header = try #require(bytes.withUnsafeBytes { VP9FrameHeader(parsing: $0) })
        #expect(header.profile == profile)
        #expect(header.isKeyFrame)
        #expect(header.width == 640)
        #expect(header.height == 480)
    }

    @Test(.row("M-36")) func `other frames are none`() {
        // 10 0 0 0 1: frame_type 1.
        #expect(parse("86 00 40 92")?.isKeyFrame == false)
        // 10 0 0 1: an existing frame is shown, whatever the next bit says.
        #expect(parse("88")?.isKeyFrame == false)
        #expect(parse("88")?.showsExistingFrame == true)
        // Profile 3: 10 1 1 0 1 shows an existing frame, 10 1 1 0 0 1 is no key frame.
        #expect(parse("b4")?.showsExistingFrame == true)
        #expect(parse("b2")?.isKeyFrame == false)
        // The marker is not 2; no byte; no sync code.
        #expect(parse("42 49 83 42") == nil)
        #expect(parse("") == nil)
        #expect(parse("82 49 83 43") == nil)
    }

    @Test func `a header that is cut off has no size`() throws {
        let header = try #require(parse("82 49 83 42 00 09 f0 07"))
        #expect(header.isKeyFrame)
        #expect(header.width == 0 && header.height == 0)
        #expect(parse("82")?.isKeyFrame == true)
    }

    @Test func `only the first payload of a frame has a header`() throws {
        try withBytes(hex("04 82 49 83 42")) { bytes throws(ParseError) in
            #expect(try VP9PayloadDescriptor(parsing: bytes).frameHeader(in: bytes) == nil)
        }
        try withBytes(hex("0c")) { bytes throws(ParseError) in
            #expect(try VP9PayloadDescriptor(parsing: bytes).frameHeader(in: bytes) == nil)
        }
    }
}
