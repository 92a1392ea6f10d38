// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import SFU
import Testing

@Suite("Router: statistics")
struct RouterStatisticsTests {
    private static let clock = WallClock(unixNanoseconds: 1_800_000_000_000_000_000, at: .zero)

    private static func receiverReport(
        _ ssrc: UInt32, fractionLost: UInt8, jitter: UInt32 = 0, lastSenderReport: UInt32 = 0, delay: UInt32 = 0
    ) -> [UInt8] {
        RouterReportTests.bytes(
            .receiverReport(
                ReceiverReport(
                    senderSSRC: 1,
                    blocks: [
                        ReportBlock(
                            ssrc: ssrc, fractionLost: fractionLost, cumulativeLost: 0, highestSequenceNumber: 0,
                            jitter: jitter, lastSenderReport: lastSenderReport, delaySinceLastSenderReport: delay)
                    ])))
    }

    private static func remb(_ bitrate: Int, _ ssrc: UInt32) -> [UInt8] {
        RouterReportTests.bytes(
            .estimatedBitrate(ReceiverEstimatedMaximumBitrate(senderSSRC: 1, bitrate: bitrate, ssrcs: [ssrc])))
    }

    @Test(.row("M-38"))
    func `a publisher's tracks: rate, loss, jitter, and what it is asked not to exceed`() throws {
        var harness = RouterHarness()
        let publisher = harness.publisher()
        let video = harness.video(publisher, ssrc: 11)
        let audio = harness.audio(publisher, ssrc: 12)
        _ = harness.subscriber(of: video, ssrc: 99)
        let nothing = try harness.requireStatistics(publisher: publisher, now: .zero)
        // Nothing has been measured, and what is asked of it stands from the start.
        #expect(nothing.tracks.map(\.bitrate) == [0, 0])
        #expect(nothing.tracks.map(\.fractionLost) == [0, 0])
        #expect(nothing.tracks.map(\.jitter) == [nil, nil])

        // Two seconds at 100 packets a second, every fourth of the video lost; sound comes as regularly as it was sent,
        // the picture's packets 5 ms late every other time: D is 5 ms from packet to packet.
        for index in 0..<201 as Range<UInt64> {
            harness.now = .zero + .milliseconds(Int(index) * 10)
            _ = harness.receive(
                audio, index: index, ssrc: 12, timestamp: UInt32(index) * 480, payload: [UInt8](repeating: 7, count: 50)
            )
            guard index % 4 != 3 else { continue }
            harness.now += .milliseconds(index % 2 == 0 ? 0 : 5)
            var payload = RouterHarness.vp8(pictureID: 1, isKeyFrame: index == 0)
            payload += [UInt8](repeating: 1, count: 500 - payload.count)
            _ = harness.receive(video, index: index, timestamp: UInt32(index) * 900, payload: payload)
            _ = harness.forward()
        }
        harness.now = .zero + .milliseconds(2010)
        let told = RouterReportTests.messages(harness.router.report(toPublisher: publisher, now: harness.now))
        let statistics = try harness.requireStatistics(publisher: publisher, now: harness.now)
        #expect(statistics.tracks.count == 2)
        let (picture, sound) = (statistics.tracks[0], statistics.tracks[1])
        // 75 packets a second of 500 bytes, 100 of 50.
        #expect(abs(picture.bitrate - 300_000) < 6000)
        #expect(abs(sound.bitrate - 40_000) < 800)
        #expect(abs(picture.fractionLost - 0.25) < 0.01)
        #expect(sound.fractionLost == 0)
        let jitter = try #require(picture.jitter)
        #expect(jitter > .milliseconds(2) && jitter < .milliseconds(5), "\(jitter)")
        #expect(sound.jitter == nil)
        // The same as in the REMB of the same moment, whose mantissa has 18 bits.
        guard case .estimatedBitrate(let estimate) = told.last else {
            Issue.record("no REMB: \(told)")
            return
        }
        let maximum = try #require(statistics.maximumBitrate)
        #expect(abs(maximum - Int64(estimate.bitrate)) < 1 << 12)
        #expect(picture.maximumBitrate == maximum - 102_400)
        #expect(sound.maximumBitrate == nil)
        #expect(statistics.tracks.allSatisfy { $0.spatial == nil && $0.temporal == nil && $0.roundTrip == nil })
    }

    @Test(.row("M-38"))
    func `a subscriber's track: rate, what it reports, and the round trip`() throws {
        var harness = RouterHarness()
        let publisher = harness.publisher()
        let video = harness.video(publisher, ssrc: 11)
        let subscriber = harness.subscriber(of: video, ssrc: 99)
        let nothing = try harness.requireStatistics(subscriber: subscriber, now: .zero)
        #expect(nothing == StreamStatistics(tracks: [TrackStatistics()]))

        for index in 0..<201 as Range<UInt64> {
            harness.now = .zero + .milliseconds(Int(index) * 10)
            var payload = RouterHarness.vp8(pictureID: 1, isKeyFrame: index == 0)
            payload += [UInt8](repeating: 1, count: 500 - payload.count)
            _ = harness.receive(video, index: index, timestamp: UInt32(index) * 900, payload: payload)
            _ = harness.forward()
        }
        let origin = RouterReportTests.bytes(
            .senderReport(
                SenderReport(
                    ssrc: 11, ntpTime: NTPTime(unixNanoseconds: 5_000_000_000), rtpTimestamp: 0, packetCount: 1,
                    octetCount: 1)))
        harness.router.receiveReport(origin.span.bytes, fromPublisher: publisher, now: harness.now)
        let messages = RouterReportTests.messages(
            harness.router.report(toSubscriber: subscriber, now: harness.now, wallClock: Self.clock))
        guard case .senderReport(let sent) = messages.first else {
            Issue.record("no sender report: \(messages)")
            return
        }
        // It answers 300 ms after the report came, which is 380 ms after it left: the path takes 80 ms both ways.
        harness.now += .milliseconds(380)
        let report = Self.receiverReport(
            99, fractionLost: 64, jitter: 1800, lastSenderReport: sent.ntpTime.compact, delay: 300 * 65536 / 1000)
        harness.router.receiveReport(report.span.bytes, fromSubscriber: subscriber, now: harness.now)
        harness.router.receiveReport(
            Self.remb(250_000, 99).span.bytes, fromSubscriber: subscriber, now: harness.now)

        let statistics = try harness.requireStatistics(subscriber: subscriber, now: harness.now)
        #expect(abs(try #require(statistics.maximumBitrate) - 250_000) < 2)
        let track = try #require(statistics.tracks.first)
        #expect(abs(track.bitrate - 400_000) < 8000)
        #expect(track.fractionLost == 0.25)
        #expect(track.jitter == .milliseconds(20))
        let roundTrip = try #require(track.roundTrip)
        #expect(abs((roundTrip - .milliseconds(80)).inSeconds) < 0.001)
        // A quarter of it was lost: three quarters of what was sent are what the path carries.
        #expect(abs(try #require(track.maximumBitrate) - 300_000) < 8000)
        #expect(track.spatial == nil && track.temporal == nil)

        // An estimate is forgotten when it is not renewed, and so is a rate when nothing comes.
        let later = harness.now + .seconds(31)
        let stale = try harness.requireStatistics(subscriber: subscriber, now: later)
        #expect(stale.maximumBitrate == nil)
        #expect(stale.tracks.first?.bitrate == 0)
    }

    /// A frame of VP8 in the pattern of three temporal layers that browsers send: 0, 2, 1, 2.
    private static func layeredFrame(_ number: Int, isKeyFrame: Bool) -> [UInt8] {
        let layer: UInt8 = isKeyFrame ? 0 : [0, 2, 1, 2][number % 4]
        // Y: the frame refers to layer 0 alone, so that a receiver may begin with its layer here.
        let sync: UInt8 = layer == 0 ? 0 : 0x20
        var payload: [UInt8] = [0x90, 0xe0, 0x80 | UInt8(number >> 8 & 0x7f), UInt8(number & 0xff)]
        payload += [UInt8(number / 4 & 0xff), layer << 6 | sync]
        payload += isKeyFrame ? [0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00] : [0x11, 0x02, 0x00]
        return payload + [UInt8](repeating: 3, count: 1000 - payload.count)
    }

    @Test(.row("M-38", "M-29"))
    func `which of a source's layers a subscriber gets`() throws {
        var harness = RouterHarness()
        let publisher = harness.publisher()
        let video = harness.video(publisher, ssrc: 11)
        let rich = harness.subscriber(of: video, number: 2, ssrc: 98)
        let poor = harness.subscriber(of: video, number: 3, ssrc: 99)
        for number in 0..<120 {
            harness.now = .zero + .milliseconds(number * 33)
            _ = harness.receive(
                video, index: UInt64(number), timestamp: UInt32(number) * 3000, marker: true,
                payload: Self.layeredFrame(number, isKeyFrame: number == 0))
            _ = harness.forward()
            if number == 60 {
                // Three of four packets are lost on the way: only the lowest frame rate fits.
                let report = Self.receiverReport(99, fractionLost: 192)
                harness.router.receiveReport(report.span.bytes, fromSubscriber: poor, now: harness.now)
                for subscriber in [rich, poor] {
                    _ = harness.router.report(toSubscriber: subscriber, now: harness.now, wallClock: Self.clock)
                }
            }
        }
        let full = try harness.requireStatistics(subscriber: rich, now: harness.now).tracks[0]
        let reduced = try harness.requireStatistics(subscriber: poor, now: harness.now).tracks[0]
        #expect(full.temporal == TrackStatistics.Layer(current: 2, highest: 2))
        #expect(reduced.temporal == TrackStatistics.Layer(current: 0, highest: 2))
        #expect(full.spatial == nil && reduced.spatial == nil)
        #expect(full.maximumBitrate == nil)
        #expect(try #require(reduced.maximumBitrate) < 80_000)
        #expect(reduced.bitrate < full.bitrate / 3)
    }

    @Test(.row("M-38"))
    func `there is nothing to say of who is gone`() throws {
        var harness = RouterHarness()
        let publisher = harness.publisher()
        let video = harness.video(publisher)
        let subscriber = harness.subscriber(of: video)
        harness.router.removePublisher(publisher)
        let ended = harness.router.statistics(ofPublisher: publisher, now: .zero)
        #expect(ended == nil)
        // Its receivers stay, and get nothing more.
        let waiting = try harness.requireStatistics(subscriber: subscriber, now: .zero)
        #expect(waiting.tracks.map(\.bitrate) == [0])
        harness.router.removeSubscriber(subscriber)
        let gone = harness.router.statistics(ofSubscriber: subscriber, now: .zero)
        #expect(gone == nil)
    }
}

extension RouterHarness {
    fileprivate mutating func requireStatistics(publisher: Handle, now: Instant) throws -> StreamStatistics {
        let found = router.statistics(ofPublisher: publisher, now: now)
        return try #require(found)
    }

    fileprivate mutating func requireStatistics(subscriber: Handle, now: Instant) throws -> StreamStatistics {
        let found = router.statistics(ofSubscriber: subscriber, now: now)
        return try #require(found)
    }
}
