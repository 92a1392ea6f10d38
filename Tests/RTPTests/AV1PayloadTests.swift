// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import Testing

@Suite("AV1 payloads")
struct AV1PayloadTests {
    private func parse(_ text: String) throws(ParseError) -> AV1Payload {
        try AV1Payload(parsing: hex(text).span.bytes)
    }

    private func elements(_ text: String) throws(ParseError) -> [AV1Elements.Element] {
        let bytes = hex(text)
        return try withBytes(bytes) { payload throws(ParseError) -> [AV1Elements.Element] in
            var elements = try AV1Elements(payload)
            var result: [AV1Elements.Element] = []
            while let element = try elements.next() { result.append(element) }
            return result
        }
    }

    @Test func `the aggregation header, bit by bit`() throws {
        for byte in UInt8.min...UInt8.max where byte & 0x88 != 0x88 {
            let header = try AV1AggregationHeader(parsing: byte)
            #expect(header.byte == byte & 0xf8)
            #expect(header.elementCount == byte >> 4 & 3)
        }
        #expect(
            parseError { () throws(ParseError) in _ = try AV1AggregationHeader(parsing: 0x98) } == .av1ContinuedSequence
        )
    }

    @Test func `with W the last element has no length, without it each has one`() throws {
        #expect(try elements("10 aabbcc").map(\.range) == [1..<4])
        #expect(try elements("20 02 aabb cc").map(\.range) == [2..<4, 4..<5])
        #expect(try elements("30 01 aa 00 cc").map(\.range) == [2..<3, 4..<4, 4..<5])
        #expect(try elements("00 02 aabb 01 cc").map(\.range) == [2..<4, 5..<6])
        // Four elements are possible only without W.
        #expect(try elements("00 01 aa 01 bb 01 cc 01 dd").count == 4)
    }

    @Test func `only the first element continues and only the last is continued`() throws {
        let found = try elements("f0 01 aa 01 bb cc")
        #expect(found.map(\.continuesUnit) == [true, false, false])
        #expect(found.map(\.isContinued) == [false, false, true])
        let other = try elements("c0 01 aa 01 bb")
        #expect(other.map(\.continuesUnit) == [true, false])
        #expect(other.map(\.isContinued) == [false, true])
    }

    @Test(
        .attack(17),
        arguments: [
            "", "10", "00", "20 02 aa", "20 01 aa", "30 01 aa 01 bb", "00 05 aabb", "00 80", "00 ffffffff0f aa",
        ])
    func `a payload that is shorter than it says is an error`(text: String) {
        #expect(parseError { () throws(ParseError) in _ = try parse(text) } == .av1PayloadTruncated)
    }

    @Test(.attack(17), arguments: ["00 8080808080808080 00", "00 ffffffffffffffff", "00 ffffffff1f aa"])
    func `a length without end or beyond 32 bits is an error`(text: String) {
        #expect(parseError { () throws(ParseError) in _ = try parse(text) } == .av1InvalidLength)
    }

    @Test func `numbers in groups of seven bits`() throws {
        func read(_ text: String) throws(ParseError) -> UInt32 {
            try withBytes(hex(text)) { bytes throws(ParseError) -> UInt32 in
                var offset = 0
                return try LEB128.read(bytes, at: &offset)
            }
        }
        #expect(try read("00") == 0)
        #expect(try read("7f") == 127)
        #expect(try read("e58e26") == 624_485)
        #expect(try read("ffffffff0f") == UInt32.max)
        // Zeros behind the number are allowed, up to eight bytes.
        #expect(try read("8180808080808000") == 1)
        for value in [0, 1, 127, 128, 16383, 16384, 624_485, UInt32.max] as [UInt32] {
            var writer = ByteWriter()
            LEB128.write(value, into: &writer)
            #expect(try read(hexText(writer.bytes)) == value)
        }
    }

    @Test(
        .row("M-36"),
        arguments: [
            // Sequence header and frame; sequence header and frame header, tiles behind it.
            "28 02 0800 30 10", "38 02 0800 02 1810 20 11",
            // Every element with its length; a temporal delimiter left in; metadata in between.
            "08 02 0800 02 3010", "38 01 10 02 0800 3010", "38 02 0800 01 28 3010",
            // Units with extension and with size of their own.
            "28 04 0e 00 01 00 34 00 10", "28 03 0a 01 00 32 01 10",
            // The frame goes on in the next packet.
            "68 02 0800 30 10",
            // A reduced still picture, whose frame has neither flag nor type.
            "28 02 0818 30 ff",
        ])
    func `a sequence header and a key frame behind it`(text: String) throws {
        #expect(try parse(text).keyFrame == .yes)
        #expect(try parse(text).mayStartFrame)
    }

    @Test(
        .row("M-36"),
        arguments: [
            // Without N; a frame first; frame_type 1, 2 and 3; an existing frame shown.
            "20 02 0800 3010", "18 3010", "28 02 0800 3030", "28 02 0800 3050", "28 02 0800 3070", "28 02 0800 3090",
            // The first unit goes on from the packet before.
            "a0 02 0800 3010",
            // A frame without a body; no unit at all.
            "28 02 0800 30", "08 00", "18 10",
        ])
    func `anything else is no key frame`(text: String) throws {
        #expect(try parse(text).keyFrame == .no)
    }

    @Test(
        .row("M-36"),
        arguments: [
            "18 0800", "58 0800", "08 02 0800", "68 02 0800 30", "68 02 0800 36", "68 02 0800 3281", "28 02 0800 28",
        ])
    func `a sequence header alone leaves it unknown`(text: String) throws {
        #expect(try parse(text).keyFrame == .unknown)
    }

    @Test func `a frame may begin with any unit but tiles`() throws {
        for text in ["10 0800", "10 3010", "10 18", "10 28", "10 10"] {
            #expect(try parse(text).mayStartFrame, "\(text)")
        }
        for text in ["90 3010", "10 20 11", "10 78", "00 00"] { #expect(try !parse(text).mayStartFrame, "\(text)") }
    }

    @Test(.attack(17)) func `no truncation, flipped bit or garbage traps`() {
        sweep(hex("38 04 0e 00 01 00 02 1810 24 00 11"), seed: 31) { AV1Fuzzing.run($0) }
        sweep(hex("08 02 0a00 03 3201 10 00 8100 aa"), seed: 32) { AV1Fuzzing.run($0) }
        for (number, datagram) in Fixture.datagrams("rtp-av1-chromium.bin").enumerated() {
            sweep(Array(datagram.dropFirst(12).prefix(80)), seed: UInt64(number)) { AV1Fuzzing.run($0) }
        }
    }
}
