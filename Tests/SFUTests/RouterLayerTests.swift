// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import SFU
import Testing

/// A publisher with two simulcast encodings of VP8, and receivers that may get either.
private struct Simulcast: ~Copyable {
    var harness = RouterHarness()
    let publisher: Handle
    let high: Handle
    let low: Handle
    private var frames = 0

    static let highSSRC: UInt32 = 21
    static let lowSSRC: UInt32 = 22
    /// The encodings' clocks start apart, as browsers' do.
    static let highStart: UInt32 = 0xffff_0000
    static let lowStart: UInt32 = 1_000_000
    static let frameUnits: UInt32 = 3000

    init() {
        publisher = harness.publisher()
        func configuration(_ ssrc: UInt32, isLowest: Bool) -> UpTrackConfiguration {
            UpTrackConfiguration(
                ssrc: ssrc, codec: .vp8, acceptsPLI: true, acceptsNACK: true, acceptsREMB: true,
                isLowestEncoding: isLowest)
        }
        high = harness.router.addUpTrack(configuration(Self.highSSRC, isLowest: false), publisher: publisher)!
        low = harness.router.addUpTrack(configuration(Self.lowSSRC, isLowest: true), publisher: publisher)!
    }

    mutating func subscriber(_ number: UInt32, ssrc: UInt32 = 99) -> (subscriber: Handle, track: Handle) {
        let subscriber = harness.router.addSubscriber(stream: RouterHarness.stream(number))
        let track = harness.router.addDownTrack(
            DownTrackConfiguration(sources: [high, low], ssrc: ssrc, payloadType: 96, firstSequenceNumber: 0),
            subscriber: subscriber)!
        harness.router.setActive(true, subscriber: subscriber)
        return (subscriber, track)
    }

    /// Both encodings' next frame, one packet each, 33 ms after the last.
    mutating func frame(isKeyFrame: Bool = false, sendsHigh: Bool = true, highBytes: Int = 3000) -> [RouterHarness.Sent]
    {
        var sent: [RouterHarness.Sent] = []
        let index = UInt64(frames)
        let units = UInt32(frames) &* Self.frameUnits
        if sendsHigh {
            // Three packets of a thousand bytes: about 720 kbit/s.
            for part in 0..<3 {
                let payload =
                    RouterHarness.vp8(
                        pictureID: UInt16(5000 + frames), isKeyFrame: isKeyFrame, startsFrame: part == 0)
                    + [UInt8](repeating: 1, count: max(0, highBytes / 3 - 37))
                _ = harness.receive(
                    high, index: 1000 + index * 3 + UInt64(part), ssrc: Self.highSSRC,
                    timestamp: Self.highStart &+ units, marker: part == 2, payload: payload)
            }
        }
        let payload =
            RouterHarness.vp8(pictureID: UInt16(100 + frames), isKeyFrame: isKeyFrame)
            + [UInt8](repeating: 2, count: 350)
        _ = harness.receive(
            low, index: 70_000 + index, ssrc: Self.lowSSRC, timestamp: Self.lowStart &+ units, marker: true,
            payload: payload)
        sent = harness.forward()
        frames += 1
        harness.now = harness.now + .milliseconds(33)
        return sent
    }

    mutating func report(_ fractionLost: UInt8, from subscriber: Handle, of ssrc: UInt32 = 99) {
        var compound = RTCPCompoundBuilder()
        let block = ReportBlock(ssrc: ssrc, fractionLost: fractionLost)
        _ = compound.append(.receiverReport(ReceiverReport(senderSSRC: 5, blocks: [block])))
        harness.router.receiveReport(compound.bytes.span.bytes, fromSubscriber: subscriber, now: harness.now)
    }

    mutating func senderReports(at seconds: UInt64) {
        for (ssrc, start) in [(Self.highSSRC, Self.highStart), (Self.lowSSRC, Self.lowStart)] {
            let timestamp = start &+ UInt32(frames) &* Self.frameUnits
            var compound = RTCPCompoundBuilder()
            _ = compound.append(
                .senderReport(
                    SenderReport(
                        ssrc: ssrc, ntpTime: NTPTime(bits: seconds << 32), rtpTimestamp: timestamp, packetCount: 1,
                        octetCount: 1)))
            harness.router.receiveReport(compound.bytes.span.bytes, fromPublisher: publisher, now: harness.now)
        }
    }

    /// What happens twice a second: a report, and with it a choice.
    mutating func tick(_ subscriber: Handle) {
        _ = harness.router.report(
            toSubscriber: subscriber, now: harness.now, wallClock: WallClock(unixNanoseconds: 0, at: .zero))
    }

    /// Some seconds of frames with their ticks and reports; key frames when they are asked for.
    mutating func run(
        seconds: Int, loss: (Int64) -> UInt8, subscriber: Handle, sendsHigh: Bool = true
    ) -> [RouterHarness.Sent] {
        var all: [RouterHarness.Sent] = []
        let end = harness.now + .seconds(seconds)
        var nextTick = harness.now + .milliseconds(500)
        var nextReport = harness.now + .seconds(1)
        var bits: Int64 = 0
        while harness.now < end {
            var wantsKeyFrame = false
            while harness.router.pollKeyFrameRequest(now: harness.now) != nil { wantsKeyFrame = true }
            let sent = frame(isKeyFrame: wantsKeyFrame, sendsHigh: sendsHigh)
            bits += sent.reduce(0) { $0 + Int64($1.payload.count) * 8 }
            all += sent
            if harness.now >= nextTick {
                tick(subscriber)
                nextTick = nextTick + .milliseconds(500)
            }
            if harness.now >= nextReport {
                report(loss(bits), from: subscriber)
                bits = 0
                nextReport = nextReport + .seconds(1)
            }
        }
        return all
    }
}

/// What a path of 300 kbit/s loses of what is sent in a second.
private func narrow(_ bits: Int64) -> UInt8 { bits <= 300_000 ? 0 : UInt8(255 - 300_000 * 255 / bits) }

@Suite("Router: simulcast encodings", .row("M-13"))
struct RouterLayerTests {
    private static func isHigh(_ sent: RouterHarness.Sent) -> Bool { sent.payload.last == 1 }

    /// Contiguous numbers, contiguous pictures, and time that runs forward: what the decoder behind it needs.
    private static func expectSeamless(_ sent: [RouterHarness.Sent]) {
        var pictures: [UInt16] = []
        for (position, packet) in sent.enumerated() {
            let picture = UInt16(packet.payload[2] & 0x7f) << 8 | UInt16(packet.payload[3])
            if pictures.last != picture { pictures.append(picture) }
            guard position > 0 else { continue }
            #expect(packet.index == sent[position - 1].index + 1)
            let step = packet.timestamp &- sent[position - 1].timestamp
            // A picture of both encodings may be seen: the second one then is a 90,000th of a second later.
            #expect(step <= Simulcast.frameUnits, "at packet \(position)")
        }
        for (before, after) in zip(pictures, pictures.dropFirst()) { #expect(after == before + 1) }
    }

    private static func messages(_ compound: [UInt8]?) throws -> [RTCPMessage] {
        let bytes = compound ?? []
        return try RTCPMessage.parse(bytes.span.bytes)
    }

    private static func estimates(_ compound: [UInt8]?) throws -> [Int64] {
        try messages(compound).compactMap { message in
            if case .estimatedBitrate(let estimate) = message { Int64(estimate.bitrate) } else { nil }
        }
    }

    @Test(.row("M-16"))
    func `gives the best encoding while the path carries it`() {
        var simulcast = Simulcast()
        _ = simulcast.frame(isKeyFrame: true)
        let receiver = simulcast.subscriber(2)
        let sent = simulcast.run(seconds: 20, loss: { _ in 0 }, subscriber: receiver.subscriber)
        #expect(sent.allSatisfy(Self.isHigh))
        Self.expectSeamless(sent)
        #expect(simulcast.harness.router.counters.sourceSwitches == 0)
    }

    @Test(.row("M-28"))
    func `goes to the low encoding when the path gets narrow, without a seam, and back when it gets wide`() {
        var simulcast = Simulcast()
        _ = simulcast.frame(isKeyFrame: true)
        simulcast.senderReports(at: 100)
        let receiver = simulcast.subscriber(2)
        var sent = simulcast.run(seconds: 5, loss: { _ in 0 }, subscriber: receiver.subscriber)
        #expect(sent.last.map(Self.isHigh) == true)
        let limited = simulcast.run(seconds: 5, loss: narrow, subscriber: receiver.subscriber)
        #expect(limited.last.map(Self.isHigh) == false)
        sent += limited
        let wide = simulcast.run(seconds: 40, loss: { _ in 0 }, subscriber: receiver.subscriber)
        #expect(wide.last.map(Self.isHigh) == true)
        Self.expectSeamless(sent + wide)
    }

    @Test func `leaves a receiver with a good path alone while another one is limited`() {
        var simulcast = Simulcast()
        _ = simulcast.frame(isKeyFrame: true)
        let fast = simulcast.subscriber(2, ssrc: 98)
        let slow = simulcast.subscriber(3)
        let sent = simulcast.run(seconds: 20, loss: narrow, subscriber: slow.subscriber)
        #expect(sent.filter { $0.ssrc == 98 }.allSatisfy(Self.isHigh))
        #expect(sent.contains { $0.ssrc == 99 && !Self.isHigh($0) })
        _ = fast
    }

    @Test(.attack(18))
    func `turns to the encoding that goes on when the other one stops, and back when it starts again`() {
        var simulcast = Simulcast()
        _ = simulcast.frame(isKeyFrame: true)
        let receiver = simulcast.subscriber(2)
        var sent = simulcast.run(seconds: 3, loss: { _ in 0 }, subscriber: receiver.subscriber)
        sent += simulcast.run(seconds: 4, loss: { _ in 0 }, subscriber: receiver.subscriber, sendsHigh: false)
        #expect(sent.last.map(Self.isHigh) == false)
        sent += simulcast.run(seconds: 4, loss: { _ in 0 }, subscriber: receiver.subscriber)
        #expect(sent.last.map(Self.isHigh) == true)
        for (before, after) in zip(sent, sent.dropFirst()) { #expect(after.index == before.index + 1) }
    }

    @Test(.attack(16))
    func `estimates as high and as low as the field can say are survived, in every order`() throws {
        let absurd: [Int] = [
            0, 1, 30_000, 1 << 30, 1 << 40, 1 << 41, .max / 294, ReceiverEstimatedMaximumBitrate.maximumBitrate,
        ]
        for first in absurd {
            for second in absurd {
                var simulcast = Simulcast()
                _ = simulcast.frame(isKeyFrame: true)
                let receiver = simulcast.subscriber(2)
                _ = simulcast.run(seconds: 2, loss: { _ in 0 }, subscriber: receiver.subscriber)
                // Falling, staying low for longer than a receiver's estimate lags, rising, and staying high.
                for bitrate in [first, second, second, first, first] {
                    var compound = RTCPCompoundBuilder()
                    _ = compound.append(
                        .estimatedBitrate(
                            ReceiverEstimatedMaximumBitrate(senderSSRC: 5, bitrate: bitrate, ssrcs: [99])))
                    simulcast.harness.router.receiveReport(
                        compound.bytes.span.bytes, fromSubscriber: receiver.subscriber, now: simulcast.harness.now)
                    simulcast.tick(receiver.subscriber)
                    _ = simulcast.run(seconds: 2, loss: { _ in 0 }, subscriber: receiver.subscriber)
                }
                let report = simulcast.harness.router.report(
                    toPublisher: simulcast.publisher, now: simulcast.harness.now)
                let estimate = try #require(Self.estimates(report).first)
                #expect((204_800...1 << 30).contains(estimate), "\(first), \(second)")
            }
        }
    }

    @Test(.row("M-26"))
    func `one limited receiver does not lower what the publisher may send of the best encoding`() throws {
        func bitrate(withSlow: Bool) throws -> Int64 {
            var simulcast = Simulcast()
            _ = simulcast.frame(isKeyFrame: true)
            let fast = simulcast.subscriber(2, ssrc: 98)
            let slow = withSlow ? simulcast.subscriber(3) : fast
            for _ in 0..<30 {
                _ = simulcast.run(seconds: 1, loss: withSlow ? narrow : { _ in 0 }, subscriber: slow.subscriber)
                simulcast.report(0, from: fast.subscriber, of: 98)
            }
            let report = simulcast.harness.router.report(
                toPublisher: simulcast.publisher, now: simulcast.harness.now)
            return try #require(Self.estimates(report).first)
        }
        let alone = try bitrate(withSlow: false)
        #expect(alone > 700_000)
        #expect(try bitrate(withSlow: true) >= alone / 10 * 9)
    }

    @Test func `an encoding that nobody gets at the moment is still asked for`() throws {
        var simulcast = Simulcast()
        _ = simulcast.frame(isKeyFrame: true)
        let receiver = simulcast.subscriber(2)
        _ = simulcast.run(seconds: 8, loss: narrow, subscriber: receiver.subscriber)
        let report = simulcast.harness.router.report(toPublisher: simulcast.publisher, now: simulcast.harness.now)
        let bitrate = try #require(Self.estimates(report).first)
        #expect(bitrate >= 500_000)
    }

    @Test(.row("M-16"))
    func `changes sources when the control plane says so, at a key frame, without a seam`() {
        var simulcast = Simulcast()
        _ = simulcast.frame(isKeyFrame: true)
        simulcast.senderReports(at: 100)
        let receiver = simulcast.subscriber(2)
        var sent = simulcast.run(seconds: 1, loss: { _ in 0 }, subscriber: receiver.subscriber)
        simulcast.harness.router.setSources(
            [simulcast.low], isSpatiallyLimited: false, of: receiver.track, now: simulcast.harness.now)
        sent += simulcast.frame()
        #expect(sent.last.map(Self.isHigh) == true)
        sent += simulcast.run(seconds: 1, loss: { _ in 0 }, subscriber: receiver.subscriber)
        #expect(sent.last.map(Self.isHigh) == false)
        simulcast.harness.router.setSources(
            [simulcast.high, simulcast.low], isSpatiallyLimited: false, of: receiver.track,
            now: simulcast.harness.now)
        sent += simulcast.run(seconds: 3, loss: { _ in 0 }, subscriber: receiver.subscriber)
        #expect(sent.last.map(Self.isHigh) == true)
        Self.expectSeamless(sent)
    }

    @Test(.row("M-27"))
    func `sender reports speak of the time line that the receiver sees`() throws {
        var simulcast = Simulcast()
        _ = simulcast.frame(isKeyFrame: true)
        simulcast.senderReports(at: 100)
        let receiver = simulcast.subscriber(2)
        _ = simulcast.run(seconds: 1, loss: { _ in 0 }, subscriber: receiver.subscriber)
        simulcast.harness.router.setSources(
            [simulcast.low], isSpatiallyLimited: false, of: receiver.track, now: simulcast.harness.now)
        let sent = simulcast.run(seconds: 1, loss: { _ in 0 }, subscriber: receiver.subscriber)
        let compound = simulcast.harness.router.report(
            toSubscriber: receiver.subscriber, now: simulcast.harness.now,
            wallClock: WallClock(unixNanoseconds: 0, at: .zero))
        let report = try #require(
            try Self.messages(compound).compactMap { message -> SenderReport? in
                if case .senderReport(let report) = message { report } else { nil }
            }.first)
        let distance = Int32(bitPattern: report.rtpTimestamp &- sent.last!.timestamp)
        // The frame that came last was captured a frame's time ago.
        #expect((0...2 * Int32(Simulcast.frameUnits)).contains(distance))
    }

    @Test func `what was sent of the encoding before is not sent again in place of the new one's`() {
        var simulcast = Simulcast()
        _ = simulcast.frame(isKeyFrame: true)
        let receiver = simulcast.subscriber(2)
        let before = simulcast.run(seconds: 1, loss: { _ in 0 }, subscriber: receiver.subscriber)
        simulcast.harness.router.setSources(
            [simulcast.low], isSpatiallyLimited: false, of: receiver.track, now: simulcast.harness.now)
        let after = simulcast.run(seconds: 2, loss: { _ in 0 }, subscriber: receiver.subscriber)
        let numbers = before.suffix(3).map { UInt16(truncatingIfNeeded: $0.index) }
        simulcast.harness.nack(numbers, from: receiver.subscriber)
        #expect(simulcast.harness.forward().isEmpty)
        simulcast.harness.nack([UInt16(truncatingIfNeeded: after.last!.index)], from: receiver.subscriber)
        #expect(simulcast.harness.forward() == [after.last!])
    }
}
