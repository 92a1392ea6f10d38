// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCCrypto
import RTCTestKit
import Testing

@testable import SRTP

@Suite("SRTP sender", .rfc(3711, "9.2"), .row("M-39"))
struct SRTPSenderTests {
    private func sender(
        _ profile: SRTPProfile, nextControlIndex: UInt32 = 0, packetCount: UInt64 = 0
    ) throws -> SRTPSender {
        let derivation = try SRTPKeyDerivation(masterKeys(profile), side: .dtlsClient)
        return SRTPSender(
            profile: profile, rtp: try SRTPTransform(derivation, use: .rtp, direction: .sealing),
            rtcp: try SRTPTransform(derivation, use: .rtcp, direction: .sealing), nextControlIndex: nextControlIndex,
            packetCount: packetCount)
    }

    @Test(arguments: SRTPProfile.allCases) func `an index that is used up is refused`(profile: SRTPProfile) throws {
        var sender = try sender(profile)
        let last = sender.protectRTP(rtpPacket(index: 0xffff), index: SRTPLimits.packets - 1)
        #expect(last != nil)
        let beyond = sender.protectRTP(rtpPacket(index: 0), index: SRTPLimits.packets)
        #expect(beyond == nil)
    }

    @Test(arguments: SRTPProfile.allCases) func `a key that is used up is refused`(profile: SRTPProfile) throws {
        var sender = try sender(profile, packetCount: SRTPLimits.packets - 1)
        let last = sender.protectRTP(rtpPacket(index: 0), index: 0)
        #expect(last != nil)
        let beyond = sender.protectRTP(rtpPacket(index: 1), index: 1)
        #expect(beyond == nil)
    }

    @Test(arguments: SRTPProfile.allCases) func `RTCP ends with its 31 bits of index`(profile: SRTPProfile) throws {
        var sender = try sender(profile, nextControlIndex: SRTPLimits.controlPackets - 1)
        var receiver = try SRTPReceiver(masterKeys(profile), as: .dtlsServer)
        let sent = sender.protectRTCP(rtcpPacket())
        let last = try #require(sent)
        let received = receiver.unprotectRTCP(last)
        #expect(received.result == .packet(length: 12, index: UInt64(SRTPLimits.controlPackets) - 1))
        let beyond = sender.protectRTCP(rtcpPacket())
        #expect(beyond == nil)
    }

    @Test(arguments: SRTPProfile.allCases) func `a retransmission is byte for byte what was sent`(
        profile: SRTPProfile
    ) throws {
        var sender = try sender(profile)
        let first = sender.protectRTP(rtpPacket(index: 70_000), index: 70_000)
        for index in UInt64(70_001)..<70_100 { _ = sender.protectRTP(rtpPacket(index: index), index: index) }
        let again = sender.protectRTP(rtpPacket(index: 70_000), index: 70_000)
        #expect(first == again)
        // The same packet a cycle later is another packet.
        let later = sender.protectRTP(rtpPacket(index: 70_000), index: 70_000 + 65536)
        #expect(later != first)
    }

    @Test(arguments: SRTPProfile.allCases) func `a payload is taken from elsewhere or in place, with the same result`(
        profile: SRTPProfile
    ) throws {
        var sender = try sender(profile)
        let clear = rtpPacket(index: 9, size: 100)
        let expected = sender.protectRTP(clear, index: 9)
        var slot = Array(clear.prefix(20)) + [UInt8](repeating: 0, count: 100 + profile.tagLength)
        let payload = Array(clear.dropFirst(20))
        let length = payload.withUnsafeBytes { payload in
            slot.withUnsafeMutableBytes { slot in
                slot.baseAddress.flatMap {
                    sender.protect(
                        headerLength: 20, payload: payload, ssrc: 0xcafe_babe, index: 9, into: $0, capacity: slot.count)
                }
            }
        }
        #expect(length == slot.count)
        #expect(slot == expected)
    }

    @Test(arguments: SRTPProfile.allCases) func `a slot without room for the tag is refused and not written`(
        profile: SRTPProfile
    ) throws {
        var sender = try sender(profile)
        var slot = [UInt8](repeating: 0xee, count: 64)
        let payload = [UInt8](repeating: 1, count: 20)
        for (header, capacity) in [(12, 32 + profile.tagLength - 1), (11, 64), (-1, 64), (.max, 64)] {
            let length = payload.withUnsafeBytes { payload in
                slot.withUnsafeMutableBytes { slot in
                    slot.baseAddress.flatMap {
                        sender.protect(
                            headerLength: header, payload: payload, ssrc: 1, index: 1, into: $0, capacity: capacity)
                    }
                }
            }
            #expect(length == nil)
        }
        let control = payload.withUnsafeBytes { payload in
            slot.withUnsafeMutableBytes { slot in
                slot.baseAddress.flatMap { sender.protectRTCP(payload, into: $0, capacity: 24) }
            }
        }
        #expect(control == nil)
        #expect(slot.allSatisfy { $0 == 0xee })
        #expect(sender.packetCount == 0)
        #expect(sender.nextControlIndex == 0)
    }

    @Test func `an RTCP packet without a source is refused`() throws {
        var sender = try sender(.aeadAES128GCM)
        let short = sender.protectRTCP([0x80, 201, 0, 0, 1, 2, 3])
        #expect(short == nil)
        let empty = sender.protectRTCP([])
        #expect(empty == nil)
    }
}
