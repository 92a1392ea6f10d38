// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import Testing

@testable import SFU

@Suite("Cache size", .row("M-20"))
struct CacheSizeTests {
    @Test(arguments: [
        // Rate, round trip in milliseconds, packets.
        (300, 0, 128), (300, 100, 128), (300, 150, 256), (1000, 100, 512), (1000, 200, 1024), (5000, 8000, 1024),
        (Int.max / 100_000, 10_000_000, 1024), (300, -5, 128),
    ])
    func `is four round trips of packets, within its bounds`(rate: Int, milliseconds: Int, expected: Int) {
        let size = CacheSize.next(
            current: 128, kind: .video, packetRate: rate, roundTrip: .milliseconds(milliseconds))
        #expect(size == expected)
    }

    @Test func `stays as it is unless it is below three quarters or at least twice what is wanted`() {
        func next(_ current: Int, wanted: Int) -> Int {
            CacheSize.next(current: current, kind: .video, packetRate: wanted, roundTrip: .milliseconds(250))
        }
        #expect(next(256, wanted: 341) == 256)
        #expect(next(256, wanted: 342) == 512)
        #expect(next(512, wanted: 257) == 512)
        #expect(next(512, wanted: 256) == 256)
        #expect(CacheSize.next(current: 32, kind: .audio, packetRate: 50, roundTrip: .milliseconds(100)) == 32)
    }

    @Test func `follows the distance of receivers, and gives memory back when the distant one has gone`() {
        var harness = RouterHarness()
        let publisher = harness.publisher()
        let track = harness.video(publisher)
        let near = harness.subscriber(of: track, number: 2, ssrc: 98, first: 0)
        let far = harness.subscriber(of: track, number: 3, ssrc: 99, first: 0)
        let clock = WallClock(unixNanoseconds: 1_800_000_000_000_000_000, at: .zero)
        let origin = RouterReportTests.bytes(
            .senderReport(
                SenderReport(
                    ssrc: 11, ntpTime: NTPTime(unixNanoseconds: 5), rtpTimestamp: 0, packetCount: 1, octetCount: 1)))
        harness.router.receiveReport(origin.span.bytes, fromPublisher: publisher, now: .zero)
        var index: UInt64 = 65_000
        var oldestServed: [Int] = []
        for second in 0..<8 {
            for _ in 0..<1000 {
                harness.now += .milliseconds(1)
                _ = harness.receive(
                    track, index: index, payload: RouterHarness.vp8(pictureID: 1, isKeyFrame: true))
                index += 1
                _ = harness.forward()
            }
            _ = harness.router.report(toPublisher: publisher, now: harness.now)
            _ = harness.router.report(toSubscriber: far, now: harness.now, wallClock: clock)
            // Arrives 250 ms later, without delay at the receiver.
            let block = ReportBlock(
                ssrc: 99, jitter: 450, lastSenderReport: clock.ntpTime(at: harness.now).compact)
            let report = RouterReportTests.bytes(.receiverReport(ReceiverReport(senderSSRC: 1, blocks: [block])))
            harness.router.receiveReport(
                report.span.bytes, fromSubscriber: far, now: harness.now + .milliseconds(250))
            if second == 5 { harness.router.removeSubscriber(far) }
            var age = 1
            let newest = UInt16(truncatingIfNeeded: index - 65_000) &- 1
            while age <= 2048 {
                harness.nack([newest &- UInt16(age - 1)], of: 98, from: near)
                if harness.forward().isEmpty { break }
                age *= 2
            }
            oldestServed.append(age / 2)
        }
        // A whole second must have been measured; and a log that has grown knows nothing older than before, until it has
        // filled. 4 × (250 + 4 × 5 ms) of 1000 packets a second, then the 100 ms that the publisher is presumed to be
        // away.
        #expect(oldestServed == [128, 128, 1024, 1024, 1024, 1024, 512, 512])
    }
}
