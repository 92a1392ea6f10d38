// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCCrypto
import RTCTestKit
import SRTP
import Testing

/// A path that loses 3 packets of 100 and reorders the rest within 24 places.
private struct ReorderingPath {
    private var random: SeededRandom
    private var waiting: [(index: UInt64, bytes: [UInt8])] = []

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    mutating func pass(index: UInt64, _ bytes: [UInt8]) -> (index: UInt64, bytes: [UInt8])? {
        guard random.next() % 100 >= 3 else { return nil }
        waiting.append((index, bytes))
        guard waiting.count > 24 else { return nil }
        return waiting.swapOut(at: Int(random.next() % UInt64(waiting.count)))
    }
}

extension Array {
    /// Removes an element in constant time, without regard to order.
    fileprivate mutating func swapOut(at position: Int) -> Element {
        swapAt(position, count - 1)
        return removeLast()
    }
}

private func masterKeys(_ profile: SRTPProfile, seed: UInt64) -> SRTPMasterKeys {
    var random = SeededRandom(seed: seed)
    return SRTPMasterKeys(
        profile: profile, clientKey: random.bytes(profile.keyLength), clientSalt: random.bytes(profile.saltLength),
        serverKey: random.bytes(profile.keyLength), serverSalt: random.bytes(profile.saltLength))
}

/// Packets with what real ones have: CSRCs, an extension, several sizes, in small so that a debug build is quick.
private func rtpPacket(index: UInt64) -> [UInt8] {
    let shape = Int(index % 4)
    var packet: [UInt8] = [
        0x80 | (shape == 1 ? 0x10 : 0) | (shape == 2 ? 0x02 : 0), 96, UInt8(truncatingIfNeeded: index >> 8),
        UInt8(truncatingIfNeeded: index), 0, 1, 2, 3, 0xca, 0xfe, 0xba, 0xbe,
    ]
    if shape == 2 { packet += [0, 0, 0, 1, 0, 0, 0, 2] }
    if shape == 1 { packet += [0xbe, 0xde, 0, 1, 0x10, 0x55, 0, 0] }
    let fill = UInt8(truncatingIfNeeded: index &* 7)
    packet += [UInt8](repeating: fill, count: Int(index % 37))
    return packet
}

private func rtcpPacket(_ number: UInt32) -> [UInt8] {
    let words = Int(number % 5)
    var packet: [UInt8] = [0x80, 201, 0, UInt8(1 + words), 0xca, 0xfe, 0xba, 0xbe]
    packet += [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 4 * words)
    return packet
}

/// More than three roll-overs of a 16-bit number.
private let packetCount: UInt64 = 200_000

@Suite("SRTP against libsrtp2", .rfc(3711, "3.3"), .row("M-39"))
struct LibSRTPTests {
    @Test(arguments: SRTPProfile.allCases)
    func `libsrtp reads what we send over three roll-overs with loss and reordering`(profile: SRTPProfile) throws {
        let keys = masterKeys(profile, seed: 1)
        var sender = try SRTPSender(keys, as: .dtlsServer)
        let oracle = try LibSRTPSession(
            profile: profile, masterKey: keys.serverKey, masterSalt: keys.serverSalt, direction: .inbound)
        var path = ReorderingPath(seed: 2)
        var arrived = 0
        for index in 0..<packetCount {
            let ours = sender.protectRTP(rtpPacket(index: index), index: index)
            let protected = try #require(ours)
            guard let (index, bytes) = path.pass(index: index, protected) else { continue }
            guard oracle.unprotect(bytes) == rtpPacket(index: index) else {
                Issue.record("libsrtp disagrees on index \(index)")
                return
            }
            arrived += 1
        }
        #expect(arrived > 190_000)
    }

    @Test(arguments: SRTPProfile.allCases)
    func `we read what libsrtp sends over three roll-overs with loss and reordering`(profile: SRTPProfile) throws {
        let keys = masterKeys(profile, seed: 3)
        var receiver = try SRTPReceiver(keys, as: .dtlsServer)
        let oracle = try LibSRTPSession(
            profile: profile, masterKey: keys.clientKey, masterSalt: keys.clientSalt, direction: .outbound)
        var path = ReorderingPath(seed: 4)
        var arrived: UInt64 = 0
        for index in 0..<packetCount {
            let protected = try #require(oracle.protect(rtpPacket(index: index)))
            guard let (index, bytes) = path.pass(index: index, protected) else { continue }
            let expected = rtpPacket(index: index)
            let (result, clear) = receiver.unprotect(bytes)
            guard result == .packet(length: expected.count, index: index), clear == expected else {
                Issue.record("we disagree with libsrtp on index \(index): \(result)")
                return
            }
            arrived += 1
        }
        #expect(arrived > 190_000)
        let statistics = receiver.statistics
        #expect(statistics.accepted == arrived)
    }

    @Test(arguments: SRTPProfile.allCases)
    func `each reads the other's RTCP`(profile: SRTPProfile) throws {
        let keys = masterKeys(profile, seed: 5)
        var sender = try SRTPSender(keys, as: .dtlsClient)
        var receiver = try SRTPReceiver(keys, as: .dtlsClient)
        let inbound = try LibSRTPSession(
            profile: profile, masterKey: keys.clientKey, masterSalt: keys.clientSalt, direction: .inbound)
        let outbound = try LibSRTPSession(
            profile: profile, masterKey: keys.serverKey, masterSalt: keys.serverSalt, direction: .outbound)
        for number in 0..<UInt32(20_000) {
            let packet = rtcpPacket(number)
            let protected = sender.protectRTCP(packet)
            let ours = try #require(protected)
            try #require(inbound.unprotectRTCP(ours) == packet)
            let theirs = try #require(outbound.protectRTCP(packet))
            let (result, clear) = receiver.unprotectRTCP(theirs)
            // libsrtp's first index is 1.
            try #require(result == .packet(length: packet.count, index: UInt64(number) + 1))
            try #require(clear == packet)
        }
    }
}
