// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import Testing

private let senderReport = hex(
    """
    81 c8 000c 00000001     # SR with one block, of SSRC 1
    e1f2a3b4 80000000       # NTP time
    00015f90 0000000a 00000400
    00000002 40 fffffe      # of SSRC 2: a quarter lost, -2 in all (duplicates)
    0001ffff 00000064 a3b48000 00010000
    """)
private let receiverReport = hex("81 c9 0007 00000003 00000004 ff 7fffff 00000010 00000000 00000000 00000000")
private let sourceDescription = hex("81 ca 0004 00000001 01 05 68656c6c6f 02 00 00 00 00")
private let goodbye = hex("82 cb 0004 00000001 00000002 06 6c65617665 73 00")
private let nack = hex("81 cd 0004 00000001 00000002 fffe 0005 0010 8000")
private let pictureLoss = hex("81 ce 0002 00000001 00000002")
private let fullIntra = hex("84 ce 0006 00000001 00000000 00000002 07000000 00000003 ff000000")
private let estimate = hex("8f ce 0006 00000001 00000000 52454d42 02 0b ffff 0000000a 0000000b")
private let extendedReport = hex("80 cf 0002 00000001 aabbccdd")
private let transportWide = hex("8f cd 0004 00000001 00000002 00010001 00000100")

@Suite("RTCP", .rfc(3550, "6.4"))
struct RTCPTests {
    private func parse(_ bytes: [UInt8]) throws(ParseError) -> [RTCPMessage] { try RTCPMessage.parse(bytes.span.bytes) }

    private func bytes(_ messages: [RTCPMessage]) -> [UInt8] {
        var writer = ByteWriter()
        for message in messages { message.write(into: &writer) }
        return writer.bytes
    }

    /// Bytes, the fields that they mean, and the bytes again.
    private func expectMessage(_ fixture: [UInt8], _ message: RTCPMessage) throws {
        #expect(try parse(fixture) == [message])
        #expect(bytes([message]) == fixture)
    }

    @Test func `a sender report says what was sent and received`() throws {
        let block = ReportBlock(
            ssrc: 2, fractionLost: 64, cumulativeLost: -2, highestSequenceNumber: 0x1ffff, jitter: 100,
            lastSenderReport: 0xa3b4_8000, delaySinceLastSenderReport: 65536)
        let report = SenderReport(
            ssrc: 1, ntpTime: NTPTime(bits: 0xe1f2_a3b4_8000_0000), rtpTimestamp: 90_000, packetCount: 10,
            octetCount: 1024, blocks: [block])
        try expectMessage(senderReport, .senderReport(report))
        #expect(report.ntpTime.compact == block.lastSenderReport)
    }

    @Test func `a receiver report says what was received`() throws {
        let block = ReportBlock(ssrc: 4, fractionLost: 255, cumulativeLost: 0x7f_ffff, highestSequenceNumber: 16)
        try expectMessage(receiverReport, .receiverReport(ReceiverReport(senderSSRC: 3, blocks: [block])))
        try expectMessage(hex("80 c9 0001 00000003"), .receiverReport(ReceiverReport(senderSSRC: 3)))
    }

    @Test func `losses beyond 24 bits are clamped, not wrapped`() throws {
        for (lost, written) in [(Int32.max, Int32(0x7f_ffff)), (.min, -0x80_0000), (-1, -1)] {
            let report = ReceiverReport(senderSSRC: 1, blocks: [ReportBlock(ssrc: 2, cumulativeLost: lost)])
            guard case .receiverReport(let read) = try parse(bytes([.receiverReport(report)])).first else {
                Issue.record("not a receiver report")
                return
            }
            #expect(read.blocks.first?.cumulativeLost == written)
        }
    }

    @Test func `more than 31 blocks go into further receiver reports`() throws {
        let blocks = (0..<70).map { ReportBlock(ssrc: $0) }
        let report = SenderReport(
            ssrc: 1, ntpTime: NTPTime(bits: 0), rtpTimestamp: 0, packetCount: 0, octetCount: 0, blocks: blocks)
        var read: [ReportBlock] = []
        for message in try parse(bytes([.senderReport(report)])) {
            switch message {
            case .senderReport(let part): read += part.blocks
            case .receiverReport(let part): read += part.blocks
            default: Issue.record("unexpected \(message)")
            }
        }
        #expect(read == blocks)
    }

    @Test(.rfc(3550, "6.5")) func `a source description names its source`() throws {
        let chunk = SourceDescription.Chunk(
            ssrc: 1, items: [.init(kind: .cname, text: Array("hello".utf8)), .init(kind: .init(rawValue: 2), text: [])])
        try expectMessage(sourceDescription, .sourceDescription(SourceDescription(chunks: [chunk])))
        #expect(chunk.cname == "hello")
        // Each length of name pads differently.
        for length in 0...9 {
            let name = String(repeating: "x", count: length)
            let message = RTCPMessage.sourceDescription(
                SourceDescription(chunks: [.init(ssrc: 1, cname: name), .init(ssrc: 2, cname: name)]))
            #expect(bytes([message]).count % 4 == 0)
            #expect(try parse(bytes([message])) == [message])
        }
    }

    @Test(.rfc(3550, "6.6")) func `a goodbye names sources and a reason`() throws {
        try expectMessage(goodbye, .goodbye(Goodbye(ssrcs: [1, 2], reason: Array("leaves".utf8))))
        try expectMessage(hex("81 cb 0001 00000001"), .goodbye(Goodbye(ssrcs: [1])))
    }

    @Test(.rfc(4585, "6.2.1")) func `a NACK names packets across the wrap`() throws {
        let message = GenericNACK(
            senderSSRC: 1, mediaSSRC: 2,
            pairs: [
                .init(packetID: SequenceNumber(0xfffe), bitmap: 5), .init(packetID: SequenceNumber(16), bitmap: 0x8000),
            ])
        try expectMessage(nack, .nack(message))
        #expect(message.missing.map(\.rawValue) == [0xfffe, 0xffff, 1, 16, 32])
    }

    @Test(.rfc(4585, "6.2.1"), arguments: wrapStarts) func `missing packets are packed and come out again`(
        start: UInt16
    ) {
        var random = SeededRandom(seed: UInt64(start))
        let missing = (0..<400).filter { _ in random.next() % 3 == 0 }.map { SequenceNumber(start &+ UInt16($0)) }
        let message = GenericNACK(senderSSRC: 1, mediaSSRC: 2, missing: missing)
        #expect(message.missing == missing)
        #expect(message.pairs.count <= 400 / 17 + 1)
        #expect(GenericNACK(senderSSRC: 1, mediaSSRC: 2, missing: missing.flatMap { [$0, $0] }).missing == missing)
    }

    @Test func `key frames are asked for`() throws {
        try expectMessage(pictureLoss, .pictureLoss(PictureLossIndication(senderSSRC: 1, mediaSSRC: 2)))
        try expectMessage(
            fullIntra,
            .fullIntraRequest(
                FullIntraRequest(
                    senderSSRC: 1,
                    entries: [.init(ssrc: 2, sequenceNumber: 7), .init(ssrc: 3, sequenceNumber: 255)])))
    }

    @Test func `an estimate of the bitrate is a mantissa and an exponent`() throws {
        // Exponent 2, mantissa 0x3ffff.
        try expectMessage(
            estimate,
            .estimatedBitrate(
                ReceiverEstimatedMaximumBitrate(senderSSRC: 1, bitrate: 0x3_ffff << 2, ssrcs: [10, 11])))
        for bitrate in [0, 1, 262_143, 262_144, 1_500_000, 1_000_000_007, Int.max, -5] {
            let message = ReceiverEstimatedMaximumBitrate(senderSSRC: 1, bitrate: bitrate, ssrcs: [])
            guard case .estimatedBitrate(let read) = try parse(bytes([.estimatedBitrate(message)])).first else {
                Issue.record("not an estimate")
                return
            }
            // Rounded down by less than one part in 2^17.
            #expect(read.bitrate <= max(0, bitrate))
            #expect(read.bitrate >= max(0, bitrate) - max(0, bitrate) >> 17)
        }
    }

    @Test(.attack(16), arguments: [("fc 0001", true), ("ff ffff", true), ("b7 ffff", true), ("b5 ffff", false)])
    func `an absurd estimate is the highest that there is`(field: String, saturates: Bool) throws {
        let datagram = hex("8f ce 0004 00000001 00000000 52454d42 00 \(field)")
        guard case .estimatedBitrate(let read) = try parse(datagram).first else {
            Issue.record("not an estimate")
            return
        }
        #expect(read.bitrate > 0)
        #expect((read.bitrate == ReceiverEstimatedMaximumBitrate.maximumBitrate) == saturates)
    }

    @Test func `a compound packet is read in order and what is unknown is skipped`() throws {
        let messages = try parse(senderReport + extendedReport + sourceDescription + transportWide + pictureLoss)
        #expect(messages.count == 5)
        #expect(messages[1] == .unknown(type: .extendedReport, format: 0))
        #expect(messages[3] == .unknown(type: .transportFeedback, format: 15))
        #expect(bytes(messages) == senderReport + sourceDescription + pictureLoss)
        // Application-layer feedback that is not a REMB.
        #expect(try parse(hex("8f ce 0001 00000001")) == [.unknown(type: .payloadFeedback, format: 15)])
    }

    @Test(.rfc(5506, "4")) func `a packet may begin with feedback`() throws {
        #expect(try parse(pictureLoss).count == 1)
        #expect(try parse([]) == [])
    }

    @Test func `padding of the last packet is removed`() throws {
        let padded = hex("a1 ce 0003 00000001 00000002 00000004")
        #expect(try parse(receiverReport + padded).last == .pictureLoss(.init(senderSSRC: 1, mediaSSRC: 2)))
        #expect(parseError { () throws(ParseError) in _ = try parse(padded + receiverReport) } == .rtcpPaddingInvalid)
    }

    @Test(
        .attack(16),
        arguments: [
            ("81 c9 00", ParseError.truncated),
            ("01 c9 0001 00000001", .notRTCP),
            ("81 c9 0007 00000001", .rtcpLengthInvalid),
            ("81 c9 ffff 00000001", .rtcpLengthInvalid),
            ("9f c9 0001 00000001", .truncated),  // 31 blocks, none there
            ("9f c8 0006 00000001 0000000000000000 00000000 00000000 00000000", .truncated),
            ("a0 c9 0001 000000ff", .rtcpPaddingInvalid),
            ("a0 c9 0000", .rtcpPaddingInvalid),
            ("a0 c9 0001 00000003", .rtcpPaddingInvalid),
            ("81 ca 0002 00000001 01ff6161", .sdesItemInvalid),
            ("81 ca 0001 00000001", .sdesItemInvalid),
            ("9f ca 0000", .truncated),
            ("82 cb 0001 00000001", .truncated),
            ("81 cb 0002 00000001 ff616161", .truncated),
            ("81 cd 0001 00000001", .truncated),
            ("81 ce 0001 00000001", .truncated),
            ("84 ce 0003 00000001 00000000 00000002", .feedbackLengthInvalid),
            ("8f ce 0004 00000001 00000000 52454d42 ff000001", .rembInvalid),
        ])
    func `rejects packets that lie`(datagram: String, error: ParseError) {
        let datagram = hex(datagram)
        #expect(parseError { () throws(ParseError) in _ = try parse(datagram) } == error)
    }

    @Test(.attack(16)) func `storms are refused at their limits`() {
        func feedback(_ first: UInt8, _ type: UInt8, entries: Int, length: Int) -> [UInt8] {
            let words = 2 + entries * length / 4
            return [first, type, UInt8(words >> 8), UInt8(words & 0xff)]
                + [UInt8](repeating: 1, count: 8 + entries * length)
        }
        func error(_ datagram: [UInt8]) -> ParseError? {
            parseError { () throws(ParseError) in _ = try parse(datagram) }
        }
        #expect(error(feedback(0x81, 205, entries: GenericNACK.maximumPairs, length: 4)) == nil)
        #expect(error(feedback(0x81, 205, entries: GenericNACK.maximumPairs + 1, length: 4)) == .nackTooLong)
        #expect(error(feedback(0x84, 206, entries: FullIntraRequest.maximumEntries, length: 8)) == nil)
        #expect(error(feedback(0x84, 206, entries: FullIntraRequest.maximumEntries + 1, length: 8)) == .firTooLong)
        let item: [UInt8] = [8, 1, 0]
        let items = (0...SourceDescription.maximumItemsPerChunk).flatMap { _ in item }
        #expect(error([0x81, 202, 0, 14, 0, 0, 0, 1] + items + [0]) == .sdesTooManyItems)
    }

    @Test func `a full builder says so`() throws {
        var builder = RTCPCompoundBuilder(maximumSize: 40)
        #expect(builder.isEmpty)
        let report = builder.append(.receiverReport(ReceiverReport(senderSSRC: 3, blocks: [ReportBlock(ssrc: 4)])))
        let tooMuch = builder.append(.pictureLoss(PictureLossIndication(senderSSRC: 1, mediaSSRC: 2)))
        let goodbye = builder.append(.goodbye(Goodbye(ssrcs: [1])))
        #expect([report, tooMuch, goodbye] == [true, false, true])
        #expect(try parse(builder.bytes).count == 2)
        // What cannot be sent otherwise is sent on its own.
        var small = RTCPCompoundBuilder(maximumSize: 4)
        let alone = small.append(.pictureLoss(PictureLossIndication(senderSSRC: 1, mediaSSRC: 2)))
        #expect(alone)
    }

    @Test(.attack(16)) func `no truncation, flipped bit or garbage traps`() {
        let all = [
            senderReport, receiverReport, sourceDescription, goodbye, nack, pictureLoss, fullIntra, estimate,
            extendedReport, transportWide,
        ]
        for (seed, fixture) in all.enumerated() { sweep(fixture, seed: UInt64(seed)) { RTCPFuzzing.run($0) } }
        sweep(all.flatMap { $0 }, seed: 99) { RTCPFuzzing.run($0) }
    }
}
