// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import SFU
import Testing

@Suite("Router: beginning with a key frame that comes out of order", .row("M-24", "M-32"))
struct RouterLateStartTests {
    /// A key frame of four packets and a frame after it, the key frame's first packet last.
    static let steps: [UInt64] = [1, 2, 3, 4, 0]

    static func receive(_ harness: inout RouterHarness, _ track: Handle, base: UInt64) {
        for step in steps { receive(step, in: &harness, track, base: base) }
    }

    static func receive(_ step: UInt64, in harness: inout RouterHarness, _ track: Handle, base: UInt64) {
        _ = harness.receive(
            track, index: base + step, timestamp: step < 4 ? 3000 : 6000, marker: step >= 3,
            payload: RouterHarness.vp8(
                pictureID: step < 4 ? 7 : 8, isKeyFrame: step < 4, startsFrame: step == 0 || step == 4,
                fill: UInt8(step)))
    }

    @Test(arguments: wrapStarts)
    func `sends what overtook the key frame's first packet behind it, whether forwarded before or not`(start: UInt16) {
        for forwardsBetween in [false, true] {
            var harness = RouterHarness()
            let track = harness.video(harness.publisher())
            let subscriber = harness.subscriber(of: track, first: 100)
            let base = UInt64(start)
            var sent: [RouterHarness.Sent] = []
            for step in Self.steps {
                Self.receive(step, in: &harness, track, base: base)
                if forwardsBetween { sent += harness.forward() }
            }
            sent += harness.forward()
            #expect(sent.map(\.index) == [100, 101, 102, 103, 104])
            #expect(sent.map { $0.payload.last } == [0, 1, 2, 3, 4])
            #expect(sent.map(\.timestamp) == [3000, 3000, 3000, 3000, 6000])
            // What was sent can be asked for, and what comes goes on.
            harness.nack([101, 104], from: subscriber)
            #expect(harness.forward() == [sent[1], sent[4]])
            _ = harness.receive(
                track, index: base + 5, timestamp: 9000, marker: true,
                payload: RouterHarness.vp8(pictureID: 9, isKeyFrame: false))
            #expect(harness.forward().map(\.index) == [105])
        }
    }

    @Test func `leaves room for what is still missing of the key frame`() {
        var harness = RouterHarness()
        let track = harness.video(harness.publisher())
        _ = harness.subscriber(of: track, first: 100)
        for step in [3, 4, 0] as [UInt64] {
            _ = harness.receive(
                track, index: 10 + step, timestamp: 3000,
                payload: RouterHarness.vp8(pictureID: 7, isKeyFrame: true, startsFrame: step == 0, fill: UInt8(step)))
        }
        #expect(harness.forward().map(\.index) == [100, 103, 104])
        for step in [2, 1] as [UInt64] {
            _ = harness.receive(
                track, index: 10 + step, timestamp: 3000,
                payload: RouterHarness.vp8(pictureID: 7, isKeyFrame: true, startsFrame: false, fill: UInt8(step)))
        }
        #expect(harness.forward().map(\.index) == [102, 101])
    }

    @Test func `does so for each receiver when the plan is small`() {
        var harness = RouterHarness(planCapacity: 8)
        let track = harness.video(harness.publisher())
        for number in 0..<5 as Range<UInt32> {
            _ = harness.subscriber(of: track, number: 10 + number, ssrc: 1000 + number, first: 0)
        }
        Self.receive(&harness, track, base: 50)
        let sent = harness.forward()
        for number in 0..<5 as Range<UInt32> {
            #expect(sent.filter { $0.ssrc == 1000 + number }.map { $0.payload.last } == [0, 1, 2, 3, 4])
        }
        #expect(sent.count == 25)
    }

    @Test func `does so at a change of the source, on one time line`() {
        var harness = RouterHarness()
        let publisher = harness.publisher()
        let first = harness.video(publisher, ssrc: 11)
        let second = harness.video(publisher, ssrc: 12)
        let subscriber = harness.router.addSubscriber(stream: RouterHarness.stream(2))
        let down = harness.router.addDownTrack(
            DownTrackConfiguration(sources: [first], ssrc: 99, payloadType: 96, firstSequenceNumber: 100),
            subscriber: subscriber)!
        harness.router.setActive(true, subscriber: subscriber)
        _ = harness.receive(
            first, index: 1, timestamp: 0xffff_ff00, marker: true,
            payload: RouterHarness.vp8(pictureID: 1, isKeyFrame: true))
        #expect(harness.forward().map(\.timestamp) == [0xffff_ff00])
        // It sends, but nothing to begin with.
        _ = harness.receive(second, index: 8999, payload: RouterHarness.vp8(pictureID: 6, isKeyFrame: false))
        #expect(harness.forward().isEmpty)
        harness.router.setSources([second], isSpatiallyLimited: false, of: down, now: harness.now)
        harness.now += .milliseconds(100)
        Self.receive(&harness, second, base: 9000)
        let sent = harness.forward()
        #expect(sent.map(\.index) == [101, 102, 103, 104, 105])
        #expect(sent.map { $0.payload.last } == [0, 1, 2, 3, 4])
        let times = sent.map { $0.timestamp &- 0xffff_ff00 }
        #expect(times[0] > 0 && times[0] < 30_000 && times[4] == times[0] + 3000)
    }

    @Test func `continues the time line after a start from the cache, too`() {
        var harness = RouterHarness()
        let publisher = harness.publisher()
        let first = harness.video(publisher, ssrc: 11)
        let second = harness.video(publisher, ssrc: 12)
        for (track, timestamp) in [(first, 0x1000_0000), (second, 0x9000_0000)] as [(Handle, UInt32)] {
            _ = harness.receive(
                track, index: 1, timestamp: timestamp, marker: true,
                payload: RouterHarness.vp8(pictureID: 1, isKeyFrame: true))
        }
        _ = harness.forward()
        let subscriber = harness.router.addSubscriber(stream: RouterHarness.stream(2))
        let down = harness.router.addDownTrack(
            DownTrackConfiguration(sources: [first, second], ssrc: 99, payloadType: 96, firstSequenceNumber: 100),
            subscriber: subscriber)!
        harness.router.setActive(true, subscriber: subscriber)
        #expect(harness.forward().map(\.timestamp) == [0x1000_0000])
        harness.now += .milliseconds(40)
        harness.router.setSources([second], isSpatiallyLimited: false, of: down, now: harness.now)
        _ = harness.receive(
            second, index: 2, timestamp: 0x9000_0e10, marker: true,
            payload: RouterHarness.vp8(pictureID: 2, isKeyFrame: true))
        #expect(harness.forward().map(\.timestamp) == [0x1000_0000 + 3600])
    }
}
