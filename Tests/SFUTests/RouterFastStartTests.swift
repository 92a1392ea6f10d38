// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import SFU
import Testing

@Suite("Router: fast start", .row("M-24"))
struct RouterFastStartTests {
    /// A picture's packet with its number in the source as its timestamp.
    private func receive(_ harness: inout RouterHarness, _ track: Handle, _ index: UInt64, isKeyFrame: Bool = false) {
        _ = harness.receive(
            track, index: index, timestamp: UInt32(truncatingIfNeeded: index),
            payload: RouterHarness.vp8(
                pictureID: UInt16(truncatingIfNeeded: index) & 0x7fff, isKeyFrame: isKeyFrame))
    }

    private func asksForKeyFrame(_ harness: inout RouterHarness) -> Bool {
        harness.router.pollKeyFrameRequest(now: harness.now) != nil
    }

    @Test(arguments: wrapStarts)
    func `sends a newcomer everything from the cached key frame on, at once and in order`(start: UInt16) {
        var harness = RouterHarness()
        let track = harness.video(harness.publisher())
        let key = UInt64(start) + 5
        for step in 0..<44 as Range<UInt64> { receive(&harness, track, UInt64(start) + step, isKeyFrame: step == 5) }
        #expect(harness.forward().isEmpty)
        let newcomer = harness.subscriber(of: track, first: start)
        let asks = asksForKeyFrame(&harness)
        #expect(!asks)
        let hasWork = harness.router.hasWork
        #expect(hasWork)
        // Two more arrive before the plan is made.
        for step in 44...45 as ClosedRange<UInt64> { receive(&harness, track, UInt64(start) + step) }
        let sent = harness.forward()
        #expect(sent.map(\.timestamp) == (0...40).map { UInt32(truncatingIfNeeded: key + $0) })
        #expect(sent.map(\.index) == (0...40).map { UInt64(start & 0x7fff) + $0 })
        #expect(harness.forward().isEmpty)
        #expect(harness.router.counters.fastStarts == 1)
        harness.nack([start & 0x7fff], from: newcomer)
        #expect(harness.forward() == [sent[0]])
    }

    @Test func `asks for a new key frame when the last one began 40 packets ago, or was never seen`() {
        var harness = RouterHarness()
        let track = harness.video(harness.publisher())
        _ = harness.subscriber(of: track, number: 2, ssrc: 98)
        let asksAtFirst = asksForKeyFrame(&harness)
        #expect(asksAtFirst)
        receive(&harness, track, 100, isKeyFrame: true)
        for index in 101...140 as ClosedRange<UInt64> { receive(&harness, track, index) }
        #expect(harness.forward().count == 41)
        harness.now += .seconds(1)
        _ = harness.subscriber(of: track, number: 3, ssrc: 99)
        let asksAgain = asksForKeyFrame(&harness)
        #expect(asksAgain)
        #expect(harness.forward().isEmpty)
        #expect(harness.router.counters.fastStarts == 0)
        // The key frame that comes serves it.
        receive(&harness, track, 141, isKeyFrame: true)
        #expect(harness.forward().count == 2)
    }

    @Test func `leaves out what is still missing and sends it when it comes`() {
        var harness = RouterHarness()
        let track = harness.video(harness.publisher())
        receive(&harness, track, 7, isKeyFrame: true)
        receive(&harness, track, 9)
        _ = harness.forward()
        _ = harness.subscriber(of: track, first: 0)
        #expect(harness.forward().map(\.index) == [0, 2])
        receive(&harness, track, 8)
        #expect(harness.forward().map(\.index) == [1])
    }

    @Test func `goes on where it stopped when the plan is smaller than what is cached`() {
        var harness = RouterHarness(planCapacity: 16)
        let track = harness.video(harness.publisher())
        for step in 0..<39 as Range<UInt64> {
            receive(&harness, track, step, isKeyFrame: step == 0)
            _ = harness.forward()
        }
        for number in 0..<3 as Range<UInt32> {
            _ = harness.subscriber(of: track, number: 10 + number, ssrc: 90 + number, first: 0)
        }
        let sent = harness.forward()
        for number in 0..<3 as Range<UInt32> {
            #expect(sent.filter { $0.ssrc == 90 + number }.map(\.index) == Array(0..<39))
        }
    }

    @Test func `shows a receiver that was away a picture without a gap in its numbers`() {
        var harness = RouterHarness()
        let track = harness.video(harness.publisher())
        let subscriber = harness.subscriber(of: track, first: 0)
        receive(&harness, track, 0, isKeyFrame: true)
        #expect(harness.forward().map(\.index) == [0])
        harness.router.setActive(false, subscriber: subscriber)
        for index in 1..<50 as Range<UInt64> { receive(&harness, track, index, isKeyFrame: index == 40) }
        #expect(harness.forward().isEmpty)
        harness.router.setActive(true, subscriber: subscriber)
        #expect(harness.forward().map(\.index) == Array(1...10))
    }

    @Test func `begins nothing for who has gone before the plan is made`() {
        var harness = RouterHarness()
        let publisher = harness.publisher()
        let track = harness.video(publisher)
        receive(&harness, track, 0, isKeyFrame: true)
        _ = harness.forward()
        let gone = harness.subscriber(of: track, number: 2, ssrc: 98)
        _ = harness.subscriber(of: track, number: 3, ssrc: 99)
        harness.router.removeSubscriber(gone)
        #expect(harness.forward().map(\.ssrc) == [99])
        _ = harness.subscriber(of: track, number: 4, ssrc: 97)
        harness.router.removePublisher(publisher)
        #expect(harness.forward().isEmpty)
    }
}
