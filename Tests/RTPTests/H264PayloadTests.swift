// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import Testing

@Suite("H.264 payloads", .rfc(6184, "5.2"))
struct H264PayloadTests {
    private func parse(_ text: String) throws(ParseError) -> H264Payload {
        try H264Payload(parsing: hex(text).span.bytes)
    }

    @Test(
        .row("M-36"), .rfc(6184, "5.7"),
        arguments: [
            "67 42e01f",
            // STAP-A: SPS and PPS; and the SPS last.
            "78 0004 6742e01f 0002 68ce", "78 0002 09f0 0004 6742e01f",
            // STAP-B, MTAP16, MTAP24 with their decoding order numbers and times.
            "79 0001 0004 6742e01f", "7a 0001 0004 01 0203 6742e01f", "7b 0001 0004 01 020304 6742e01f",
            // The first fragment of an SPS: FU-A, FU-B.
            "7c 87 42e0", "7d 87 0001 42e0",
        ])
    func `a sequence parameter set begins a key frame, however it is packed`(text: String) throws {
        let payload = try parse(text)
        #expect(payload.startsSequence)
        #expect(payload.mayStartAccessUnit)
    }

    @Test(
        .row("M-36"),
        arguments: [
            "68 ce3c80", "65 b800", "61 e000", "7c 07 42e0", "7c 47 42e0", "7d 47 0001 42e0", "7c 85 b800",
            "78 0002 68ce 0002 65b8", "60", "7e 67 67", "7f 67",
        ])
    func `nothing else does`(text: String) throws {
        #expect(try !parse(text).startsSequence)
    }

    @Test func `slices of an IDR picture are found`() throws {
        for text in ["65 b800", "78 0001 67 0002 65b8", "7c 85 b8", "7c 05 11", "7c 45 11"] {
            #expect(try parse(text).hasIDRSlice, "\(text)")
        }
        for text in ["61 e000", "78 0001 67 0002 68ce", "7c 81 e0"] { #expect(try !parse(text).hasIDRSlice, "\(text)") }
    }

    @Test func `an access unit begins with parameter sets, delimiters or the first macroblock`() throws {
        for text in ["67", "68", "06", "09f0", "6e", "65 b8", "61 e0", "7c 81 e0", "78 0001 09 0002 4140"] {
            #expect(try parse(text).mayStartAccessUnit, "\(text)")
        }
        // A later slice, a later fragment, the end of a sequence, filler; partitions B and C.
        for text in ["65 40", "61 20", "7c 01 e0", "0a", "0c", "43 80", "7c 81", "61", "78 0002 4140 0001 09"] {
            #expect(try !parse(text).mayStartAccessUnit, "\(text)")
        }
    }

    @Test(.rfc(6184, "5.3")) func `NRI 0 says that no other picture refers to it`() throws {
        #expect(try parse("01 e0").isDiscardable)
        #expect(try !parse("21 e0").isDiscardable)
        #expect(try parse("1c 81 e0").isDiscardable)
    }

    @Test(
        .attack(17),
        arguments: [
            "", "78", "78 00", "78 0004 6742e0", "78 0002 6742 00", "78 0001 67 0002 68", "79", "79 0001", "79 0001 00",
            "7a 0001 0004 01 02", "7a 0001 0001 01 0203", "7b 0001 0001 01 020304", "7c", "7d 87 00", "7d 87",
        ])
    func `a payload that is shorter than it says is an error`(text: String) {
        #expect(parseError { () throws(ParseError) in _ = try parse(text) } == .h264PayloadTruncated)
    }

    @Test(.attack(17), arguments: ["78 0000", "78 0001 67 0000", "7a 0001 0000 01 0203"])
    func `an empty unit in an aggregation packet is an error`(text: String) {
        #expect(parseError { () throws(ParseError) in _ = try parse(text) } == .h264EmptyUnit)
    }

    @Test(.attack(17)) func `no truncation, flipped bit or garbage traps`() {
        sweep(hex("78 0004 6742e01f 0002 68ce 0003 65b800"), seed: 21) { H264Fuzzing.run($0) }
        sweep(hex("7a 0001 0004 01 0203 6742e01f 0001 01 0203 68"), seed: 22) { H264Fuzzing.run($0) }
        sweep(hex("7d 87 0001 42e0"), seed: 23) { H264Fuzzing.run($0) }
        for (number, datagram) in Fixture.datagrams("rtp-h264-chromium.bin").enumerated() {
            sweep(Array(datagram.dropFirst(12).prefix(80)), seed: UInt64(number)) { H264Fuzzing.run($0) }
        }
    }
}
