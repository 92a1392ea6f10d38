// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import Testing

/// What Chromium sends: one-byte extension (abs-send-time, mid «0»), VP8.
private let chromiumPacket = hex(
    """
    90 e0 1234              # V=2 X, marker, payload type 96, sequence number 0x1234
    00015f90 cafebabe       # timestamp 90,000, SSRC
    bede 0002               # one-byte extension, 2 words
    22 010203 40 30 00 00   # id 2: 3 bytes; id 4: «0»; padding
    90 80 8001 9d 012a      # payload
    """)

@Suite("RTP header", .rfc(3550, "5.1"))
struct RTPHeaderTests {
    private func header(_ bytes: [UInt8]) throws(ParseError) -> RTPHeader { try RTPHeader(parsing: bytes.span.bytes) }

    @Test func `reads every field of a packet with an extension`() throws {
        let header = try header(chromiumPacket)
        #expect(header.marker)
        #expect(header.payloadType == 96)
        #expect(header.sequenceNumber.rawValue == 0x1234)
        #expect(header.timestamp == 90_000)
        #expect(header.ssrc == 0xcafe_babe)
        #expect(header.hasExtension)
        #expect(header.extensionProfile == 0xbede)
        #expect(header.extensionRange == 16..<24)
        #expect(header.headerLength == 24)
        #expect(header.payloadRange == 24..<31)
        #expect(header.packetLength == 31)
    }

    @Test func `reads contributors and padding`() throws {
        let bytes = hex("a2 00 0001 00000000 00000001 0000000a 0000000b aabb 000003 ")
        let header = try header(bytes)
        #expect(header.contributorCount == 2)
        #expect(header.headerLength == 20)
        #expect(header.paddingLength == 3)
        #expect(header.payloadRange == 20..<22)
        let packet = try RTPPacket(parsing: bytes.span.bytes)
        #expect(packet.contributors == [10, 11])
        #expect(packet.bytes == bytes)
    }

    @Test func `a packet may be nothing but padding, or nothing but a header`() throws {
        #expect(try header(hex("a0 00 0001 00000000 00000001 00000004")).payloadLength == 0)
        #expect(try header(hex("80 00 0001 00000000 00000001")).payloadLength == 0)
    }

    @Test(
        .attack(15),
        arguments: [
            ("", ParseError.truncated),
            ("80 00 0001 00000000 000000", .truncated),
            ("40 00 0001 00000000 00000001", .notRTP),
            ("8f 00 0001 00000000 00000001 00000002", .rtpContributorsTruncated),
            ("90 00 0001 00000000 00000001", .rtpExtensionTruncated),
            ("90 00 0001 00000000 00000001 bede", .rtpExtensionTruncated),
            ("90 00 0001 00000000 00000001 bede 0001", .rtpExtensionTruncated),
            ("90 00 0001 00000000 00000001 bede ffff 00000000", .rtpExtensionTruncated),
            ("a0 00 0001 00000000 00000001", .rtpPaddingInvalid),
            ("a0 00 0001 00000000 00000001 00000000", .rtpPaddingInvalid),
            ("a0 00 0001 00000000 00000001 00000005", .rtpPaddingInvalid),
            ("b0 00 0001 00000000 00000001 bede 0001 000000ff", .rtpPaddingInvalid),
        ])
    func `rejects lengths that lie`(bytes: String, error: ParseError) {
        let bytes = hex(bytes)
        #expect(parseError { () throws(ParseError) in _ = try header(bytes) } == error)
    }

    @Test(.attack(15)) func `a packet longer than a datagram is an error`() {
        let bytes = chromiumPacket + [UInt8](repeating: 0, count: 65536)
        #expect(parseError { () throws(ParseError) in _ = try header(bytes) } == .rtpTooLong)
        #expect((try? header(Array(bytes.prefix(65535))))?.packetLength == 65535)
    }

    @Test func `the padding of an encrypted packet is not looked at`() throws {
        let bytes = hex("a0 00 0001 00000000 00000001 000000ff")
        let header = try bytes.withUnsafeBytes { try RTPHeader(parsingProtected: $0) }
        #expect(header.hasPadding)
        #expect(header.paddingLength == 0)
    }

    @Test(arguments: wrapStarts) func `a header written in place equals that of an owned packet`(number: UInt16) {
        let packet = RTPPacket(
            marker: number % 2 == 0, payloadType: 111, sequenceNumber: SequenceNumber(number), timestamp: 0xfedc_ba98,
            ssrc: 0x0102_0304, payload: [])
        var slot = [UInt8](repeating: 0xff, count: 13)
        slot.withUnsafeMutableBytes { slot in
            guard let base = slot.baseAddress else { return }
            // From an odd address: slots need no alignment.
            RTPHeader.writeFixed(
                to: base + 1, marker: packet.marker, payloadType: 111, sequenceNumber: SequenceNumber(number),
                timestamp: 0xfedc_ba98, ssrc: 0x0102_0304)
        }
        #expect(Array(slot.dropFirst()) == packet.bytes)
    }

    @Test func `fields survive writing and reading, whatever they are`() throws {
        var random = SeededRandom(seed: 15)
        for _ in 0..<2000 {
            let isLong = random.next() % 4 == 0
            let packet = RTPPacket(
                marker: random.next() % 2 == 0, payloadType: UInt8(truncatingIfNeeded: random.next()),
                sequenceNumber: SequenceNumber(UInt16(truncatingIfNeeded: random.next())),
                timestamp: UInt32(truncatingIfNeeded: random.next()), ssrc: UInt32(truncatingIfNeeded: random.next()),
                contributors: (0..<random.next() % 16).map { UInt32($0) },
                extensionElements: (0..<random.next() % 6).map { index in
                    RTPPacket.ExtensionElement(
                        id: UInt8(1 + index), value: random.bytes(isLong ? Int(random.next() % 256) : 1 + Int(index)))
                },
                payload: random.bytes(Int(random.next() % 100)), paddingLength: UInt8(random.next() % 8))
            let bytes = packet.bytes
            try #require(try RTPPacket(parsing: bytes.span.bytes) == packet)
            try #require(try RTPPacket(parsing: bytes.span.bytes).bytes == bytes)
        }
    }

    @Test(.attack(15)) func `no truncation, flipped bit or garbage traps`() {
        sweep(chromiumPacket, seed: 1) { RTPFuzzing.run($0) }
        sweep(hex("b2 00 0001 00000000 00000001 00000002 00000003 1000 0002 05 03 aabbcc 00 07 00 ff 01"), seed: 2) {
            RTPFuzzing.run($0)
        }
    }
}
