// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import SFU
import Testing

@Suite("Router: codecs")
struct RouterCodecTests {
    /// Payloads of one codec: in the middle of a stream, at the start of a key frame, and behind that.
    struct Sample: Sendable, CustomTestStringConvertible {
        var codec: Codec
        var middle: String
        var start: String
        var rest: String
        var malformed: String
        var testDescription: String { codec.rawValue }
    }

    static let samples = [
        Sample(
            codec: .vp8, middle: "90 80 8001 11 02 00", start: "90 80 8002 10 02 00 9d012a 4001 f000",
            rest: "90 80 8003 11 02 00", malformed: "90 80"),
        Sample(
            codec: .vp9, middle: "cc 8001 86 00 40 92", start: "8c 8002 82 49 83 42", rest: "cc 8003 86 00 40 92",
            malformed: "cc 80"),
        Sample(
            codec: .h264, middle: "61 e000", start: "78 0004 6742e01f 0002 68ce", rest: "7c 85 b800", malformed: "78 00"
        ),
        Sample(
            codec: .av1, middle: "10 3030", start: "28 02 0800 3010", rest: "10 3030", malformed: "20 05 08"),
        // The frame's header is in the packet behind: a receiver begins all the same.
        Sample(codec: .av1, middle: "10 3030", start: "18 0800", rest: "10 3010", malformed: "98 3010"),
    ]

    private func track(_ codec: Codec, in harness: inout RouterHarness) -> Handle {
        let publisher = harness.publisher()
        return harness.router.addUpTrack(
            UpTrackConfiguration(ssrc: 11, codec: codec, acceptsPLI: true, acceptsREMB: true), publisher: publisher)!
    }

    @Test(.row("M-36"), arguments: samples)
    func `a picture begins with its key frame, whose bytes stay as they are`(sample: Sample) {
        var harness = RouterHarness()
        let track = track(sample.codec, in: &harness)
        _ = harness.subscriber(of: track, first: 0)
        #expect(harness.router.pollKeyFrameRequest(now: .zero) != nil)
        _ = harness.receive(track, index: 10, payload: hex(sample.middle))
        #expect(harness.forward().isEmpty)
        #expect(harness.router.keyFrameDeadline != nil)
        _ = harness.receive(track, index: 11, payload: hex(sample.start))
        _ = harness.receive(track, index: 12, marker: true, payload: hex(sample.rest))
        let sent = harness.forward()
        #expect(sent.map(\.payload) == [hex(sample.start), hex(sample.rest)])
        #expect(sent.map(\.index) == [0, 1])
        // Nobody waits any longer.
        #expect(harness.router.keyFrameDeadline == nil)
    }

    @Test(.attack(17), arguments: samples)
    func `a malformed payload is dropped and counted`(sample: Sample) {
        var harness = RouterHarness()
        let track = track(sample.codec, in: &harness)
        _ = harness.subscriber(of: track)
        _ = harness.receive(track, index: 1, payload: hex(sample.start))
        _ = harness.receive(track, index: 2, payload: hex(sample.malformed))
        #expect(harness.router.counters.malformedPayloads == 1)
        #expect(harness.forward().count == 1)
    }

    @Test(.row("M-32"), arguments: samples)
    func `padding without a payload is left out without a trace`(sample: Sample) {
        var harness = RouterHarness()
        let track = track(sample.codec, in: &harness)
        _ = harness.subscriber(of: track, first: 0)
        _ = harness.receive(track, index: 9, payload: [])
        #expect(harness.forward().isEmpty)
        for (index, payload) in [(10, sample.start), (11, ""), (12, sample.start)] as [(UInt64, String)] {
            _ = harness.receive(track, index: index, payload: hex(payload))
        }
        #expect(harness.forward().map(\.index) == [0, 1])
        #expect(harness.router.counters.malformedPayloads == 0)
    }

    @Test(.row("M-32"), arguments: samples)
    func `padding that comes late fills its place, so that it does not look lost`(sample: Sample) {
        var harness = RouterHarness()
        let track = track(sample.codec, in: &harness)
        _ = harness.subscriber(of: track, first: 0)
        for (index, payload) in [(10, sample.start), (12, sample.start), (11, "")] as [(UInt64, String)] {
            _ = harness.receive(track, index: index, payload: hex(payload))
        }
        let sent = harness.forward()
        #expect(sent.map(\.index) == [0, 2, 1])
        #expect(sent.last?.payload == [])
    }

    @Test(arguments: samples)
    func `picture ids are rewritten where there are any`(sample: Sample) {
        var harness = RouterHarness()
        let track = track(sample.codec, in: &harness)
        _ = harness.subscriber(of: track)
        _ = harness.receive(track, index: 1, payload: hex(sample.start))
        #expect(harness.router.fill(&harness.plan, now: .zero))
        #expect(harness.plan.count == 1)
        let bits = harness.plan.entry(0).pointee.pictureIDBits
        #expect(bits == (sample.codec == .vp8 || sample.codec == .vp9 ? 15 : 0))
    }
}
