// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import SFU
import Testing

@Suite("Router: asking publishers for what is missing", .row("M-21"))
struct RouterRepairTests {
    /// The packets that NACKs for `ssrc` ask for now, and whether a key frame is asked for.
    static func poll(_ harness: inout RouterHarness, ssrc: UInt32 = 11) -> (missing: [UInt16], wantsKeyFrame: Bool) {
        var missing: [UInt16] = []
        var wantsKeyFrame = false
        while let feedback = harness.router.pollFeedback(now: harness.now) {
            #expect(feedback.stream == RouterHarness.stream(1))
            for message in RouterReportTests.messages(feedback.message) {
                switch message {
                case .nack(let nack):
                    #expect(nack.senderSSRC == 0xfeed && nack.mediaSSRC == ssrc)
                    missing += nack.missing.map(\.rawValue)
                case .pictureLoss: wantsKeyFrame = true
                default: Issue.record("unexpected: \(message)")
                }
            }
        }
        return (missing, wantsKeyFrame)
    }

    static func receive(_ harness: inout RouterHarness, _ track: Handle, _ index: UInt64, isKeyFrame: Bool = false) {
        let pictureID = UInt16(truncatingIfNeeded: index) & 0x7fff
        let insertion = harness.receive(
            track, index: index, payload: RouterHarness.vp8(pictureID: pictureID, isKeyFrame: isKeyFrame))
        #expect(insertion == .stored)
    }

    @Test(arguments: wrapStarts)
    func `asks for missing packets at their deadline and forwards them when they come`(start: UInt16) {
        var harness = RouterHarness()
        let track = harness.video(harness.publisher())
        _ = harness.subscriber(of: track, first: 100)
        let base = UInt64(start)
        Self.receive(&harness, track, base, isKeyFrame: true)
        Self.receive(&harness, track, base + 3)
        #expect(harness.forward().map(\.index) == [100, 103])
        _ = Self.poll(&harness)
        #expect(harness.router.feedbackDeadline == .zero + .milliseconds(20))
        harness.now = .zero + .milliseconds(20)
        let asked = Self.poll(&harness)
        #expect(asked.missing == [UInt16(truncatingIfNeeded: base + 1), UInt16(truncatingIfNeeded: base + 2)])
        #expect(!asked.wantsKeyFrame)
        #expect(harness.router.counters.nacksSent == 1 && harness.router.counters.packetsRequested == 2)
        Self.receive(&harness, track, base + 2)
        Self.receive(&harness, track, base + 1)
        #expect(harness.forward().map(\.index) == [102, 101])
        #expect(harness.router.counters.packetsRepaired == 2)
        harness.now = .zero + .seconds(3)
        #expect(Self.poll(&harness).missing.isEmpty)
        #expect(harness.router.feedbackDeadline == nil)
    }

    @Test func `asks for a key frame when it gives packets up`() {
        var harness = RouterHarness()
        let track = harness.video(harness.publisher())
        _ = harness.subscriber(of: track)
        Self.receive(&harness, track, 1, isKeyFrame: true)
        Self.receive(&harness, track, 3)
        var requests = 0
        var keyFrameAskedAt: Int?
        for millisecond in 1...1000 {
            harness.now = .zero + .milliseconds(millisecond)
            let asked = Self.poll(&harness)
            requests += asked.missing.count
            if asked.wantsKeyFrame, keyFrameAskedAt == nil { keyFrameAskedAt = millisecond }
        }
        #expect(requests == 5)
        #expect((600...800).contains(keyFrameAskedAt ?? 0))
    }

    @Test func `does not ask for what lies before a key frame, nor a publisher that did not negotiate it`() {
        var harness = RouterHarness()
        let publisher = harness.publisher()
        let video = harness.video(publisher)
        let audio = harness.audio(publisher)
        Self.receive(&harness, video, 1, isKeyFrame: true)
        Self.receive(&harness, video, 4)
        Self.receive(&harness, video, 5, isKeyFrame: true)
        for index in [1, 9] as [UInt64] { _ = harness.receive(audio, index: index, ssrc: 12, payload: [1]) }
        harness.now = .zero + .seconds(1)
        #expect(Self.poll(&harness).missing.isEmpty)
        #expect(harness.router.feedbackDeadline == nil)
    }

    @Test func `forgets what a publisher that has gone still owed`() {
        var harness = RouterHarness()
        let publisher = harness.publisher()
        let track = harness.video(publisher)
        Self.receive(&harness, track, 1, isKeyFrame: true)
        Self.receive(&harness, track, 3)
        harness.router.removePublisher(publisher)
        harness.now = .zero + .seconds(1)
        #expect(harness.router.pollFeedback(now: harness.now) == nil)
        #expect(harness.router.feedbackDeadline == nil)
    }

    @Test(.row("M-25"))
    func `tells the publisher of losses although they were repaired`() throws {
        var harness = RouterHarness()
        let publisher = harness.publisher()
        let track = harness.video(publisher)
        for index in 0..<100 as Range<UInt64> where index % 10 != 5 {
            Self.receive(&harness, track, index, isKeyFrame: index == 0)
            _ = harness.forward()
        }
        harness.now = .zero + .milliseconds(50)
        for number in Self.poll(&harness).missing { Self.receive(&harness, track, UInt64(number)) }
        let messages = RouterReportTests.messages(harness.router.report(toPublisher: publisher, now: harness.now))
        guard case .receiverReport(let report) = messages.first else {
            Issue.record("no receiver report: \(messages)")
            return
        }
        #expect(report.blocks.first?.cumulativeLost == 10)
    }
}
