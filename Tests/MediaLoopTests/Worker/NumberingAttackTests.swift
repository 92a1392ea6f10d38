// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCCrypto
import RTCTestKit
import RTP
import SFU
import Testing

@testable import MediaLoop

/// A publisher who numbers its packets to make the server use an index twice: with AES-GCM two packets under one index
/// give the key stream away, and with it everything that is sent under that key.
///
/// ``AttackRig/turn()`` opens every packet that leaves, and compares those whose index has been there.
@Suite("Attacks by numbering", .attack(11), .rfc(3711, "9.1"), .timeLimit(.minutes(2)))
struct NumberingAttackTests {
    /// A publisher of two simulcast encodings that keeps to nothing.
    private struct Liar {
        var random: SeededRandom
        var codec: Codec
        /// Of each encoding: where its numbers are, and its picture's.
        var positions: [UInt16]
        var picture: UInt16 = 0
        var ssrcs: [UInt32] = [11, 12]
        var nextSSRC: UInt32 = 100

        mutating func frame(_ number: Int) -> [UInt8] {
            let isKeyFrame = random.next() % 12 == 0
            if random.next() % 2 == 0 { picture &+= UInt16(truncatingIfNeeded: random.next() % 3) }
            if random.next() % 50 == 0 { picture = UInt16(truncatingIfNeeded: random.next()) }
            let fill = random.bytes(Int(random.next() % 40) + 1)
            let layer = isKeyFrame ? 0 : UInt8(random.next() % 3)
            let tl0 = UInt8(truncatingIfNeeded: random.next() % 100 == 0 ? random.next() : UInt64(number))
            if codec == .vp9 {
                return Frames.vp9(
                    picture: picture, isKeyFrame: isKeyFrame, tl0: tl0, temporal: layer,
                    spatial: UInt8(random.next() % 2), isSwitchPoint: random.next() % 3 == 0, fill: fill)
            }
            return Frames.vp8(
                picture: picture, isKeyFrame: isKeyFrame, startsFrame: random.next() % 3 != 0, tl0: tl0, layer: layer,
                isSync: random.next() % 3 == 0, fill: fill)
        }

        /// Where the next packet of an encoding claims to be.
        mutating func sequence(_ encoding: Int) -> UInt16 {
            let position = positions[encoding]
            switch random.next() % 60 {
            case 0: positions[encoding] = UInt16(truncatingIfNeeded: random.next())
            case 1: positions[encoding] = position &+ 3001 &+ UInt16(random.next() % 10)
            case 2: positions[encoding] = position &+ 32_767
            case 3: positions[encoding] = position &- UInt16(random.next() % 600)
            case 4: positions[encoding] = 65_530
            case 5: positions[encoding] = 0
            case 6...9: return position
            case 10...16: return position &- UInt16(random.next() % 140)
            case 17...24: positions[encoding] = position &+ UInt16(random.next() % 40)
            default: positions[encoding] = position &+ 1
            }
            return positions[encoding]
        }
    }

    @Test(
        arguments: [SRTPProfile.aeadAES128GCM, .aes128CMHMACSHA1_80],
        [(Codec.vp8, 0..<5), (.vp9, 8..<12)] as [(Codec, Range<UInt64>)])
    func `jumps, restarts, repetitions and wraps never make the server encrypt two packets under one index`(
        profile: SRTPProfile, run: (codec: Codec, seeds: Range<UInt64>)
    ) throws {
        var forwarded = 0
        var repeated = 0
        var switches: UInt64 = 0
        for seed in run.seeds {
            let rig = try lie(profile: profile, codec: run.codec, seed: seed)
            forwarded += rig.forwarded
            repeated += rig.repeated
            switches += rig.switches
        }
        #expect(forwarded > 700 && repeated > 100 && switches > 3, "\(forwarded), \(repeated), \(switches)")
    }

    private func lie(
        profile: SRTPProfile, codec: Codec, seed: UInt64
    ) throws -> (forwarded: Int, repeated: Int, switches: UInt64) {
        var rig = try AttackRig(profile: profile)
        let publisher = try rig.publisher([Frames.simulcast(["h", "l"], codec)])
        var liar = Liar(
            random: SeededRandom(seed: seed), codec: codec,
            positions: [UInt16(truncatingIfNeeded: seed &* 9000), 65_400])
        let key =
            codec == .vp9 ? Frames.vp9(picture: 1, isKeyFrame: true) : Frames.vp8(picture: 1, isKeyFrame: true)
        for (encoding, rid) in ["h", "l"].enumerated() {
            rig.send(
                key, from: publisher, ssrc: liar.ssrcs[encoding], sequence: liar.positions[encoding],
                extensions: [(4, "1"), (10, rid)])
        }
        let sources = rig.tracks(of: publisher)
        try #require(sources.count == 2)
        var receivers: [AttackRig.Client] = []
        for number in 0..<4 as Range<UInt32> { receivers.append(try rig.subscriber([(sources, 1000 + number)])) }
        var isActive = [true, true, true, true]

        for step in 0..<1500 {
            rig.now += .milliseconds(Int64(liar.random.next() % 12))
            let encoding = Int(liar.random.next() % 2)
            // Another SSRC in the middle, under the encoding's name; the former goes on, too.
            if liar.random.next() % 500 == 0 {
                liar.nextSSRC += 1
                rig.send(
                    key, from: publisher, ssrc: liar.nextSSRC, sequence: liar.positions[encoding],
                    extensions: [(4, "1"), (10, encoding == 0 ? "h" : "l")])
            }
            rig.send(
                liar.frame(step), from: publisher, ssrc: liar.ssrcs[encoding], sequence: liar.sequence(encoding),
                timestamp: UInt32(truncatingIfNeeded: liar.random.next() % 20 == 0 ? liar.random.next() : UInt64(step)),
                marker: liar.random.next() % 2 == 0)
            let chosen = Int(liar.random.next() % UInt64(receivers.count))
            let receiver = receivers[chosen]
            switch liar.random.next() % 300 {
            case 0:
                isActive[chosen].toggle()
                rig.state.router.setActive(isActive[chosen], subscriber: receiver.router)
            case 1, 2:
                // What the control plane does when the receiver asks for less, or the publisher ends an encoding.
                let choice = [[sources[0]], [sources[1]], sources][Int(liar.random.next() % 3)]
                rig.state.router.setSources(
                    choice, isSpatiallyLimited: liar.random.next() % 2 == 0, of: receiver.tracks[0], now: rig.now)
            case 3...12:
                let block = ReportBlock(
                    ssrc: 1000 + UInt32(chosen), fractionLost: UInt8(truncatingIfNeeded: liar.random.next()),
                    jitter: liar.random.next() % 2 == 0 ? 90_000 : 0)
                rig.send(.receiverReport(ReceiverReport(senderSSRC: 1, blocks: [block])), from: receiver)
            case 13...22:
                let estimate = ReceiverEstimatedMaximumBitrate(
                    senderSSRC: 1, bitrate: Int(liar.random.next() % 2_000_000), ssrcs: [1000 + UInt32(chosen)])
                rig.send(.estimatedBitrate(estimate), from: receiver)
            case 23...30:
                let ntp = NTPTime(bits: liar.random.next())
                rig.send(
                    .senderReport(
                        SenderReport(
                            ssrc: liar.ssrcs[encoding], ntpTime: ntp,
                            rtpTimestamp: UInt32(truncatingIfNeeded: liar.random.next()), packetCount: 1,
                            octetCount: 1)),
                    from: publisher)
            case 31...120:
                let newest = receiver.packets.last?.index ?? 0
                let missing = (0..<6).map { _ in
                    SequenceNumber(UInt16(truncatingIfNeeded: newest &- liar.random.next() % 150))
                }
                rig.send(
                    .nack(GenericNACK(senderSSRC: 1, mediaSSRC: 1000 + UInt32(chosen), missing: missing)),
                    from: receiver)
            default: break
            }
            if liar.random.next() % 3 == 0 { rig.turn() }
            if step % 60 == 59 { rig.report() }
        }
        rig.turn()
        return (
            receivers.reduce(0) { $0 + $1.packets.count }, receivers.reduce(0) { $0 + $1.repeated },
            rig.state.router.counters.sourceSwitches
        )
    }

    @Test(arguments: [SRTPProfile.aeadAES128GCM, .aes128CMHMACSHA1_80])
    func `a publisher that repeats a number with other bytes is forwarded once`(profile: SRTPProfile) throws {
        var rig = try AttackRig(profile: profile)
        let publisher = try rig.publisher([Frames.track(7)])
        rig.send(Frames.vp8(picture: 1, isKeyFrame: true), from: publisher, ssrc: 7, sequence: 500)
        let receiver = try rig.subscriber([(rig.tracks(of: publisher), 99)])
        rig.turn()
        let first = receiver.packets
        #expect(first.count == 1)
        for number in 0..<200 as Range<UInt16> {
            // The very number, and those that one lap, a jump and a return lead back to it.
            rig.send(
                Frames.vp8(picture: 2 + number, isKeyFrame: true, fill: [UInt8(number)]), from: publisher, ssrc: 7,
                sequence: 500)
            rig.turn()
        }
        #expect(receiver.packets == first)
        // Three laps around the numbers, each of which passes 500 again.
        for lap in 0..<3 as Range<UInt16> {
            for step in 1...4 as ClosedRange<UInt16> {
                rig.send(
                    Frames.vp8(picture: 300 + lap * 4 + step, isKeyFrame: true), from: publisher, ssrc: 7,
                    sequence: 500 &+ step &* 16_384)
                rig.turn()
            }
        }
        #expect(receiver.packets.count == 13)
        // A jump is no gap to the receiver: there is nothing to wait for.
        #expect(receiver.packets.map(\.index) == (0..<13).map { receiver.packets[0].index + $0 })
    }

    @Test func `a receiver's own numbers wrap while the publisher jumps`() throws {
        var rig = try AttackRig()
        let publisher = try rig.publisher([Frames.track(7)])
        rig.send(Frames.vp8(picture: 1, isKeyFrame: true), from: publisher, ssrc: 7, sequence: 0)
        let receiver = try rig.subscriber([(rig.tracks(of: publisher), 99)])
        rig.turn()
        // Gaps of 3000 are passed on as gaps, so that 60 of them are three laps.
        var sequence: UInt16 = 0
        for number in 1...66 as ClosedRange<UInt16> {
            sequence &+= 3000
            rig.send(Frames.vp8(picture: number, isKeyFrame: true), from: publisher, ssrc: 7, sequence: sequence)
            rig.turn()
        }
        let indices = receiver.packets.map(\.index)
        #expect(indices.count == 67)
        #expect(zip(indices, indices.dropFirst()).allSatisfy { $0 + 3000 == $1 })
        #expect(indices.last! - indices[0] == 198_000)
    }
}
