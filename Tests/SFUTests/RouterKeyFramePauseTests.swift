// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
import RTCBase
import RTCTestKit
import RTP
import Testing

@testable import SFU

/// A publisher of two encodings that answers each request with a key frame, and twelve receivers whose choices the test makes.
private struct Choices: ~Copyable {
    var harness = RouterHarness()
    let high: Handle
    let low: Handle
    var receivers: [(subscriber: Handle, track: Handle)] = []
    /// When key frames of the larger picture were asked for.
    var requests: [Instant] = []
    private var pictures: UInt16 = 0

    init() {
        let publisher = harness.publisher()
        high = harness.video(publisher, ssrc: 11)
        low = harness.video(publisher, ssrc: 12)
        picture(isHighKey: true, isLowKey: true)
        for number in 0..<12 as Range<UInt32> {
            let subscriber = harness.router.addSubscriber(stream: RouterHarness.stream(10 + number))
            let track = harness.router.addDownTrack(
                DownTrackConfiguration(sources: [high, low], ssrc: 99, payloadType: 96, firstSequenceNumber: 100),
                subscriber: subscriber)!
            harness.router.setActive(true, subscriber: subscriber)
            receivers.append((subscriber, track))
        }
    }

    private mutating func picture(isHighKey: Bool, isLowKey: Bool) {
        pictures += 1
        for (track, isKey) in [(high, isHighKey), (low, isLowKey)] {
            _ = harness.receive(
                track, index: UInt64(pictures), timestamp: UInt32(pictures) * 3600, marker: true,
                payload: RouterHarness.vp8(pictureID: pictures, isKeyFrame: isKey))
        }
        _ = harness.forward()
    }

    /// - Parameter choose: is given the tenth of a second.
    mutating func run(tenths: Int, choose: (Int, inout Choices) -> Void) {
        for tenth in 0..<tenths {
            choose(tenth, &self)
            harness.now += .milliseconds(50)
            var isHighKey = false
            var isLowKey = false
            while let feedback = harness.router.pollFeedback(now: harness.now) {
                for message in (try? RTCPMessage.parse(feedback.message.span.bytes)) ?? [] {
                    guard case .pictureLoss(let request) = message else { continue }
                    if request.mediaSSRC == 12 { isLowKey = true }
                    guard request.mediaSSRC == 11 else { continue }
                    isHighKey = true
                    requests.append(harness.now)
                }
            }
            picture(isHighKey: isHighKey, isLowKey: isLowKey)
            harness.now += .milliseconds(50)
        }
    }

    func source(of receiver: Int) -> Handle {
        harness.router.downTracks.pointer(receivers[receiver].track)!.pointee.source
    }

    /// What a path that has become narrow, or wide again, comes to.
    mutating func choose(_ source: Handle, for receiver: Int) {
        let down = harness.router.downTracks.pointer(receivers[receiver].track)!
        down.pointee.control = LayerControl()
        if source == low { down.pointee.control.receiveReport(fractionLost: 255, actual: 30_000, now: harness.now) }
        down.pointee.ceiling = nil
        harness.router.adjustLayers(of: receivers[receiver].track, now: harness.now)
    }
}

@Suite("Router: key frames for some that all pay for")
struct RouterKeyFramePauseTests {
    @Test func `twelve receivers that try a larger picture share a key frame every eight seconds`() {
        var choices = Choices()
        // Each tries for two seconds of ten, at its own times.
        choices.run(tenths: 1200) { tenth, choices in
            for receiver in 0..<12 {
                switch (tenth + 8 * receiver) % 100 {
                case 0: choices.choose(choices.low, for: receiver)
                case 80: choices.choose(choices.high, for: receiver)
                default: continue
                }
            }
        }
        #expect(choices.requests.count >= 10 && choices.requests.count <= 16, "\(choices.requests.count) in 120 s")
    }

    @Test func `who waits for one gets it with the next, and all who wait get it`() {
        var choices = Choices()
        choices.run(tenths: 10) { _, choices in for receiver in 0..<6 { choices.choose(choices.low, for: receiver) } }
        #expect((0..<6).allSatisfy { choices.source(of: $0) == choices.low })
        choices.run(tenths: 10) { _, choices in for receiver in 0..<6 { choices.choose(choices.high, for: receiver) } }
        #expect((0..<6).allSatisfy { choices.source(of: $0) == choices.low })
        choices.run(tenths: 65) { _, choices in for receiver in 0..<6 { choices.choose(choices.high, for: receiver) } }
        #expect((0..<6).allSatisfy { choices.source(of: $0) == choices.high })
        #expect(choices.requests.count == 1)
    }

    @Test func `until then it gets all of what it has; and of what is too much as little as it can`() {
        var choices = Choices()
        func target(_ choices: inout Choices) -> Layers {
            choices.harness.router.downTracks.pointer(choices.receivers[0].track)!.pointee.selector.target
        }
        choices.run(tenths: 5) { _, _ in }
        choices.choose(choices.low, for: 0)
        #expect(choices.source(of: 0) == choices.high)
        #expect(target(&choices) == Layers(spatial: 7, temporal: 0))
        choices.run(tenths: 2) { _, _ in }
        #expect(choices.source(of: 0) == choices.low)
        #expect(target(&choices) == Layers.base)
        choices.choose(choices.high, for: 0)
        #expect(choices.source(of: 0) == choices.low)
        #expect(target(&choices) == Layers.base)
        choices.run(tenths: 90) { _, choices in choices.choose(choices.high, for: 0) }
        #expect(choices.source(of: 0) == choices.high)
        #expect(target(&choices) == .all)
    }

    @Test func `a smaller picture, one that is asked for and a newcomer wait for nothing`() {
        var choices = Choices()
        choices.run(tenths: 5) { _, _ in }
        choices.choose(choices.low, for: 0)
        choices.run(tenths: 2) { _, _ in }
        #expect(choices.source(of: 0) == choices.low)
        #expect(choices.requests.isEmpty)
        choices.harness.router.downTracks.pointer(choices.receivers[0].track)!.pointee.control = LayerControl()
        choices.harness.router.setSources(
            [choices.high, choices.low], isSpatiallyLimited: false, of: choices.receivers[0].track,
            now: choices.harness.now)
        choices.run(tenths: 2) { _, _ in }
        #expect(choices.source(of: 0) == choices.high)
        #expect(choices.requests.count == 1)
    }
}
