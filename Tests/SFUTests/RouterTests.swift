// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import SFU
import Testing

@Suite("Router: packets")
struct RouterTests {
    @Test(.row("M-19"))
    func `rewrites SSRC, payload type and index, and keeps marker, timestamp and payload`() {
        var harness = RouterHarness()
        let track = harness.audio(harness.publisher())
        _ = harness.subscriber(of: track, ssrc: 0xabcdef01, first: 500)
        #expect(
            harness.receive(track, index: 70_000, ssrc: 12, timestamp: 960, marker: true, payload: [1, 2, 3])
                == .stored)
        let sent = harness.forward()
        #expect(
            sent == [
                .init(
                    stream: RouterHarness.stream(2), ssrc: 0xabcdef01, index: 500, payloadType: 96, marker: true,
                    timestamp: 960, payload: [1, 2, 3])
            ])
        #expect(harness.forward().isEmpty)
    }

    @Test(.row("M-18"))
    func `sends nothing to a subscriber that is not connected, and asks for a key frame when it is`() {
        var harness = RouterHarness()
        let track = harness.video(harness.publisher())
        let subscriber = harness.router.addSubscriber(stream: RouterHarness.stream(2))
        let configuration = DownTrackConfiguration(source: track, ssrc: 9, payloadType: 96, firstSequenceNumber: 0)
        #expect(harness.router.addDownTrack(configuration, subscriber: subscriber) != nil)
        _ = harness.receive(track, index: 1, payload: RouterHarness.vp8(pictureID: 1, isKeyFrame: false))
        #expect(harness.forward().isEmpty)
        #expect(harness.router.pollKeyFrameRequest(now: .zero) == nil)
        harness.router.setActive(true, subscriber: subscriber)
        #expect(harness.router.pollKeyFrameRequest(now: .zero) != nil)
        _ = harness.receive(track, index: 2, payload: RouterHarness.vp8(pictureID: 2, isKeyFrame: true))
        #expect(harness.forward().count == 1)
        harness.router.setActive(false, subscriber: subscriber)
        _ = harness.receive(track, index: 3, payload: RouterHarness.vp8(pictureID: 3, isKeyFrame: false))
        #expect(harness.forward().isEmpty)
    }

    @Test func `begins a picture with its key frame`() {
        var harness = RouterHarness()
        let track = harness.video(harness.publisher())
        _ = harness.subscriber(of: track, first: 0)
        _ = harness.receive(track, index: 10, payload: RouterHarness.vp8(pictureID: 1, isKeyFrame: false))
        #expect(harness.forward().isEmpty)
        _ = harness.receive(track, index: 11, payload: RouterHarness.vp8(pictureID: 2, isKeyFrame: true))
        let rest = RouterHarness.vp8(pictureID: 2, isKeyFrame: true, startsFrame: false)
        _ = harness.receive(track, index: 12, marker: true, payload: rest)
        _ = harness.receive(track, index: 13, payload: RouterHarness.vp8(pictureID: 3, isKeyFrame: false))
        #expect(harness.forward().map(\.index) == [0, 1, 2])
    }

    @Test(.row("M-19"))
    func `gives each subscriber its own picture ids in the same payload`() {
        var harness = RouterHarness()
        let track = harness.video(harness.publisher())
        _ = harness.subscriber(of: track, number: 2)
        let payload = RouterHarness.vp8(pictureID: 0x7fff, isKeyFrame: true)
        _ = harness.receive(track, index: 1, payload: payload)
        #expect(harness.forward().map(\.payload) == [payload])
        let late = harness.subscriber(of: track, number: 3, ssrc: 98)
        #expect(harness.forward().map(\.payload) == [payload])
        let next = RouterHarness.vp8(pictureID: 0, isKeyFrame: true)
        _ = harness.receive(track, index: 2, payload: next)
        #expect(harness.forward().map(\.payload) == [next, next])
        harness.router.removeSubscriber(late)
        _ = harness.receive(track, index: 3, payload: RouterHarness.vp8(pictureID: 1, isKeyFrame: false))
        #expect(harness.forward().map(\.stream) == [RouterHarness.stream(2)])
    }

    @Test(.row("M-19"))
    func `keeps picture ids contiguous when the source jumps`() {
        var harness = RouterHarness()
        let track = harness.video(harness.publisher())
        _ = harness.subscriber(of: track, first: 0)
        _ = harness.receive(track, index: 10, payload: RouterHarness.vp8(pictureID: 100, isKeyFrame: true))
        _ = harness.receive(track, index: 11, payload: RouterHarness.vp8(pictureID: 101, isKeyFrame: false))
        _ = harness.forward()
        _ = harness.receive(track, index: 90_000, payload: RouterHarness.vp8(pictureID: 7000, isKeyFrame: true))
        let sent = harness.forward()
        #expect(sent.map(\.index) == [2])
        #expect(sent.map(\.payload) == [RouterHarness.vp8(pictureID: 102, isKeyFrame: true)])
    }

    @Test func `forwards subscriber by subscriber, packet by packet, also when the plan is smaller than the work`() {
        var harness = RouterHarness(planCapacity: 32)
        let track = harness.audio(harness.publisher())
        for number in 0..<50 as Range<UInt32> {
            _ = harness.subscriber(of: track, number: number + 10, ssrc: number + 1000, first: 0)
        }
        for index in 0..<8 as Range<UInt64> { _ = harness.receive(track, index: index, ssrc: 12, payload: [1]) }
        let sent = harness.forward()
        #expect(
            sent.map(\.stream)
                == (0..<50).flatMap { number in
                    (0..<8).map { _ in RouterHarness.stream(UInt32(number) + 10) }
                })
        #expect(sent.map(\.index) == (0..<50).flatMap { _ in Array(0..<8 as Range<UInt64>) })
    }

    @Test func `asks to forward first when a burst fills the ring`() {
        var harness = RouterHarness()
        let track = harness.audio(harness.publisher())
        _ = harness.subscriber(of: track)
        var index: UInt64 = 0
        while harness.receive(track, index: index, ssrc: 12, payload: [UInt8(truncatingIfNeeded: index)]) == .stored {
            index += 1
        }
        #expect(harness.forward().count == Int(index))
        #expect(harness.receive(track, index: index, ssrc: 12, payload: [0]) == .stored)
    }

    @Test(.attack(17))
    func `drops and counts a VP8 payload without a sound descriptor`() {
        var harness = RouterHarness()
        let track = harness.video(harness.publisher())
        _ = harness.subscriber(of: track)
        let key = RouterHarness.vp8(pictureID: 1, isKeyFrame: true)
        _ = harness.receive(track, index: 1, payload: key)
        for length in 1..<4 {
            _ = harness.receive(track, index: UInt64(2 + length), payload: Array(key.prefix(length)))
        }
        #expect(harness.router.counters.malformedPayloads == 3)
        #expect(harness.forward().count == 1)
    }

    @Test func `carries on with the others when a publisher or a subscriber goes`() {
        var harness = RouterHarness()
        let first = harness.publisher(1)
        let second = harness.publisher(5)
        let gone = harness.audio(first, ssrc: 1)
        let stays = harness.audio(second, ssrc: 2)
        let leaver = harness.subscriber(of: stays, number: 7)
        _ = harness.subscriber(of: stays, number: 8, ssrc: 2000)
        let orphan = harness.subscriber(of: gone, number: 9, ssrc: 3000)
        _ = harness.receive(gone, index: 1, payload: [1])
        harness.router.removePublisher(first)
        harness.router.removeSubscriber(leaver)
        #expect(harness.receive(gone, index: 2, payload: [1]) == .tooOld)
        _ = harness.receive(stays, index: 1, payload: [2])
        #expect(harness.forward().map(\.stream) == [RouterHarness.stream(8)])
        harness.router.removeSubscriber(orphan)
        harness.router.removeSubscriber(orphan)
    }
}
