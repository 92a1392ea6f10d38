// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import MediaFlow
import RTCBase
import RTCTestKit
import RTP
import Testing

@testable import SFU

@Suite("Router: sending again", .row("M-22"))
struct RouterRetransmissionTests {
    @Test(arguments: wrapStarts)
    func `sends a packet again byte for byte, although another receiver's picture id was written into it`(
        start: UInt16
    ) {
        var harness = RouterHarness()
        let track = harness.video(harness.publisher())
        let early = harness.subscriber(of: track, number: 2, ssrc: 98, first: start)
        let base = UInt64(start)
        let key = RouterHarness.vp8(pictureID: 70, isKeyFrame: true)
        _ = harness.receive(track, index: base, timestamp: 1, marker: true, payload: key)
        _ = harness.forward()
        // A later run, whose picture ids continue at 71, and a receiver that gets them as they are.
        harness.router.setActive(false, subscriber: early)
        harness.router.setActive(true, subscriber: early)
        let late = harness.subscriber(of: track, number: 3, ssrc: 99, first: 7)
        var sent: [RouterHarness.Sent] = []
        for step in 1...100 as ClosedRange<UInt64> {
            let payload = RouterHarness.vp8(
                pictureID: UInt16(500 + step), isKeyFrame: step % 50 == 1, fill: UInt8(step))
            _ = harness.receive(
                track, index: base + 5000 + step, timestamp: UInt32(step), marker: step % 2 == 0, payload: payload)
            sent += harness.forward()
        }
        #expect(sent.count == 200)
        for (ssrc, subscriber) in [(98 as UInt32, early), (99, late)] {
            let mine = sent.filter { $0.ssrc == ssrc }
            let wanted = [mine[30], mine[31], mine[99]]
            harness.nack(wanted.map { UInt16(truncatingIfNeeded: $0.index) }, of: ssrc, from: subscriber)
            let hasWork = harness.router.hasWork
            #expect(hasWork)
            #expect(harness.forward() == wanted)
            let isDone = !harness.router.hasWork
            #expect(isDone)
        }
        let counters = harness.router.counters
        #expect(counters.nacksReceived == 2 && counters.cacheHits == 6 && counters.retransmissions == 6)
    }

    @Test func `counts what is no longer or not yet in the cache as missed, and sends nothing`() {
        var harness = RouterHarness()
        let track = harness.audio(harness.publisher())
        let subscriber = harness.subscriber(of: track, first: 0)
        for index in 0..<100 as Range<UInt64> where index != 98 {
            _ = harness.receive(track, index: index, ssrc: 12, payload: [1])
            _ = harness.forward()
        }
        harness.nack([10, 98, 100, 40_000], from: subscriber)
        #expect(harness.forward().isEmpty)
        #expect(harness.router.counters.cacheMisses == 4)
        #expect(harness.router.counters.cacheHits == 0)
    }

    @Test func `sends a packet again only once in a round trip, as reports tell it`() {
        var harness = RouterHarness()
        let publisher = harness.publisher()
        let track = harness.audio(publisher)
        let subscriber = harness.subscriber(of: track, first: 0)
        let clock = WallClock(unixNanoseconds: 1_800_000_000_000_000_000, at: .zero)
        _ = harness.receive(track, index: 0, ssrc: 12, payload: [1])
        #expect(harness.forward().count == 1)
        let origin = RouterReportTests.bytes(
            .senderReport(
                SenderReport(
                    ssrc: 12, ntpTime: NTPTime(unixNanoseconds: 5), rtpTimestamp: 0, packetCount: 1, octetCount: 1)))
        harness.router.receiveReport(origin.span.bytes, fromPublisher: publisher, now: .zero)
        _ = harness.router.report(toSubscriber: subscriber, now: .zero, wallClock: clock)
        // 100 ms on the path, 125 ms at the receiver.
        harness.now = .zero + .milliseconds(225)
        let block = ReportBlock(
            ssrc: 99, lastSenderReport: clock.ntpTime(at: .zero).compact, delaySinceLastSenderReport: 65536 / 8)
        let report = RouterReportTests.bytes(
            .receiverReport(ReceiverReport(senderSSRC: 1, blocks: [block])))
        harness.router.receiveReport(report.span.bytes, fromSubscriber: subscriber, now: harness.now)
        var resentAt: [Int] = []
        for millisecond in 0..<310 {
            harness.now = .zero + .milliseconds(300 + millisecond)
            harness.nack([0], from: subscriber)
            if !harness.forward().isEmpty { resentAt.append(millisecond) }
        }
        #expect(resentAt == [0, 75, 150, 225, 300])
    }

    @Test func `takes a packet that came late for the answer to requests that it met on the way`() {
        var harness = RouterHarness()
        let track = harness.video(harness.publisher())
        let subscriber = harness.subscriber(of: track, first: 0)
        for index in [0, 1, 3, 2] as [UInt64] {
            let payload = RouterHarness.vp8(pictureID: UInt16(index), isKeyFrame: index == 0)
            _ = harness.receive(track, index: index, timestamp: UInt32(index) * 3000, marker: true, payload: payload)
            #expect(harness.forward().count == 1)
        }
        harness.nack([1, 2], from: subscriber)
        #expect(harness.forward().map(\.index) == [1])
        #expect(harness.router.counters.retransmissionsRefused == 1)
        harness.now += .milliseconds(10)
        harness.nack([2], from: subscriber)
        #expect(harness.forward().map(\.index) == [2])
    }

    @Test(arguments: [false, true])
    func `repeats nothing from before a key frame where there is little room`(isNarrow: Bool) {
        var harness = RouterHarness()
        let track = harness.video(harness.publisher())
        let subscriber = harness.subscriber(of: track, first: 0)
        for index in 0..<6 as Range<UInt64> {
            let payload = RouterHarness.vp8(pictureID: UInt16(index), isKeyFrame: index % 3 == 0)
            _ = harness.receive(track, index: index, timestamp: UInt32(index) * 3000, marker: true, payload: payload)
        }
        #expect(harness.forward().count == 6)
        if isNarrow {
            let down = harness.router.subscribers.pointer(subscriber)!.pointee.tracks[0]
            harness.router.downTracks.pointer(down)!.pointee.control.receiveReport(
                fractionLost: 128, actual: 100_000, now: .zero)
        }
        harness.nack([1, 2, 3, 4], from: subscriber)
        #expect(harness.forward().map(\.index) == (isNarrow ? [3, 4] : [1, 2, 3, 4]))
    }

    @Test(.row("M-23"))
    func `asks for a key frame for who has lost more than may be repeated`() {
        for count in [90, 94] as [UInt16] {
            var harness = RouterHarness()
            let track = harness.video(harness.publisher())
            let subscriber = harness.subscriber(of: track, first: 0)
            let first = RouterHarness.vp8(pictureID: 0, isKeyFrame: true)
            for index in 0..<120 as Range<UInt64> {
                let payload = index == 0 ? first : first[..<4] + [UInt8](repeating: 1, count: 1020)
                _ = harness.receive(track, index: index, timestamp: UInt32(index / 30), payload: Array(payload))
                _ = harness.forward()
            }
            _ = harness.router.pollKeyFrameRequest(now: harness.now)
            harness.now += .seconds(1)
            #expect(harness.router.pollKeyFrameRequest(now: harness.now) == nil)
            // Of these, 75 may be repeated at once.
            harness.nack(Array(1...count), from: subscriber)
            #expect(harness.forward().count == 75)
            #expect((harness.router.pollKeyFrameRequest(now: harness.now) != nil) == (count > 75 + 16))
        }
    }

    @Test(.attack(16))
    func `at most doubles what a receiver gets, however much it asks for`() {
        var harness = RouterHarness()
        let track = harness.audio(harness.publisher())
        let subscriber = harness.subscriber(of: track, first: 0)
        var first = 0
        var again = 0
        for millisecond in 0..<2000 {
            harness.now = .zero + .milliseconds(millisecond)
            let payload = [UInt8](repeating: 1, count: 1000)
            _ = harness.receive(track, index: UInt64(millisecond), ssrc: 12, payload: payload)
            first += harness.forward().count
            let newest = UInt16(truncatingIfNeeded: millisecond)
            // Everything that was ever sent, in datagrams as large as they can be.
            if millisecond % 20 == 0 { harness.nack((0..<5900).map { newest &- 5900 &+ $0 }, from: subscriber) }
            harness.nack((0..<32).map { newest &- 31 &+ $0 }, from: subscriber)
            again += harness.forward().count
        }
        #expect(first == 2000)
        #expect(again <= 2000 + 64)
        #expect(harness.router.counters.nacksReceived == 2100)
        // Not even looked up.
        let counters = harness.router.counters
        #expect(counters.cacheHits + counters.cacheMisses <= 2 * UInt64(RetransmissionBudget.requests))
    }

    @Test(.attack(16))
    func `keeps no more requests than it will plan, from however many receivers`() {
        var harness = RouterHarness()
        let track = harness.audio(harness.publisher())
        var subscribers: [Handle] = []
        for number in 0..<100 as Range<UInt32> {
            subscribers.append(harness.subscriber(of: track, number: number + 10, ssrc: 1000 + number, first: 0))
        }
        for index in 0..<32 as Range<UInt64> { _ = harness.receive(track, index: index, ssrc: 12, payload: [1]) }
        _ = harness.forward()
        for (number, subscriber) in subscribers.enumerated() {
            harness.nack(Array(0..<32), of: 1000 + UInt32(number), from: subscriber)
        }
        #expect(harness.forward().count == 1024)
        #expect(harness.router.counters.retransmissionsRefused == 3200 - 1024)
    }

    @Test(.attack(16))
    func `sends nothing again for whoever asks about another's stream, or is gone`() {
        var harness = RouterHarness()
        let track = harness.audio(harness.publisher())
        let owner = harness.subscriber(of: track, ssrc: 99, first: 0)
        let stranger = harness.subscriber(of: track, number: 3, ssrc: 98, first: 0)
        _ = harness.receive(track, index: 0, ssrc: 12, payload: [1])
        #expect(harness.forward().count == 2)
        harness.nack([0], of: 99, from: stranger)
        harness.nack([0], of: 12, from: stranger)
        #expect(harness.forward().isEmpty)
        harness.nack([0], of: 99, from: owner)
        harness.router.removeSubscriber(owner)
        #expect(harness.forward().isEmpty)
    }

    @Test func `goes on where it stopped when the plan is smaller than what is to be sent again`() {
        var harness = RouterHarness(planCapacity: 32)
        let track = harness.audio(harness.publisher())
        var subscribers: [Handle] = []
        for number in 0..<5 as Range<UInt32> {
            subscribers.append(harness.subscriber(of: track, number: number + 10, ssrc: 1000 + number, first: 0))
        }
        for index in 0..<30 as Range<UInt64> { _ = harness.receive(track, index: index, ssrc: 12, payload: [1]) }
        let sent = harness.forward()
        for (number, subscriber) in subscribers.enumerated() {
            harness.nack(Array(0..<30), of: 1000 + UInt32(number), from: subscriber)
        }
        #expect(harness.forward() == sent)
    }

    /// The property on which AES-GCM depends.
    @Test(.attack(14), .row("M-19"), arguments: 0..<25 as Range<UInt64>)
    func `never sends an index twice with different bytes, whatever is lost, asked for, reset or resized`(
        seed: UInt64
    ) {
        var random = SeededRandom(seed: seed)
        var harness = RouterHarness()
        let publisher = harness.publisher()
        let track = harness.video(publisher)
        let clock = WallClock(unixNanoseconds: 1_800_000_000_000_000_000, at: .zero)
        let origin = RouterReportTests.bytes(
            .senderReport(
                SenderReport(
                    ssrc: 11, ntpTime: NTPTime(unixNanoseconds: 5), rtpTimestamp: 0, packetCount: 1, octetCount: 1)))
        harness.router.receiveReport(origin.span.bytes, fromPublisher: publisher, now: .zero)
        struct Key: Hashable { var stream: UInt32; var ssrc: UInt32; var index: UInt64 }
        var known: [Key: RouterHarness.Sent] = [:]
        var newestSent: [UInt32: UInt64] = [:]
        var repeated = 0
        var subscribers: [(handle: Handle, ssrc: UInt32, isActive: Bool)] = []
        func subscribe() {
            let number = UInt32(subscribers.count)
            let first = UInt16(truncatingIfNeeded: random.next())
            let handle = harness.subscriber(of: track, number: 2 + number, ssrc: 90 + number, first: first)
            subscribers.append((handle, 90 + number, true))
        }
        subscribe()
        subscribe()
        var position = random.next() % 70_000
        // What a replay window lets through: each index once, and none that is 512 behind.
        var used: Set<UInt64> = []
        var newest = position
        for step in 0..<3000 {
            harness.now += .milliseconds(Int64(random.next() % 6))
            switch random.next() % 400 {
            case 0: position += 1000 + random.next() % 5000
            case 1: position += 1 << 20
            case 2 where subscribers.count < 6: subscribe()
            case 3...5:
                let chosen = Int(random.next() % UInt64(subscribers.count))
                subscribers[chosen].isActive.toggle()
                harness.router.setActive(subscribers[chosen].isActive, subscriber: subscribers[chosen].handle)
            case 6...17:
                // Receivers are now far and now near, so that caches grow and shrink. A lying report says so at once.
                let isFar = random.next() % 2 == 0
                for subscriber in subscribers {
                    _ = harness.router.report(toSubscriber: subscriber.handle, now: harness.now, wallClock: clock)
                    let block = ReportBlock(
                        ssrc: subscriber.ssrc, jitter: isFar ? 90_000 : 0,
                        lastSenderReport: clock.ntpTime(at: harness.now).compact)
                    let report = RouterReportTests.bytes(
                        .receiverReport(ReceiverReport(senderSSRC: 1, blocks: [block])))
                    harness.router.receiveReport(
                        report.span.bytes, fromSubscriber: subscriber.handle, now: harness.now)
                }
                _ = harness.router.report(toPublisher: publisher, now: harness.now)
            case 18...68: position += random.next() % 40
            default: position += 1
            }
            let isLate = random.next() % 8 == 0
            let index = isLate ? position - min(position, random.next() % 300) : position
            if index + 512 > newest, used.insert(index).inserted {
                newest = max(newest, index)
                let payload = RouterHarness.vp8(
                    pictureID: UInt16(truncatingIfNeeded: random.next()) & 0x7fff, isKeyFrame: random.next() % 20 == 0,
                    fill: UInt8(truncatingIfNeeded: random.next()))
                _ = harness.receive(
                    track, index: index, timestamp: UInt32(truncatingIfNeeded: random.next()),
                    marker: random.next() % 2 == 0, payload: payload)
            }
            if step % 9 == 0 {
                for subscriber in subscribers {
                    let last = newestSent[subscriber.ssrc] ?? 0
                    let numbers = (0..<4).map { _ in UInt16(truncatingIfNeeded: last &- random.next() % 200) }
                    harness.nack(numbers, of: subscriber.ssrc, from: subscriber.handle)
                }
            }
            guard random.next() % 3 == 0 else { continue }
            for sent in harness.forward() {
                let key = Key(stream: sent.stream.index, ssrc: sent.ssrc, index: sent.index)
                if let before = known[key] {
                    repeated += 1
                    #expect(before == sent)
                } else {
                    known[key] = sent
                    newestSent[sent.ssrc] = max(newestSent[sent.ssrc] ?? 0, sent.index)
                }
            }
        }
        #expect(repeated > 50)
        #expect(harness.router.counters.cachesResized > 2)
        #expect(UInt64(repeated) == harness.router.counters.retransmissions)
    }
}
