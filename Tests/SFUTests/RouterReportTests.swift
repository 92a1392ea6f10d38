// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import SFU
import Testing

@Suite("Router: reports")
struct RouterReportTests {
    static func bytes(_ messages: RTCPMessage...) -> [UInt8] {
        var compound = RTCPCompoundBuilder()
        for message in messages { _ = compound.append(message) }
        return compound.bytes
    }

    static func messages(_ bytes: [UInt8]?) -> [RTCPMessage] {
        guard let bytes else { return [] }
        return (try? RTCPMessage.parse(bytes.span.bytes)) ?? []
    }

    @Test(.row("M-23"))
    func `asks the publisher for a key frame on PLI and FIR, at most twice a second, until one comes`() {
        var harness = RouterHarness()
        let track = harness.video(harness.publisher(4), ssrc: 11)
        let subscriber = harness.subscriber(of: track, ssrc: 99)
        // The newcomer's own request.
        #expect(harness.router.pollKeyFrameRequest(now: harness.now)?.stream == RouterHarness.stream(4))
        let pli = Self.bytes(.pictureLoss(PictureLossIndication(senderSSRC: 1, mediaSSRC: 99)))
        let fir = Self.bytes(
            .fullIntraRequest(FullIntraRequest(senderSSRC: 1, entries: [.init(ssrc: 99, sequenceNumber: 0)])))
        var requests: [Instant] = []
        for millisecond in 1...2000 {
            harness.now = Instant.zero + .milliseconds(millisecond)
            let report = millisecond % 2 == 0 ? pli : fir
            harness.router.receiveReport(report.span.bytes, fromSubscriber: subscriber, now: harness.now)
            guard let request = harness.router.pollKeyFrameRequest(now: harness.now) else { continue }
            #expect(
                Self.messages(request.message) == [
                    .pictureLoss(PictureLossIndication(senderSSRC: 0xfeed, mediaSSRC: 11))
                ])
            requests.append(harness.now)
        }
        #expect(requests.count == 4)
        _ = harness.receive(track, index: 1, payload: RouterHarness.vp8(pictureID: 1, isKeyFrame: true))
        harness.now += .seconds(1)
        #expect(harness.router.pollKeyFrameRequest(now: harness.now) == nil)
    }

    @Test(.attack(16))
    func `ignores reports about SSRCs that are not the reporter's`() {
        var harness = RouterHarness()
        let track = harness.video(harness.publisher())
        _ = harness.subscriber(of: track, ssrc: 99)
        _ = harness.router.pollKeyFrameRequest(now: .zero)
        _ = harness.receive(track, index: 1, payload: RouterHarness.vp8(pictureID: 1, isKeyFrame: true))
        let stranger = harness.router.addSubscriber(stream: RouterHarness.stream(77))
        let lie = Self.bytes(
            .pictureLoss(PictureLossIndication(senderSSRC: 1, mediaSSRC: 99)),
            .pictureLoss(PictureLossIndication(senderSSRC: 1, mediaSSRC: 11)))
        harness.router.receiveReport(lie.span.bytes, fromSubscriber: stranger, now: .zero)
        #expect(harness.router.pollKeyFrameRequest(now: .zero + .seconds(5)) == nil)
    }

    @Test(.attack(16))
    func `counts malformed reports and does nothing else`() {
        var harness = RouterHarness()
        let publisher = harness.publisher()
        let track = harness.video(publisher)
        let subscriber = harness.subscriber(of: track)
        var random = SeededRandom(seed: 3)
        for length in 0..<200 {
            var bytes = random.bytes(length)
            if length > 1 { bytes[0] = 0x80 | bytes[0] & 31; bytes[1] = 200 + bytes[1] % 7 }
            harness.router.receiveReport(bytes.span.bytes, fromPublisher: publisher, now: .zero)
            harness.router.receiveReport(bytes.span.bytes, fromSubscriber: subscriber, now: .zero)
        }
        #expect(harness.router.counters.malformedReports > 100)
    }

    @Test(.row("M-25", "M-26"))
    func `reports reception and a bitrate to the publisher`() throws {
        var harness = RouterHarness()
        let publisher = harness.publisher()
        let video = harness.video(publisher, ssrc: 11)
        let audio = harness.audio(publisher, ssrc: 12)
        let subscriber = harness.subscriber(of: video, ssrc: 99)
        #expect(harness.router.report(toPublisher: publisher, now: .zero) == nil)
        for index in 0..<100 as Range<UInt64> where index % 4 != 3 {
            _ = harness.receive(video, index: index, payload: RouterHarness.vp8(pictureID: 1, isKeyFrame: index == 0))
            _ = harness.receive(audio, index: index, ssrc: 12, payload: [1])
            _ = harness.forward()
        }
        let remb = Self.bytes(
            .estimatedBitrate(ReceiverEstimatedMaximumBitrate(senderSSRC: 1, bitrate: 300_000, ssrcs: [99])))
        harness.router.receiveReport(remb.span.bytes, fromSubscriber: subscriber, now: .zero)
        let messages = Self.messages(harness.router.report(toPublisher: publisher, now: harness.now))
        guard case .receiverReport(let report) = messages.first, case .estimatedBitrate(let estimate) = messages.last
        else {
            Issue.record("not a receiver report and a REMB: \(messages)")
            return
        }
        #expect(report.blocks.map(\.ssrc) == [11, 12])
        // 24 of 99 expected: 24 × 256 / 99 = 62.
        #expect(report.blocks.map(\.fractionLost) == [62, 62])
        #expect(report.blocks.map(\.cumulativeLost) == [24, 24])
        #expect(report.blocks.map(\.highestSequenceNumber) == [98, 98])
        #expect(estimate.ssrcs == [11])
        // Video as the receiver says, in REMB's 18 bits of mantissa, and sound's share.
        #expect(abs(estimate.bitrate - 402_400) < 10)
    }

    @Test(.row("M-27"))
    func `extrapolates the origin's sender reports for subscribers, with its name`() throws {
        var harness = RouterHarness()
        let publisher = harness.publisher()
        let track = harness.video(publisher, ssrc: 11)
        let subscriber = harness.subscriber(of: track, ssrc: 99)
        let clock = WallClock(unixNanoseconds: 1_800_000_000_000_000_000, at: .zero)
        _ = harness.receive(track, index: 1, payload: RouterHarness.vp8(pictureID: 1, isKeyFrame: true))
        #expect(harness.forward().count == 1)
        #expect(harness.router.report(toSubscriber: subscriber, now: .zero, wallClock: clock) == nil)
        let origin = Self.bytes(
            .senderReport(
                SenderReport(
                    ssrc: 11, ntpTime: NTPTime(unixNanoseconds: 5_000_000_000), rtpTimestamp: 0xffff_ff00,
                    packetCount: 1, octetCount: 1)),
            .sourceDescription(SourceDescription(chunks: [.init(ssrc: 11, cname: "alice")])))
        harness.router.receiveReport(origin.span.bytes, fromPublisher: publisher, now: .zero)
        harness.now = .zero + .milliseconds(1500)
        let messages = Self.messages(
            harness.router.report(toSubscriber: subscriber, now: harness.now, wallClock: clock))
        guard case .senderReport(let report) = messages.first else {
            Issue.record("no sender report: \(messages)")
            return
        }
        #expect(report.ssrc == 99)
        #expect(report.ntpTime == clock.ntpTime(at: harness.now))
        #expect(report.rtpTimestamp == 0xffff_ff00 &+ 135_000)
        #expect(report.packetCount == 1)
        #expect(messages.last == .sourceDescription(SourceDescription(chunks: [.init(ssrc: 99, cname: "alice")])))
    }
}
