// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import RTP
import SRTP
import Testing

@testable import MediaLoop
@testable import SFU

/// Participants who take the name of another: all of them have keys of their own, and a group with the others.
@Suite("Attacks by names", .attack(18), .timeLimit(.minutes(1)))
struct SourceAttackTests {
    private static func key(_ text: String, picture: UInt16 = 1) -> [UInt8] {
        Frames.vp8(picture: picture, isKeyFrame: true, fill: Array(text.utf8))
    }

    private static func texts(_ client: AttackRig.Client, of ssrc: UInt32) -> [String] {
        client.payloads(of: ssrc).map { String(decoding: $0.dropFirst(16), as: UTF8.self) }
    }

    @Test func `two publishers with one SSRC, and one who sends the other's, stay apart`() throws {
        var rig = try AttackRig()
        let alice = try rig.publisher([Frames.track(7)])
        let mallory = try rig.publisher([Frames.track(7)])
        rig.send(Self.key("alice 0"), from: alice, ssrc: 7, sequence: 10)
        rig.send(Self.key("mallory 0"), from: mallory, ssrc: 7, sequence: 10)
        let friend = try rig.subscriber([(rig.tracks(of: alice), 90)])
        let other = try rig.subscriber([(rig.tracks(of: mallory), 91)])
        rig.turn()
        for number in 1...50 as ClosedRange<UInt16> {
            rig.send(Self.key("mallory \(number)", picture: number), from: mallory, ssrc: 7, sequence: 10 + number)
            rig.send(Self.key("alice \(number)", picture: number), from: alice, ssrc: 7, sequence: 10 + number)
            rig.turn()
        }
        #expect(Self.texts(friend, of: 90) == (0...50).map { "alice \($0)" })
        #expect(Self.texts(other, of: 91) == (0...50).map { "mallory \($0)" })
        #expect(friend.packets.allSatisfy { $0.ssrc == 90 } && other.packets.allSatisfy { $0.ssrc == 91 })
    }

    @Test func `who receives cannot send, under whatever name`() throws {
        var rig = try AttackRig()
        let alice = try rig.publisher([Frames.track(7)])
        rig.send(Self.key("0"), from: alice, ssrc: 7, sequence: 10)
        let friend = try rig.subscriber([(rig.tracks(of: alice), 90)])
        let mallory = try rig.subscriber([(rig.tracks(of: alice), 91)])
        rig.turn()
        for number in 1...50 as ClosedRange<UInt16> {
            for ssrc in [7, 90, 91, 0, .max] as [UInt32] {
                rig.send(
                    Self.key("mallory", picture: number), from: mallory, ssrc: ssrc, sequence: 11 + number)
            }
            rig.turn()
        }
        #expect(rig.state.counters.unexpectedMedia == 250)
        #expect(friend.packets.count == 1 && mallory.packets.count == 1)
        rig.send(Self.key("1", picture: 2), from: alice, ssrc: 7, sequence: 11)
        rig.turn()
        #expect(Self.texts(friend, of: 90) == ["0", "1"])
    }

    @Test func `nobody asks, reports or says farewell for another`() throws {
        var rig = try AttackRig()
        let alice = try rig.publisher([Frames.track(7)])
        let bob = try rig.publisher([Frames.track(8)])
        rig.send(Self.key("0"), from: alice, ssrc: 7, sequence: 10)
        rig.send(Self.key("0"), from: bob, ssrc: 8, sequence: 10)
        let friend = try rig.subscriber([(rig.tracks(of: alice), 90)])
        let mallory = try rig.subscriber([(rig.tracks(of: bob), 91)])
        rig.turn()
        let truth = NTPTime(unixNanoseconds: 1_800_000_000_000_000_000)
        rig.send(
            .senderReport(
                SenderReport(ssrc: 7, ntpTime: truth, rtpTimestamp: 1_000_000, packetCount: 1, octetCount: 1)),
            from: alice)
        rig.report()
        let estimate = try #require(alice.estimates.last)
        for _ in 0..<200 {
            rig.now += .milliseconds(10)
            for ssrc in [7, 90] as [UInt32] {
                // Both who receives and who publishes another stream.
                for liar in [mallory, bob] {
                    rig.send(
                        .nack(
                            GenericNACK(
                                senderSSRC: 90, mediaSSRC: ssrc, missing: (0..<100).map { SequenceNumber(2000 + $0) })),
                        from: liar)
                    rig.send(.pictureLoss(PictureLossIndication(senderSSRC: 90, mediaSSRC: ssrc)), from: liar)
                    rig.send(
                        .fullIntraRequest(
                            FullIntraRequest(
                                senderSSRC: 90,
                                entries: [.init(ssrc: ssrc, sequenceNumber: .random(in: 0...255))])),
                        from: liar)
                    rig.send(
                        .estimatedBitrate(
                            ReceiverEstimatedMaximumBitrate(senderSSRC: 90, bitrate: 1, ssrcs: [ssrc])), from: liar)
                    rig.send(
                        .receiverReport(
                            ReceiverReport(
                                senderSSRC: 90, blocks: [ReportBlock(ssrc: ssrc, fractionLost: 255, jitter: .max)])),
                        from: liar)
                    rig.send(
                        .senderReport(
                            SenderReport(
                                ssrc: ssrc, ntpTime: NTPTime(bits: 5), rtpTimestamp: 5, packetCount: 1, octetCount: 1)),
                        from: liar)
                    rig.send(.goodbye(Goodbye(ssrcs: [ssrc])), from: liar)
                }
            }
            rig.turn()
        }
        #expect(alice.pictureLosses.isEmpty)
        #expect(friend.packets.count == 1 && friend.repeated == 0)
        #expect(mallory.packets.count == 1 && mallory.repeated == 0)
        alice.reports = []
        friend.reports = []
        rig.report()
        #expect(alice.estimates.last == estimate, "another's estimate lowers what the publisher may send")
        let reports = friend.reports.compactMap { report -> SenderReport? in
            if case .senderReport(let report) = report.message { report } else { nil }
        }
        // Two seconds after the truth, at 90 kHz.
        #expect(reports.map(\.rtpTimestamp) == [1_000_000 + 180_000])
        rig.send(Self.key("1", picture: 2), from: alice, ssrc: 7, sequence: 11)
        rig.turn()
        #expect(Self.texts(friend, of: 90) == ["0", "1"])
    }

    @Test func `ten thousand SSRCs make a bounded number of tracks, and disturb neither the first nor others`() throws {
        var rig = try AttackRig()
        let mallory = try rig.publisher([Frames.simulcast()])
        let alice = try rig.publisher([Frames.track(7)])
        rig.send(Self.key("0"), from: mallory, ssrc: 1, sequence: 10, extensions: [(4, "1"), (10, "h")])
        rig.send(Self.key("0"), from: alice, ssrc: 7, sequence: 10)
        let first = try rig.subscriber([(rig.tracks(of: mallory), 90)])
        let friend = try rig.subscriber([(rig.tracks(of: alice), 91)])
        rig.turn()
        for number in 2...10_000 as ClosedRange<UInt32> {
            let rid = ["h", "l", "x", "", "h"][Int(number % 5)]
            let names: [(id: UInt8, text: String)] = [(4, number % 7 == 0 ? "9" : "1"), (10, rid)]
            rig.send(
                Self.key("spoof"), from: mallory, ssrc: number, sequence: 10, extensions: rid.isEmpty ? [] : names)
            if number % 500 == 0 {
                rig.send(
                    Self.key("\(number / 500)"), from: mallory, ssrc: 1, sequence: 10 + UInt16(number / 500))
                rig.send(Self.key("\(number / 500)"), from: alice, ssrc: 7, sequence: 10 + UInt16(number / 500))
                rig.turn()
            }
        }
        #expect(Self.texts(first, of: 90) == (0...20).map { "\($0)" })
        #expect(Self.texts(friend, of: 91) == (0...20).map { "\($0)" })
        let tracks = rig.tracks(of: mallory)
        #expect(tracks.count <= SourceBinder.maximumSources)
        #expect(rig.state.events.count <= SourceBinder.maximumSources + 1)
        #expect(rig.state.counters.unboundSources >= 10_000 - UInt64(SRTPLimits.sources))
        // The ring of each track fills as packets come: a thousand spoofed packets hold no thousand slots.
        #expect(rig.state.router.pool.taken <= SourceBinder.maximumSources * 2 + 64)
    }

    @Test func `an encoding that has its SSRC stays what it is when another claims its name`() throws {
        var rig = try AttackRig()
        let publisher = try rig.publisher([Frames.simulcast()])
        for (ssrc, rid) in [(21, "h"), (22, "l")] as [(UInt32, String)] {
            rig.send(
                Self.key("\(rid) 0"), from: publisher, ssrc: ssrc, sequence: 10, extensions: [(4, "1"), (10, rid)])
        }
        let sources = rig.tracks(of: publisher)
        let receiver = try rig.subscriber([([sources[0]], 90)])
        rig.turn()
        for number in 1...20 as ClosedRange<UInt16> {
            // A second SSRC under the name, the other encoding's SSRC under the name, and the SSRC under other names.
            for (ssrc, rid) in [(23, "h"), (22, "h"), (24, "x"), (25, "l")] as [(UInt32, String)] {
                rig.send(
                    Self.key("spoof", picture: number), from: publisher, ssrc: ssrc, sequence: 10 + number,
                    extensions: [(4, "1"), (10, rid)])
            }
            rig.send(
                Self.key("h \(number)", picture: number), from: publisher, ssrc: 21, sequence: 10 + number,
                extensions: [(4, number % 2 == 0 ? "0" : "1"), (10, number % 3 == 0 ? "l" : "x")])
            rig.turn()
        }
        #expect(Self.texts(receiver, of: 90) == (0...20).map { "h \($0)" })
        let started = try rig.state.startedTracks(of: StreamID(publisher.handle))
        #expect(started.first?.id.handle == sources[0], "the first of an encoding is the one that is given")
        #expect(started.last { $0.rid == "l" } != nil && !started.contains { $0.rid == "x" })
    }

    @Test func `an encoding that stops, and one that never brings a key frame, starve nobody else`() throws {
        var rig = try AttackRig()
        let mallory = try rig.publisher([Frames.simulcast()])
        let alice = try rig.publisher([Frames.track(7)])
        for (ssrc, rid) in [(21, "h"), (22, "l")] as [(UInt32, String)] {
            rig.send(Self.key("0"), from: mallory, ssrc: ssrc, sequence: 0, extensions: [(4, "1"), (10, rid)])
        }
        rig.send(Self.key("0"), from: alice, ssrc: 7, sequence: 0)
        let both = try rig.subscriber([(rig.tracks(of: mallory), 90), (rig.tracks(of: alice), 91)])
        rig.turn()
        mallory.reports = []
        let started = rig.now
        // The best encoding stops at once; the other one goes on and never begins a picture anew. 20 seconds.
        for number in 1...600 as ClosedRange<UInt16> {
            rig.now += .milliseconds(33)
            rig.send(
                Frames.vp8(picture: number, fill: Array("l".utf8)), from: mallory, ssrc: 22, sequence: number,
                timestamp: UInt32(number) * 3000, marker: true)
            rig.send(
                Frames.vp8(picture: number, fill: Array("\(number)".utf8)), from: alice, ssrc: 7, sequence: number,
                timestamp: UInt32(number) * 3000, marker: true)
            rig.turn()
            if number % 15 == 0 { rig.report() }
        }
        #expect(Set(both.payloads(of: 90).map { $0.last }) == [Self.key("0").last!], "nothing that cannot be decoded")
        #expect(both.payloads(of: 91).count == 601)
        let asked = mallory.pictureLosses
        #expect(asked.contains { $0.ssrc == 22 }, "the encoding that goes on is asked to begin")
        for ssrc in [21, 22] as [UInt32] {
            let moments = asked.filter { $0.ssrc == ssrc }.map(\.at)
            #expect(zip(moments, moments.dropFirst()).allSatisfy { $1 - $0 >= .milliseconds(500) })
            #expect(moments.count <= 41)
        }
        #expect(rig.now - started == .milliseconds(19_800))
        // It relents: the receiver gets a picture.
        rig.send(Self.key("l!", picture: 700), from: mallory, ssrc: 22, sequence: 601, timestamp: 601 * 3000)
        rig.turn()
        #expect(Self.texts(both, of: 90).last == "l!")
    }
}
