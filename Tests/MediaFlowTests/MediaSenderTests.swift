// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import Testing

@testable import MediaFlow

@Suite("Sender of one track")
struct MediaSenderTests {
    private static let wall = WallClock(unixNanoseconds: 1_800_000_000_000_000_000, at: .zero)

    private func time(_ milliseconds: Int) -> Instant { .zero + .milliseconds(milliseconds) }

    private func makeSender(
        _ codec: Codec = .vp8, rids: [String?] = [nil], index: UInt64 = 10, timestamp: UInt32 = 1000
    ) -> MediaSender {
        MediaSender(
            MediaSenderConfiguration(
                codec: codec, payloadType: 96, cname: "someone",
                encodings: rids.enumerated().map { .init(rid: $1, ssrc: UInt32($0 + 1), maximumBitrate: 2_000_000) },
                identification: .init(mid: "0", midID: 4, ridID: 10), wallClock: Self.wall),
            start: SentEncoding.Start(index: index, timestamp: timestamp, pictureID: 0x7fff))
    }

    private func frame(_ size: Int, isKeyFrame: Bool = true, timestamp: UInt32 = 0, codec: Codec = .vp8) -> EncodedFrame
    {
        let head = isKeyFrame ? hex("10 02 00 9d 01 2a 80 02 e0 01") : hex("31 02 00")
        return EncodedFrame(
            codec: codec, timestamp: timestamp, isKeyFrame: isKeyFrame,
            bytes: head + [UInt8](repeating: 5, count: max(0, size - head.count)))
    }

    private func drain(_ sender: inout MediaSender, now: Instant) -> [OutgoingPacket] {
        var packets: [OutgoingPacket] = []
        while let packet = sender.poll(now: now) { packets.append(packet) }
        return packets
    }

    private func header(_ packet: OutgoingPacket) throws -> RTPHeader {
        let bytes = packet.bytes
        return try RTPHeader(parsing: bytes.span.bytes)
    }

    private func report(on ssrc: UInt32, highest: UInt32 = 10) -> RTCPMessage {
        .receiverReport(
            ReceiverReport(
                senderSSRC: 9, blocks: [ReportBlock(ssrc: ssrc, fractionLost: 3, highestSequenceNumber: highest)]))
    }

    @Test(.rfc(8852, "3.1"), .rfc(8843, "9.2"))
    func `packets say their mid and rid until a report shows that the receiver knows them`() throws {
        var sender = makeSender(rids: ["h", "l"])
        func texts(_ packet: OutgoingPacket) throws -> [UInt8: String] {
            let bytes = packet.bytes
            let parsed = try RTPPacket(parsing: bytes.span.bytes)
            return Dictionary(
                uniqueKeysWithValues: parsed.extensionElements.map {
                    ($0.id, String(decoding: $0.value, as: UTF8.self))
                })
        }
        try sender.send(frame(3000), rid: "h", capturedAt: time(0), now: time(0))
        try sender.send(frame(500), rid: "l", capturedAt: time(0), now: time(0))
        var packets = drain(&sender, now: time(0))
        #expect(
            try packets.map { try texts($0) } == [
                [4: "0", 10: "h"], [4: "0", 10: "h"], [4: "0", 10: "h"], [4: "0", 10: "l"],
            ])
        #expect(packets.map(\.ssrc) == [1, 1, 1, 2])
        #expect(packets.map(\.index) == [10, 11, 12, 10])
        let first = packets[0].bytes
        let payload = try RTPPacket(parsing: first.span.bytes).payload
        #expect(Array(payload.prefix(4)) == hex("90 80 ffff"))
        sender.receive(report(on: 1), now: time(50))
        try sender.send(frame(500), rid: "h", capturedAt: time(100), now: time(100))
        try sender.send(frame(500), rid: "l", capturedAt: time(100), now: time(100))
        packets = drain(&sender, now: time(100))
        #expect(try packets.map { try texts($0) } == [[:], [4: "0", 10: "l"]])
        let isTaken = try sender.send(frame(500), rid: "m", capturedAt: time(100), now: time(100))
        #expect(!isTaken)
    }

    @Test(.rfc(4585, "6.2.1"))
    func `what is asked for is sent again byte for byte, for two seconds, once a half round trip`() throws {
        var sender = makeSender(index: 65_530)
        try sender.send(frame(9000), capturedAt: time(0), now: time(0))
        let sent = drain(&sender, now: time(0))
        #expect(sent.count == 8)
        let nack = RTCPMessage.nack(
            GenericNACK(
                senderSSRC: 9, mediaSSRC: 1, missing: [65_531, 65_535, 0].map { SequenceNumber($0) }))
        sender.receive(nack, now: time(100))
        sender.receive(nack, now: time(101))
        let again = drain(&sender, now: time(101))
        #expect(again.map(\.isRepetition) == [true, true, true])
        #expect(again.map(\.index) == [65_531, 65_535, 65_536])
        #expect(again.map(\.bytes) == [sent[1], sent[5], sent[6]].map(\.bytes))
        // Not what was never sent, and nothing for others.
        sender.receive(
            .nack(GenericNACK(senderSSRC: 9, mediaSSRC: 1, missing: [SequenceNumber(40), SequenceNumber(65_000)])),
            now: time(200))
        sender.receive(
            .nack(GenericNACK(senderSSRC: 9, mediaSSRC: 2, missing: [SequenceNumber(65_531)])), now: time(200))
        #expect(drain(&sender, now: time(200)).isEmpty)
        #expect(sender.statistics[0].refusedRequests == 2)
        _ = sender.pollControl(now: time(2500))
        sender.receive(nack, now: time(2500))
        #expect(drain(&sender, now: time(2500)).isEmpty)
    }

    @Test(.attack(16))
    func `requests beyond the budget, and feedback in floods, cost little`() throws {
        var sender = makeSender()
        var sent = 0
        var repeated = 0
        var events = 0
        for second in 0..<100 {
            let now = time(second * 100)
            try sender.send(frame(4000, isKeyFrame: second % 10 == 0), capturedAt: now, now: now)
            for step in 0..<10 {
                let now = now + .milliseconds(step * 10)
                let everything = (0..<372).map { SequenceNumber(UInt16($0)) }
                sender.receive(.nack(GenericNACK(senderSSRC: 9, mediaSSRC: 1, missing: everything)), now: now)
                for number in 0..<20 {
                    sender.receive(.pictureLoss(PictureLossIndication(senderSSRC: 9, mediaSSRC: 1)), now: now)
                    let entry = FullIntraRequest.Entry(ssrc: 1, sequenceNumber: UInt8(number))
                    sender.receive(.fullIntraRequest(FullIntraRequest(senderSSRC: 9, entries: [entry])), now: now)
                }
                for packet in drain(&sender, now: now) {
                    if packet.isRepetition { repeated += packet.bytes.count } else { sent += packet.bytes.count }
                }
                while let event = sender.pollEvent(now: now) {
                    if case .keyFrameRequested = event { events += 1 }
                }
            }
        }
        #expect(repeated <= sent * 192 / 256 + Int(RetransmissionBudget.burst) + 20_000)
        // Ten seconds: one each half second.
        #expect(events <= 21 && events >= 5)
    }

    @Test(.rfc(5104, "4.3.1.2"))
    func `a key frame is wanted twice a second at most, and a repeated command is none`() throws {
        var sender = makeSender()
        try sender.send(frame(500), capturedAt: time(0), now: time(0))
        let fir = RTCPMessage.fullIntraRequest(
            FullIntraRequest(senderSSRC: 9, entries: [.init(ssrc: 1, sequenceNumber: 7)]))
        sender.receive(fir, now: time(1000))
        #expect(sender.pollEvent(now: time(1000)) == .keyFrameRequested(rid: nil))
        #expect(sender.pollEvent(now: time(1499)) == nil)
        // The encoder has not obeyed.
        #expect(sender.pollEvent(now: time(1500)) == .keyFrameRequested(rid: nil))
        try sender.send(frame(500), capturedAt: time(1600), now: time(1600))
        sender.receive(fir, now: time(3000))
        #expect(sender.pollEvent(now: time(3000)) == nil)
        sender.receive(.pictureLoss(PictureLossIndication(senderSSRC: 9, mediaSSRC: 1)), now: time(3000))
        sender.receive(.pictureLoss(PictureLossIndication(senderSSRC: 9, mediaSSRC: 77)), now: time(3000))
        #expect(sender.pollEvent(now: time(3000)) == .keyFrameRequested(rid: nil))
    }

    @Test func `a request that crosses the key frame on its way is not answered by another`() throws {
        var sender = makeSender()
        try sender.send(frame(500), capturedAt: time(0), now: time(0))
        _ = drain(&sender, now: time(0))
        _ = sender.pollControl(now: time(0))
        // A round trip of 200 ms.
        let block = ReportBlock(ssrc: 1, lastSenderReport: Self.wall.ntpTime(at: time(0)).compact)
        sender.receive(.receiverReport(ReceiverReport(senderSSRC: 9, blocks: [block])), now: time(200))
        let roundTrip = try #require(sender.statistics[0].roundTrip)
        #expect(abs((roundTrip - .milliseconds(200)).wholeNanoseconds) < 1_000_000)
        try sender.send(frame(500), capturedAt: time(1000), now: time(1000))
        let loss = RTCPMessage.pictureLoss(PictureLossIndication(senderSSRC: 9, mediaSSRC: 1))
        sender.receive(loss, now: time(1150))
        #expect(sender.pollEvent(now: time(1150)) == nil)
        sender.receive(loss, now: time(1250))
        #expect(sender.pollEvent(now: time(1250)) == .keyFrameRequested(rid: nil))
    }

    @Test
    func `a REMB is divided among the encodings, the least of which gets 100 kbit a second`() {
        func events(_ rids: [String?], _ bitrates: [Int]) -> [[Int]] {
            var sender = makeSender(rids: rids)
            return bitrates.map { bitrate in
                sender.receive(
                    .estimatedBitrate(
                        ReceiverEstimatedMaximumBitrate(senderSSRC: 9, bitrate: bitrate, ssrcs: [77, 1])), now: time(0))
                var targets: [Int] = []
                while let event = sender.pollEvent(now: time(0)) {
                    if case .targetBitrate(_, let target) = event { targets.append(target) }
                }
                return targets
            }
        }
        #expect(events(["h", "l"], [1_100_000]) == [[1_000_000, 100_000]])
        #expect(events(["h", "m", "l"], [1_100_000]) == [[750_000, 250_000, 100_000]])
        #expect(events([nil], [500_000]) == [[500_000]])
        // Within a twentieth nothing is said.
        #expect(events([nil], [500_000, 510_000, 480_000, 400_000]) == [[500_000], [], [], [400_000]])
        #expect(events(["h", "l"], [150_000]) == [[100_000, 50_000]])
        // Absurd values.
        #expect(events(["h", "l"], [0]) == [[30_000, 30_000]])
        #expect(events(["h", "l"], [-5]) == [[30_000, 30_000]])
        #expect(events([nil], [ReceiverEstimatedMaximumBitrate.maximumBitrate]) == [[2_000_000]])
        var sender = makeSender()
        sender.receive(
            .estimatedBitrate(ReceiverEstimatedMaximumBitrate(senderSSRC: 9, bitrate: 5, ssrcs: [77])), now: time(0))
        #expect(sender.pollEvent(now: time(0)) == nil)
    }

    @Test func `a key frame leaves in small bursts, within 150 ms`() throws {
        var sender = makeSender()
        try sender.send(frame(200_000), capturedAt: time(0), now: time(0))
        var now = time(0)
        var bursts: [Int] = []
        var packets = 0
        while let deadline = sender.deadline, now < time(500) {
            now = max(now, deadline)
            let burst = drain(&sender, now: now)
            _ = sender.pollControl(now: now)
            if !burst.isEmpty { bursts.append(burst.reduce(0) { $0 + $1.bytes.count }) }
            packets += burst.count
            if packets == 175 { break }
        }
        #expect(packets == 175)
        #expect(now <= time(170))
        #expect(bursts.count > 20 && (bursts.max() ?? 0) < 14_000)
        // What is small leaves at once.
        let later = time(1500)
        _ = drain(&sender, now: later)
        try sender.send(frame(9000, isKeyFrame: false), capturedAt: later, now: later)
        #expect(drain(&sender, now: later).count == 8)
    }

    @Test func `what does not fit is dropped whole, and a key frame is wanted`() throws {
        var sender = makeSender()
        var isSent = try sender.send(frame(700_000), capturedAt: time(0), now: time(0))
        #expect(isSent)
        isSent = try sender.send(frame(700_000, isKeyFrame: false), capturedAt: time(1), now: time(1))
        #expect(!isSent)
        #expect(sender.pollEvent(now: time(1)) == .keyFrameRequested(rid: nil))
        // Nothing that builds upon it is sent.
        isSent = try sender.send(frame(100, isKeyFrame: false), capturedAt: time(2), now: time(2))
        #expect(!isSent)
        isSent = try sender.send(frame(100), capturedAt: time(3), now: time(3))
        #expect(isSent)
        isSent = try sender.send(frame(100, isKeyFrame: false), capturedAt: time(4), now: time(4))
        #expect(isSent)
        isSent = try sender.send(frame(20_000_000), capturedAt: time(5), now: time(5))
        #expect(!isSent)
        // Numbers have no hole.
        var indices: [UInt64] = []
        for step in 0..<100 { indices += drain(&sender, now: time(10 + step * 5)).map(\.index) }
        #expect(indices == Array(10..<UInt64(10 + indices.count)))
        #expect(sender.statistics[0].droppedFrames == 3)
    }

    @Test func `a frame of sound that fits no datagram is not sent`() throws {
        var sender = makeSender(.opus)
        var isSent = try sender.send(frame(1276, codec: .opus), capturedAt: time(0), now: time(0))
        #expect(!isSent)
        isSent = try sender.send(frame(1275, codec: .opus), capturedAt: time(0), now: time(0))
        #expect(isSent)
        #expect(sender.pollEvent(now: time(0)) == nil)
    }

    @Test func `a picture begins with a key frame`() throws {
        var sender = makeSender()
        let isSent = try sender.send(frame(100, isKeyFrame: false), capturedAt: time(0), now: time(0))
        #expect(!isSent)
        #expect(sender.pollEvent(now: time(0)) == .keyFrameRequested(rid: nil))
        #expect(sender.poll(now: time(0)) == nil)
    }

    @Test(.rfc(3550, "6.4.1"))
    func `the first report follows the first packet, and relates both clocks`() throws {
        var sender = makeSender(.opus, timestamp: 0 &- 480)
        let none = sender.pollControl(now: time(0))
        #expect(none.isEmpty && sender.deadline == nil)
        for number in 0..<3 {
            let now = time(number * 20)
            try sender.send(
                frame(100, timestamp: UInt32(number * 960), codec: .opus), capturedAt: now, now: now + .milliseconds(5))
            _ = drain(&sender, now: now + .milliseconds(5))
        }
        let messages = sender.pollControl(now: time(45))
        guard case .senderReport(let report)? = messages.first, case .sourceDescription(let names)? = messages.last
        else {
            Issue.record("no report")
            return
        }
        #expect(report.packetCount == 3 && report.octetCount == 300 && report.ssrc == 1)
        #expect(names.chunks.map(\.cname) == ["someone"])
        #expect(report.ntpTime == Self.wall.ntpTime(at: time(45)))
        // 45 ms after the first frame was captured.
        #expect(report.rtpTimestamp == (0 &- 480) &+ 45 * 48)
        #expect(sender.pollControl(now: time(1044)).isEmpty)
        #expect(sender.deadline == time(1045))
        #expect(sender.pollControl(now: time(1045)).count == 2)
    }

    @Test func `times of sound are as even as its samples, times of a picture follow its capture`() throws {
        var random = SeededRandom(seed: 3)
        var sound = makeSender(.opus, timestamp: 100)
        var picture = makeSender(timestamp: 100)
        for number in 0..<200 {
            let captured = time(number * 20 + Int(random.next() % 15))
            try sound.send(
                frame(60, timestamp: UInt32(number * 960), codec: .opus), capturedAt: captured, now: captured)
            let packets = drain(&sound, now: captured)
            let header = try header(packets[0])
            #expect(header.timestamp == 100 + UInt32(number * 960) && !header.marker)
        }
        // A camera that pauses for a second, and whose encoder counts frames.
        for (number, milliseconds) in [0, 33, 66, 1066, 1100].enumerated() {
            try picture.send(
                frame(60, timestamp: UInt32(number * 3000)), capturedAt: time(milliseconds), now: time(milliseconds))
            let packets = drain(&picture, now: time(milliseconds))
            let header = try header(packets[0])
            let expected = 100 + Int64(milliseconds) * 90
            #expect(abs(Int64(header.timestamp) - expected) < 200 && header.marker)
        }
    }
}
