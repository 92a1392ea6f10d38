// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import Testing

@testable import MediaFlow

@Suite("Receiver of one track")
struct MediaReceiverTests {
    private let key = hex("10 02 00 9d 01 2a 80 02 e0 01 11 22")
    private let delta = hex("31 02 00 33")

    /// One packet of VP8: a whole frame unless said otherwise.
    private func vp8(
        _ number: UInt16, _ frame: [UInt8], picture: UInt16? = nil, starts: Bool = true, ends: Bool = true
    )
        -> [UInt8]
    {
        var writer = ByteWriter()
        VP8PayloadDescriptor(startsPartition: starts, pictureID: picture ?? number).write(into: &writer)
        writer.write(frame)
        return rtpPacket(number, timestamp: UInt32(picture ?? number) * 3000, payload: writer.bytes, marker: ends)
    }

    @Test func `sound that is lost is counted with the frame behind it, when that is due`() {
        let script = ReceiverScript(.opus)
        for number in [1, 2, 3, 5, 8] as [UInt16] {
            script.receive(rtpPacket(number, timestamp: UInt32(number) * 960, payload: [UInt8(number), 7]))
            script.wait(.milliseconds(20))
        }
        script.wait(.milliseconds(100))
        #expect(script.frames.map(\.frame.bytes) == [[1, 7], [2, 7], [3, 7], [5, 7], [8, 7]])
        #expect(script.frames.map(\.lostPackets) == [0, 0, 0, 1, 2])
        let statistics = script.receiver.statistics
        #expect(statistics.frames == 5 && statistics.lostPackets == 3)
    }

    @Test func `nothing comes out twice, and what comes after its turn does not come out`() {
        let script = ReceiverScript(.opus)
        for number in [1, 2, 2, 4, 4, 4] as [UInt16] {
            script.receive(rtpPacket(number, timestamp: UInt32(number) * 960, payload: [UInt8(number)]))
        }
        script.wait(.milliseconds(200))
        script.receive(rtpPacket(3, timestamp: 3 * 960, payload: [3]))
        script.wait(.milliseconds(200))
        #expect(script.frames.map(\.frame.bytes) == [[1], [2], [4]])
        #expect(script.receiver.statistics.latePackets >= 1)
    }

    @Test(.rfc(4585, "6.3.1"))
    func `a key frame is asked for when none comes, every quarter of a second until it does`() {
        let script = ReceiverScript(.vp8)
        script.receive(vp8(10, delta))
        #expect(script.pictureLosses == 0)
        script.wait(.milliseconds(29))
        #expect(script.pictureLosses == 0)
        script.wait(.milliseconds(2))
        #expect(script.pictureLosses == 1)
        script.wait(.milliseconds(500))
        #expect(script.pictureLosses == 3)
        script.receive(vp8(11, key))
        script.wait(.seconds(1))
        #expect(script.pictureLosses == 3)
        #expect(script.frames.map(\.frame.isKeyFrame) == [true])
        // Nobody who has gone is asked for ever.
        script.receive(vp8(400, delta))
        script.wait(.seconds(60))
        #expect(script.pictureLosses < 30)
    }

    @Test func `a picture waits for what was asked for, and a key frame is asked for when that does not come`() {
        let script = ReceiverScript(.vp8)
        script.receive(vp8(1, key))
        script.receive(vp8(3, delta))
        script.wait(.milliseconds(100))
        #expect(script.frames.count == 1 && script.requests == [2] && script.pictureLosses == 0)
        script.receive(vp8(2, delta))
        script.wait(.milliseconds(100))
        #expect(script.frames.map(\.frame.timestamp) == [3000, 6000, 9000])
        #expect(script.receiver.statistics.repairedPackets == 1)
        // Frame 4 never comes. What is built upon it is never given out.
        script.receive(vp8(5, delta))
        script.wait(.milliseconds(600))
        #expect(script.frames.count == 3 && script.pictureLosses > 0)
        script.receive(vp8(6, key))
        script.receive(vp8(7, delta))
        script.wait(.milliseconds(200))
        #expect(script.frames.map(\.frame.timestamp) == [3000, 6000, 9000, 18_000, 21_000])
        #expect(script.frames.map(\.lostPackets) == [0, 0, 0, 1, 0])
    }

    @Test func `a lost packet of padding costs no key frame, because the picture ids go on`() {
        let script = ReceiverScript(.vp8)
        script.receive(vp8(1, key, picture: 1))
        // 2 is padding, and lost.
        script.receive(vp8(3, delta, picture: 2))
        script.wait(.milliseconds(100))
        #expect(script.frames.count == 2 && script.pictureLosses == 0)
    }

    @Test(.rfc(3550, "6.4.1"))
    func `a report says each second what was lost, and how old the last sender report is`() throws {
        let script = ReceiverScript(.vp8, acceptsNACK: false)
        for number in 0..<40 as Range<UInt16> where number != 5 {
            script.receive(vp8(number, key))
            if number == 20 {
                script.receive(
                    SenderReport(
                        ssrc: 1, ntpTime: NTPTime(bits: 0x1122_3344_5566_7788), rtpTimestamp: 0, packetCount: 0,
                        octetCount: 0))
            }
            script.wait(.milliseconds(20))
        }
        script.wait(.milliseconds(230))
        var reports: [ReceiverReport] = []
        var estimates: [ReceiverEstimatedMaximumBitrate] = []
        for message in script.messages {
            if case .receiverReport(let report) = message { reports.append(report) }
            if case .estimatedBitrate(let estimate) = message { estimates.append(estimate) }
        }
        let block = try #require(reports.first?.blocks.first)
        #expect(reports.count == 1 && estimates.count == 1)
        #expect(block.ssrc == 1 && block.cumulativeLost == 1 && block.highestSequenceNumber == 39)
        #expect(block.lastSenderReport == 0x3344_5566)
        // From packet 20, at 380 ms, to 1 s.
        #expect(abs(Int(block.delaySinceLastSenderReport) - 65536 * 620 / 1000) < 100)
        #expect(estimates.first?.ssrcs == [1] && estimates.first?.bitrate ?? 0 > 900_000_000)
        script.wait(.seconds(3))
        let later = script.messages.count { if case .receiverReport = $0 { true } else { false } }
        #expect(later == 4)
    }

    @Test(.rfc(6184, "8.2.2"))
    func `an IDR picture whose parameter sets were lost is not given out`() {
        let script = ReceiverScript(.h264)
        let sets = hex("78 0004 6742e01f 0002 68ce")
        let idr = hex("65 80 11 22")
        script.receive(rtpPacket(2, timestamp: 3000, payload: idr, marker: true))
        script.wait(.milliseconds(50))
        #expect(script.frames.isEmpty && script.pictureLosses == 1)
        script.receive(rtpPacket(3, timestamp: 6000, payload: sets))
        script.receive(rtpPacket(4, timestamp: 6000, payload: idr, marker: true))
        script.receive(rtpPacket(5, timestamp: 9000, payload: hex("61 80 33"), marker: true))
        // They are known now, and nothing is missing.
        script.receive(rtpPacket(6, timestamp: 12000, payload: idr, marker: true))
        script.wait(.milliseconds(200))
        #expect(script.frames.map(\.frame.timestamp) == [6000, 9000, 12000])
        // Of 7, which is lost, nobody knows whether it had new ones.
        script.receive(rtpPacket(8, timestamp: 18000, payload: idr, marker: true))
        script.wait(.seconds(2))
        #expect(script.frames.count == 3 && script.receiver.statistics.droppedFrames == 1)
    }

    @Test func `what a key frame has made useless is asked for no more`() {
        let script = ReceiverScript(.vp8)
        script.receive(vp8(1, key))
        script.receive(vp8(3, delta))
        script.wait(.milliseconds(510))
        #expect(script.requests == [2, 2, 2, 2] && script.pictureLosses == 1)
        script.receive(vp8(4, key))
        script.wait(.milliseconds(500))
        #expect(script.frames.map(\.frame.timestamp) == [3000, 12000])
        #expect(script.requests == [2, 2, 2, 2] && script.pictureLosses == 1)
    }

    @Test func `an AV1 sequence begins with its header`() {
        let script = ReceiverScript(.av1)
        // A key frame's unit without a sequence header.
        script.receive(rtpPacket(1, timestamp: 3000, payload: hex("10 32 10 11"), marker: true))
        script.wait(.milliseconds(50))
        #expect(script.frames.isEmpty && script.pictureLosses == 1)
        script.receive(rtpPacket(2, timestamp: 6000, payload: hex("28 03 080800 301011"), marker: true))
        script.receive(rtpPacket(3, timestamp: 9000, payload: hex("10 30 3011"), marker: true))
        script.wait(.milliseconds(200))
        #expect(script.frames.map(\.frame.timestamp) == [6000, 9000])
    }

    @Test func `another payload type, and packets that are none, are refused`() {
        let script = ReceiverScript(.opus)
        script.receive(rtpPacket(1, timestamp: 0, payload: [1], payloadType: 97))
        script.receive([0x80, 1, 2])
        script.receive([])
        script.wait(.seconds(2))
        #expect(script.frames.isEmpty && script.messages.isEmpty)
        #expect(script.receiver.statistics.refusedPackets == 3 && script.receiver.deadline == nil)
    }

    @Test func `one packet of another SSRC changes nothing, a second one does, and the first source is over`() {
        let script = ReceiverScript(.opus)
        func send(_ number: UInt16, _ ssrc: UInt32) {
            script.receive(
                rtpPacket(number, timestamp: UInt32(number) * 960, payload: [UInt8(ssrc), UInt8(number)], ssrc: ssrc))
            script.wait(.milliseconds(20))
        }
        for number in 1...5 as ClosedRange<UInt16> { send(number, 1) }
        send(100, 2)
        send(6, 1)
        send(7, 1)
        #expect(script.receiver.ssrc == 1)
        send(101, 2)
        send(102, 2)
        #expect(script.receiver.ssrc == 2)
        // What the new source has overtaken does not bring the old one back.
        send(8, 1)
        send(9, 1)
        send(103, 2)
        script.wait(.seconds(1))
        #expect(script.receiver.ssrc == 2 && script.receiver.statistics.restarts == 1)
        #expect(script.frames.map(\.frame.bytes).suffix(3) == [[2, 101], [2, 102], [2, 103]])
    }

    @Test func `the delay grows with the path's jitter, and not beyond its bound`() {
        var random = SeededRandom(seed: 1)
        func delay(jitter: Int, bound: Duration) -> Duration {
            var delay = PlayoutDelay(clockRate: 48_000, bounds: .milliseconds(20)...bound, isSound: true)
            for number in 0..<1000 {
                let late = Int(random.next() % UInt64(jitter + 1))
                delay.note(UInt32(number * 960), arrival: .zero + .milliseconds(number * 20 + late))
            }
            return delay.target
        }
        #expect(delay(jitter: 0, bound: .milliseconds(400)) == .milliseconds(20))
        let moderate = delay(jitter: 100, bound: .milliseconds(400))
        #expect(moderate >= .milliseconds(90) && moderate <= .milliseconds(120))
        #expect(delay(jitter: 600, bound: .milliseconds(400)) == .milliseconds(400))
    }

    @Test func `the delay falls slowly once the path is good again`() {
        var delay = PlayoutDelay(clockRate: 48_000, bounds: .milliseconds(20)...(.milliseconds(400)), isSound: true)
        for number in 0..<4000 {
            let late = number < 500 ? number % 5 * 50 : 0
            delay.note(UInt32(number * 960), arrival: .zero + .milliseconds(number * 20 + late))
            if number == 499 { #expect(delay.target >= .milliseconds(200)) }
            if number == 1000 { #expect(delay.target >= .milliseconds(100)) }
        }
        // 1 % of the time: 180 ms take 18 s, and as long until what was is forgotten.
        #expect(delay.target <= .milliseconds(30))
    }
}
