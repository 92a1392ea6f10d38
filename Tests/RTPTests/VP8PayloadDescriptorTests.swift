// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import Testing

@Suite("VP8 payload descriptor", .rfc(7741, "4.2"))
struct VP8PayloadDescriptorTests {
    private func parse(_ text: String) throws(ParseError) -> VP8PayloadDescriptor {
        try VP8PayloadDescriptor(parsing: hex(text).span.bytes)
    }

    @Test func `what browsers send: a 15-bit picture id`() throws {
        let descriptor = try parse("90 80 9234 10")
        #expect(descriptor.startsFrame)
        #expect(descriptor.pictureID == 0x1234)
        #expect(descriptor.isPictureIDLong)
        #expect(descriptor.pictureIDOffset == 2)
        #expect(descriptor.tl0PictureIndex == nil)
        #expect(descriptor.temporalID == nil)
        #expect(descriptor.length == 4)
        #expect(descriptor == VP8PayloadDescriptor(startsPartition: true, pictureID: 0x1234))
    }

    @Test func `all fields with a 7-bit picture id`() throws {
        let descriptor = try parse("a3 f0 7f c8 b5 ff")
        #expect(descriptor.isNonReference)
        #expect(!descriptor.startsPartition)
        #expect(descriptor.partitionIndex == 3)
        #expect(descriptor.pictureID == 127)
        #expect(!descriptor.isPictureIDLong)
        #expect(descriptor.tl0PictureIndex == 0xc8)
        #expect(descriptor.tl0PictureIndexOffset == 3)
        #expect(descriptor.temporalID == 2)
        #expect(descriptor.isLayerSync)
        #expect(descriptor.keyIndex == 0x15)
        #expect(descriptor.length == 5)
    }

    @Test func `a key index alone leaves the temporal layer unsaid`() throws {
        let descriptor = try parse("80 10 e5")
        #expect(descriptor.temporalID == nil)
        #expect(!descriptor.isLayerSync)
        #expect(descriptor.keyIndex == 5)
    }

    @Test func `no extension at all`() throws {
        let descriptor = try parse("10 00")
        #expect(descriptor.startsFrame)
        #expect(descriptor.pictureID == nil)
        #expect(descriptor.length == 1)
        #expect(try !parse("11 00").startsFrame)
        #expect(try !parse("00 00").startsFrame)
    }

    @Test(.attack(17), arguments: ["", "80", "80 80", "80 80 80", "80 40", "80 20", "80 10", "80 f0 80 01 02"])
    func `a descriptor that is cut off is an error`(text: String) {
        #expect(parseError { () throws(ParseError) in _ = try parse(text) } == .vp8DescriptorTruncated)
    }

    @Test func `a picture id is patched in as many bits as it has`() throws {
        var long = hex("90 c0 ffff 12 aabb")
        let descriptor = try VP8PayloadDescriptor(parsing: long.span.bytes)
        #expect(descriptor.pictureID(after: 0x7fff) == 0)
        long.withUnsafeMutableBytes {
            #expect(descriptor.patch(pictureID: 0x0001, in: $0))
            #expect(descriptor.patch(tl0PictureIndex: 0x13, in: $0))
        }
        #expect(hexText(long) == "90c0800113aabb")

        var short = hex("90 80 7f aabb")
        let other = try VP8PayloadDescriptor(parsing: short.span.bytes)
        #expect(other.pictureID(after: 0x7f) == 0)
        short.withUnsafeMutableBytes {
            #expect(other.patch(pictureID: 0x0181, in: $0))
            #expect(!other.patch(tl0PictureIndex: 1, in: $0))
        }
        #expect(hexText(short) == "908001aabb")
    }

    @Test(.attack(17)) func `a payload that is too short is not patched`() throws {
        let descriptor = try parse("90 c0 ffff 12")
        var payload = hex("90 c0 ff")
        payload.withUnsafeMutableBytes {
            #expect(!descriptor.patch(pictureID: 1, in: $0))
            #expect(!descriptor.patch(tl0PictureIndex: 1, in: $0))
        }
        #expect(payload == hex("90 c0 ff"))
    }

    @Test(.rfc(6386, "9.1")) func `the first payload of a key frame tells its size`() throws {
        // 640x480 with horizontal scaling 1, which is not part of the size.
        let payload = hex("90 80 8001 10 02 00 9d012a 8042 e001 00")
        try payload.withUnsafeBytes { bytes in
            let descriptor = try VP8PayloadDescriptor(parsing: bytes)
            let header = try #require(descriptor.frameHeader(in: bytes))
            #expect(header.isKeyFrame)
            #expect(header.width == 640)
            #expect(header.height == 480)
        }
    }

    @Test(.rfc(6386, "9.1")) func `other payloads do not`() {
        func header(_ text: String) -> VP8FrameHeader? { hex(text).withUnsafeBytes { VP8FrameHeader(parsing: $0) } }
        #expect(header("") == nil)
        #expect(header("11 00 00 9d012a 8002 e001")?.isKeyFrame == false)
        // Cut off before the size.
        #expect(header("10 00 00 9d01")?.isKeyFrame == true)
        #expect(header("10 00 00 9d01")?.width == 0)
        // Without its start code, which no key frame lacks.
        #expect(header("10 00 00 9d012b 8002 e001") == nil)
        let middle = hex("80 80 8001 10 02 00 9d012a 8002 e001")
        let found = middle.withUnsafeBytes { bytes in
            (try? VP8PayloadDescriptor(parsing: bytes))?.frameHeader(in: bytes)
        }
        #expect(found == nil)
    }

    @Test(.attack(17)) func `no truncation, flipped bit or garbage traps`() {
        sweep(hex("b0 f0 ffff c8 b5 10 02 00 9d012a 8042 e001 00"), seed: 7) { VP8DescriptorFuzzing.run($0) }
        sweep(hex("90 80 7f 11 02 00"), seed: 8) { VP8DescriptorFuzzing.run($0) }
    }
}
