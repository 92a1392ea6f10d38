// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCCrypto
import RTCTestKit
import RTP
import SRTP
import Testing

@Suite("SRTP receiver", .rfc(3711, "3.3"), .row("M-39"))
struct SRTPReceiverTests {
    @Test(arguments: SRTPProfile.allCases) func `reads what the other side sends, and not what it sends itself`(
        profile: SRTPProfile
    ) throws {
        let keys = masterKeys(profile)
        for (side, peer) in [(SRTPSide.dtlsClient, SRTPSide.dtlsServer), (.dtlsServer, .dtlsClient)] {
            var sender = try SRTPSender(keys, as: side)
            var receiver = try SRTPReceiver(keys, as: peer)
            var mirror = try SRTPReceiver(keys, as: side)
            for size in [0, 1, 15, 16, 17, 1200] {
                let packet = rtpPacket(index: UInt64(size), size: size)
                let sent = sender.protectRTP(packet, index: UInt64(size))
                let protected = try #require(sent)
                #expect(protected.count == packet.count + profile.tagLength)
                let reflected = mirror.unprotect(protected).result
                #expect(reflected == .rejected(.authenticationFailed))
                let received = receiver.unprotect(protected)
                #expect(received.result == .packet(length: packet.count, index: UInt64(size)))
                #expect(received.bytes == packet)
            }
        }
    }

    @Test(.attack(14), arguments: SRTPProfile.allCases)
    func `a packet is accepted once, however often it comes`(profile: SRTPProfile) throws {
        let pair = try SRTPPair(profile)
        let packets = (0..<600).map { pair.protect(rtpPacket(index: $0), index: $0) }
        for packet in packets { try #require(pair.unprotect(packet) != .rejected(.replayed)) }
        for packet in packets { try #require(pair.unprotect(packet) == .rejected(.replayed)) }
        #expect(pair.statistics.accepted == 600)
        #expect(pair.statistics.replayed == 600)
        #expect(pair.statistics.authenticationFailed == 0)

        let control = (0..<600).map { _ in pair.protectRTCP(rtcpPacket()) }
        for packet in control { try #require(pair.unprotectRTCP(packet) != .rejected(.replayed)) }
        for packet in control { try #require(pair.unprotectRTCP(packet) == .rejected(.replayed)) }
        #expect(pair.controlStatistics.accepted == 600)
        #expect(pair.controlStatistics.replayed == 600)
    }

    @Test(.attack(14), arguments: SRTPProfile.allCases)
    func `RTCP may come reordered, but not later than the window`(profile: SRTPProfile) throws {
        let pair = try SRTPPair(profile)
        let packets = (0..<700).map { _ in pair.protectRTCP(rtcpPacket()) }
        #expect(pair.unprotectRTCP(packets[600]) == .packet(length: 12, index: 600))
        #expect(pair.unprotectRTCP(packets[89]) == .packet(length: 12, index: 89))
        #expect(pair.unprotectRTCP(packets[88]) == .rejected(.replayed))
        #expect(pair.unprotectRTCP(packets[699]) == .packet(length: 12, index: 699))
        #expect(pair.unprotectRTCP(packets[187]) == .rejected(.replayed))
        #expect(pair.unprotectRTCP(packets[599]) == .packet(length: 12, index: 599))
    }

    @Test(.attack(14), .rfc(3711, "3.3.1"), arguments: wrapStarts.filter { $0 > 0 })
    func `indices survive reordering around each wrap`(start: UInt16) throws {
        let pair = try SRTPPair(.aeadAES128GCM)
        var random = SeededRandom(seed: UInt64(start))
        // The first packet arrives first, as RFC 3711 needs it: from it the receiver knows that the counter is 0.
        let first = UInt64(start)
        #expect(pair.unprotect(pair.protect(rtpPacket(index: first), index: first)) != .rejected(.authenticationFailed))
        // Each block overlaps a wrap or comes near one; the jumps between blocks are less than half a cycle.
        var base = first
        for _ in 0..<40 {
            var block = (base + 1...base + 200).filter { _ in random.next() % 10 != 0 }
            block.shuffle(using: &random)
            for index in block {
                let packet = rtpPacket(index: index)
                let result = pair.unprotect(pair.protect(packet, index: index))
                try #require(result == .packet(length: packet.count, index: index))
            }
            base += 200 + random.next() % 20_000
        }
        #expect(base > 3 * 65536)
    }

    @Test(.attack(14)) func `a late packet from before the wrap belongs to the cycle before`() throws {
        let pair = try SRTPPair(.aes128CMHMACSHA1_80)
        for index in [UInt64(65_530), 65_537, 65_531, 65_536, 65_535] {
            let packet = rtpPacket(index: index)
            #expect(pair.unprotect(pair.protect(packet, index: index)) == .packet(length: packet.count, index: index))
        }
    }

    @Test(.attack(14)) func `a packet from below the first index fails and moves nothing`() throws {
        let pair = try SRTPPair(.aeadAES128GCM)
        #expect(pair.unprotect(pair.protect(rtpPacket(index: 2), index: 2)) != .rejected(.malformed))
        // As a sender with a roll-over counter that we missed would number it.
        let stray = pair.protect(rtpPacket(index: 3 << 16 | 65_535), index: 3 << 16 | 65_535)
        #expect(pair.unprotect(stray) == .rejected(.authenticationFailed))
        #expect(pair.unprotect(pair.protect(rtpPacket(index: 3), index: 3)) == .packet(length: 40, index: 3))
    }

    @Test(.attack(14)) func `a source that comes back cannot begin anew under the same key`() throws {
        let pair = try SRTPPair(.aeadAES128GCM)
        let early = pair.protect(rtpPacket(index: 10), index: 10)
        #expect(pair.unprotect(early) != .rejected(.replayed))
        for index in UInt64(11)..<700 { _ = pair.unprotect(pair.protect(rtpPacket(index: index), index: index)) }
        #expect(pair.unprotect(early) == .rejected(.replayed))
        // Another source with the same numbers is another matter.
        let other = rtpPacket(index: 10, ssrc: 7)
        #expect(pair.unprotect(pair.protect(other, index: 10)) == .packet(length: other.count, index: 10))
    }

    @Test(.attack(13), arguments: SRTPProfile.allCases)
    func `a flood of bad tags changes nothing but a counter`(profile: SRTPProfile) throws {
        let pair = try SRTPPair(profile)
        var random = SeededRandom(seed: 13)
        #expect(pair.unprotect(pair.protect(rtpPacket(index: 100), index: 100)) != .rejected(.malformed))
        for step in UInt64(0)..<5000 {
            // Known and unknown sources, near and far numbers, damaged and invented packets.
            var forged = pair.protect(
                rtpPacket(index: 101 + step * 97, ssrc: step % 2 == 0 ? 0xcafe_babe : UInt32(step)),
                index: 101 + step * 97)
            let position = forged.count - 1 - Int(random.next() % UInt64(forged.count - 20))
            forged[position] ^= 1 << UInt8(random.next() % 8)
            try #require(pair.unprotect(forged) == .rejected(.authenticationFailed))
            var control = pair.protectRTCP(rtcpPacket(ssrc: UInt32(step)))
            control[8] ^= 0x40
            try #require(pair.unprotectRTCP(control) == .rejected(.authenticationFailed))
        }
        #expect(pair.sourceCount == 1)
        #expect(pair.statistics.authenticationFailed == 5000)
        #expect(pair.statistics.replayed == 0)
        #expect(pair.controlStatistics.authenticationFailed == 5000)
        // The honest stream goes on where it was, as does a new one.
        for index in UInt64(101)..<200 {
            let packet = rtpPacket(index: index)
            try #require(
                pair.unprotect(pair.protect(packet, index: index)) == .packet(length: packet.count, index: index))
        }
        let other = rtpPacket(index: 1, ssrc: 2)
        #expect(pair.unprotect(pair.protect(other, index: 1)) == .packet(length: other.count, index: 1))
        #expect(pair.unprotectRTCP(pair.protectRTCP(rtcpPacket())) == .packet(length: 12, index: 5000))
    }

    @Test(.attack(15), arguments: SRTPProfile.allCases)
    func `every truncation and every flipped bit is rejected`(profile: SRTPProfile) throws {
        let pair = try SRTPPair(profile)
        let packet = pair.protect(rtpPacket(index: 5), index: 5)
        let control = pair.protectRTCP(rtcpPacket())
        for length in 0..<packet.count {
            guard case .rejected = pair.unprotect(Array(packet.prefix(length))) else {
                Issue.record("accepted \(length) of \(packet.count) bytes")
                return
            }
        }
        for length in 0..<control.count {
            guard case .rejected = pair.unprotectRTCP(Array(control.prefix(length))) else {
                Issue.record("accepted \(length) of \(control.count) bytes")
                return
            }
        }
        for bit in 0..<packet.count * 8 {
            var changed = packet
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            guard case .rejected = pair.unprotect(changed) else {
                Issue.record("accepted with bit \(bit) flipped")
                return
            }
        }
        for bit in 0..<control.count * 8 {
            var changed = control
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            guard case .rejected = pair.unprotectRTCP(changed) else {
                Issue.record("RTCP accepted with bit \(bit) flipped")
                return
            }
        }
        #expect(pair.sourceCount == 0)
        #expect(pair.unprotect(packet) == .packet(length: packet.count - profile.tagLength, index: 5))
        #expect(pair.unprotectRTCP(control) == .packet(length: 12, index: 0))
    }

    @Test(.attack(15)) func `a slot that is too small is not written`() throws {
        let keys = masterKeys(.aeadAES128GCM)
        var sender = try SRTPSender(keys, as: .dtlsClient)
        var receiver = try SRTPReceiver(keys, as: .dtlsServer)
        let clear = rtpPacket(index: 1)
        let sent = sender.protectRTP(clear, index: 1)
        let protected = try #require(sent)
        var slot = [UInt8](repeating: 0xee, count: protected.count)
        func receive(capacity: Int) -> SRTPUnprotected {
            protected.withUnsafeBytes { packet in
                slot.withUnsafeMutableBytes { slot in
                    guard let base = slot.baseAddress else { return .rejected(.malformed) }
                    return receiver.unprotect(packet, into: base, capacity: capacity)
                }
            }
        }
        let small = receive(capacity: clear.count - 1)
        #expect(small == .rejected(.malformed))
        #expect(slot.allSatisfy { $0 == 0xee })
        let enough = receive(capacity: clear.count)
        #expect(enough == .packet(length: clear.count, index: 1))
        #expect(slot.dropFirst(clear.count).allSatisfy { $0 == 0xee })
    }

    @Test func `sources beyond the limit are refused and the known ones go on`() throws {
        let pair = try SRTPPair(.aes128CMHMACSHA1_80)
        let limit = UInt32(SRTPLimits.sources)
        for ssrc in 0..<limit + 5 {
            let isRefused =
                pair.unprotect(pair.protect(rtpPacket(index: 1, ssrc: ssrc), index: 1))
                == .rejected(.tooManySources)
            #expect(isRefused == (ssrc >= limit))
            let control = pair.unprotectRTCP(pair.protectRTCP(rtcpPacket(ssrc: ssrc)))
            #expect((control == .rejected(.tooManySources)) == (ssrc >= limit))
        }
        #expect(pair.sourceCount == SRTPLimits.sources)
        #expect(pair.statistics.tooManySources == 5)
        for ssrc in 0..<limit {
            let packet = rtpPacket(index: 2, ssrc: ssrc)
            #expect(pair.unprotect(pair.protect(packet, index: 2)) == .packet(length: packet.count, index: 2))
            #expect(pair.unprotect(pair.protect(packet, index: 2)) == .rejected(.replayed))
        }
    }

    @Test(.attack(13), .attack(15)) func `no truncation, flipped bit or garbage traps`() {
        var random = SeededRandom(seed: 16)
        for packet in [rtpPacket(index: 1), rtcpPacket(), rtpPacket(index: 0xffff, size: 0)] {
            for length in 0...packet.count { Array(packet.prefix(length)).withUnsafeBytes { SRTPFuzzing.run($0) } }
            for bit in 0..<packet.count * 8 {
                var changed = packet
                changed[bit / 8] ^= 1 << UInt8(bit % 8)
                changed.withUnsafeBytes { SRTPFuzzing.run($0) }
            }
        }
        for _ in 0..<500 { random.bytes(Int(random.next() % 80)).withUnsafeBytes { SRTPFuzzing.run($0) } }
        for size in [65_519, 65_520, 65_535, 65_536] {
            ([0x80, 0xc8] + [UInt8](repeating: 0, count: size - 2)).withUnsafeBytes { SRTPFuzzing.run($0) }
        }
    }
}
