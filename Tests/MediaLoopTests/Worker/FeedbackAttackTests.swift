// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import SFU
import Testing

@testable import MediaLoop

/// Receivers that ask for too much, or say what cannot be.
@Suite("Attacks by feedback", .attack(16), .timeLimit(.minutes(1)))
struct FeedbackAttackTests {
    /// Lets publisher 7 begin, and as many receive it under the SSRCs from 90 on.
    private static func begin(
        _ rig: inout AttackRig, receivers count: UInt32
    ) throws -> (publisher: AttackRig.Client, receivers: [AttackRig.Client]) {
        let publisher = try rig.publisher([Frames.track(7)])
        rig.send(Frames.vp8(picture: 1, isKeyFrame: true), from: publisher, ssrc: 7, sequence: 0)
        var receivers: [AttackRig.Client] = []
        for number in 0..<count { receivers.append(try rig.subscriber([(rig.tracks(of: publisher), 90 + number)])) }
        rig.turn()
        return (publisher, receivers)
    }

    @Test func `a flood of requests for key frames from all receivers is two a second to the publisher`() throws {
        var rig = try AttackRig()
        let (publisher, receivers) = try Self.begin(&rig, receivers: 20)
        publisher.reports = []
        var number: UInt16 = 0
        for step in 1...500 {
            rig.now += .milliseconds(10)
            for (position, receiver) in receivers.enumerated() {
                let ssrc = 90 + UInt32(position)
                rig.send(
                    .pictureLoss(PictureLossIndication(senderSSRC: 1, mediaSSRC: ssrc)),
                    .fullIntraRequest(
                        FullIntraRequest(
                            senderSSRC: 1, entries: [.init(ssrc: ssrc, sequenceNumber: UInt8(truncatingIfNeeded: step))]
                        )
                    ), from: receiver)
            }
            // Whether the publisher answers at once, or not at all.
            if step > 250 {
                number += 1
                rig.send(
                    Frames.vp8(picture: number, isKeyFrame: true), from: publisher, ssrc: 7, sequence: number,
                    timestamp: UInt32(number) * 900)
            }
            rig.turn()
        }
        let moments = publisher.pictureLosses.map(\.at)
        #expect(zip(moments, moments.dropFirst()).allSatisfy { $1 - $0 >= .milliseconds(500) })
        // In the second half a picture begins anew before there is anything to ask for.
        #expect((5...10).contains(moments.count), "\(moments.count) in five seconds")
        #expect(rig.state.router.counters.plisReceived == 10_000)
    }

    @Test func `a flood of NACKs at most doubles what leaves for who sends them, and costs the others nothing`() throws
    {
        var rig = try AttackRig()
        let (publisher, receivers) = try Self.begin(&rig, receivers: 3)
        let villain = receivers[0]
        for millisecond in 1...3000 {
            rig.now += .milliseconds(1)
            if millisecond % 4 == 0 {
                rig.send(
                    Frames.vp8(
                        picture: UInt16(millisecond / 4), isKeyFrame: millisecond % 100 == 0,
                        fill: [UInt8](repeating: 1, count: 1000)), from: publisher, ssrc: 7,
                    sequence: UInt16(millisecond / 4), timestamp: UInt32(millisecond) * 90, marker: true)
            }
            let newest = UInt16(truncatingIfNeeded: villain.packets.last?.index ?? 0)
            var floods: [[SequenceNumber]] = []
            // First the latest ones again and again, then every number that there is, many times a second.
            if millisecond <= 2000 {
                if millisecond % 10 == 0 {
                    floods.append((0..<40 as Range<UInt16>).map { SequenceNumber(newest &- 39 &+ $0) })
                }
            } else {
                let first = UInt16(truncatingIfNeeded: millisecond) &* 1400
                floods.append((0..<1400 as Range<UInt16>).map { SequenceNumber(first &+ $0) })
            }
            for missing in floods {
                rig.send(.nack(GenericNACK(senderSSRC: 1, mediaSSRC: 90, missing: missing)), from: villain)
            }
            rig.turn()
        }
        let honest = receivers[1].bytesReceived
        #expect(receivers[1].packets.count == 751 && receivers[1].repeated == 0)
        #expect(villain.packets.count == 751 && villain.repeated > 100)
        #expect(villain.bytesReceived <= 2 * honest + 80_000, "\(villain.bytesReceived) for \(honest)")
        // Nothing of it reaches the publisher: it is asked for nothing.
        #expect(!publisher.reports.contains { if case .nack = $0.message { true } else { false } })
    }

    @Test func `absurd estimates and reports leave what the publisher is told between its bounds`() throws {
        var rig = try AttackRig()
        let (publisher, receivers) = try Self.begin(&rig, receivers: 2)
        let villain = receivers[0]
        var sequence: UInt16 = 0
        var estimates: [Int] = []
        let absurd = [
            0, 1, 1 << 17, 204_799, 204_800, 1 << 30, 1 << 31, 1 << 32, 1 << 40, 1 << 60, .max / 294, .max / 294 + 1,
            ReceiverEstimatedMaximumBitrate.maximumBitrate, .max,
        ]
        for first in absurd {
            for second in absurd {
                for (position, bitrate) in [first, second, second, first].enumerated() {
                    rig.now += .milliseconds(position == 2 ? 3100 : 130)
                    sequence &+= 1
                    rig.send(
                        Frames.vp8(
                            picture: sequence, isKeyFrame: true, layer: 0, fill: [UInt8](repeating: 1, count: 1000)),
                        from: publisher, ssrc: 7, sequence: sequence, timestamp: UInt32(sequence) &* 9000)
                    let extreme = UInt8(truncatingIfNeeded: sequence &* 51)
                    let block = ReportBlock(
                        ssrc: 90, fractionLost: extreme, cumulativeLost: position % 2 == 0 ? .min : .max,
                        highestSequenceNumber: .max, jitter: .max, lastSenderReport: .max,
                        delaySinceLastSenderReport: .max)
                    rig.send(
                        .receiverReport(ReceiverReport(senderSSRC: 1, blocks: [block])),
                        .estimatedBitrate(
                            ReceiverEstimatedMaximumBitrate(senderSSRC: 1, bitrate: bitrate, ssrcs: [90])),
                        from: villain)
                    rig.report()
                }
            }
            estimates += publisher.estimates
            publisher.reports = []
            villain.reports = []
        }
        #expect(estimates.count > 500)
        #expect(estimates.allSatisfy { (204_800...1 << 30).contains($0) }, "\(estimates.min()!)...\(estimates.max()!)")
        #expect(receivers[1].packets.count == Int(sequence) + 1)
    }
}
