// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import SFU
import Testing

@testable import MediaLoop

/// Payloads that lie, properly encrypted by who may send.
@Suite("Attacks by payloads", .attack(17), .timeLimit(.minutes(1)))
struct PayloadAttackTests {
    /// What an encoder sent, and what begins a picture.
    private static func samples(_ codec: Codec) -> [[UInt8]] {
        switch codec {
        case .vp8:
            [
                Frames.vp8(picture: 300, isKeyFrame: true, tl0: 3, layer: 0),
                Frames.vp8(picture: 301, startsFrame: false, tl0: 3, layer: 2, isSync: true),
            ]
        case .vp9:
            [
                Frames.vp9(picture: 300, isKeyFrame: true), Frames.vp9(picture: 301, temporal: 2, spatial: 1),
                // Flexible, with references; and a scalability structure of three layers with sizes and a picture group.
                hex("dc 8001 50 03 05 06 86 00 40 92"), hex("8a 8001 58 0140 00f0 0280 01e0 0500 03c0 01 14 01 824983"),
            ]
        case .h264: [hex("78 0004 6742e01f 0002 68ce"), hex("7c 85 b800"), hex("61 e000"), hex("79 0001 0002 6500")]
        case .av1: [hex("28 02 0800 3010"), hex("18 0800"), hex("d0 3030"), hex("30 01 10 8001 30 3010")]
        case .opus, .g722, .pcmu, .pcma: [[1]]
        }
    }

    @Test(arguments: [Codec.vp8, .vp9, .h264, .av1])
    func `what is cut, flipped or made up neither ends anything nor comes out under a wrong number`(codec: Codec) throws
    {
        var rig = try AttackRig()
        var random = SeededRandom(seed: 17)
        let mallory = try rig.publisher([Frames.track(7, codec)])
        let alice = try rig.publisher([Frames.track(8)])
        rig.send(Self.samples(codec)[0], from: mallory, ssrc: 7, sequence: 0)
        rig.send(Frames.vp8(picture: 1, isKeyFrame: true), from: alice, ssrc: 8, sequence: 0)
        let curious = try rig.subscriber([(rig.tracks(of: mallory), 90)])
        let friend = try rig.subscriber([(rig.tracks(of: alice), 91)])
        rig.turn()
        var lies: [[UInt8]] = []
        for sample in Self.samples(codec) {
            lies += (0...sample.count).map { Array(sample[..<$0]) }
            for bit in 0..<sample.count * 8 {
                var lie = sample
                lie[bit / 8] ^= 1 << UInt8(bit % 8)
                lies += [lie, Array(lie[..<min(lie.count, bit / 8 + 1)])]
            }
        }
        lies += (0..<600).map { _ in random.bytes(Int(random.next() % 40)) }
        lies += (0...255 as ClosedRange<UInt8>).map { [$0] }
        lies += [UInt8](0...255).map { [$0] + [UInt8](repeating: 0xff, count: 60) }
        for (number, lie) in lies.enumerated() {
            rig.now += .milliseconds(5)
            rig.send(
                lie, from: mallory, ssrc: 7, sequence: UInt16(truncatingIfNeeded: number + 1),
                timestamp: UInt32(truncatingIfNeeded: random.next()), marker: random.next() % 2 == 0)
            if number % 10 == 0 {
                rig.send(
                    Frames.vp8(picture: UInt16(number / 10)), from: alice, ssrc: 8, sequence: UInt16(number / 10 + 1))
            }
            // Whatever of it was forwarded is asked for again.
            if number % 7 == 0 {
                let newest = UInt16(truncatingIfNeeded: curious.packets.last?.index ?? 0)
                rig.send(
                    .nack(
                        GenericNACK(
                            senderSSRC: 1, mediaSSRC: 90,
                            missing: (0..<32 as Range<UInt16>).map { SequenceNumber(newest &- 31 &+ $0) })),
                    from: curious)
            }
            rig.turn()
            if number % 100 == 0 { rig.report() }
        }
        #expect(rig.state.router.counters.malformedPayloads > 20)
        #expect(curious.packets.count > 50 && curious.repeated > 20)
        #expect(friend.packets.count == (lies.count + 9) / 10 + 1)
        // It comes to its senses.
        let sane = Self.samples(codec)[0] + (codec == .h264 ? [0, 4, 0x65, 7, 7, 7] : [7, 7, 7])
        rig.send(sane, from: mallory, ssrc: 7, sequence: UInt16(truncatingIfNeeded: lies.count + 1))
        rig.turn()
        #expect(curious.packets.last?.payload.suffix(3) == [7, 7, 7])
    }
}
