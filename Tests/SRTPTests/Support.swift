// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCCrypto
import RTCTestKit
import RTP

@testable import SRTP

/// The starts from which scenarios with numbers that wrap are run.
let wrapStarts: [UInt16] = [0, 1, 127, 128, 255, 32767, 32768, 65534, 65535]

func masterKeys(_ profile: SRTPProfile, seed: UInt64 = 1) -> SRTPMasterKeys {
    var random = SeededRandom(seed: seed)
    return SRTPMasterKeys(
        profile: profile, clientKey: random.bytes(profile.keyLength), clientSalt: random.bytes(profile.saltLength),
        serverKey: random.bytes(profile.keyLength), serverSalt: random.bytes(profile.saltLength))
}

/// Two sources, one sequence number, some payload.
func rtpPacket(index: UInt64, ssrc: UInt32 = 0xcafe_babe, size: Int = 20) -> [UInt8] {
    RTPPacket(
        payloadType: 96, sequenceNumber: SequenceNumber(UInt16(truncatingIfNeeded: index)), timestamp: 1, ssrc: ssrc,
        extensionElements: [.init(id: 4, value: [0x30])],
        payload: [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: size)
    ).bytes
}

func rtcpPacket(ssrc: UInt32 = 0xcafe_babe, media: UInt32 = 1) -> [UInt8] {
    var writer = ByteWriter()
    PictureLossIndication(senderSSRC: ssrc, mediaSSRC: media).write(into: &writer)
    return writer.bytes
}

/// The two ends of a path, for `#expect`, which cannot hold a noncopyable value.
final class SRTPPair {
    private var sender: SRTPSender
    private var receiver: SRTPReceiver

    init(_ profile: SRTPProfile, seed: UInt64 = 1) throws {
        let keys = masterKeys(profile, seed: seed)
        sender = try SRTPSender(keys, as: .dtlsClient)
        receiver = try SRTPReceiver(keys, as: .dtlsServer)
    }

    func protect(_ packet: [UInt8], index: UInt64) -> [UInt8] { sender.protectRTP(packet, index: index) ?? [] }
    func protectRTCP(_ packet: [UInt8]) -> [UInt8] { sender.protectRTCP(packet) ?? [] }
    func unprotect(_ packet: [UInt8]) -> SRTPUnprotected { receiver.unprotect(packet).result }
    func unprotectRTCP(_ packet: [UInt8]) -> SRTPUnprotected { receiver.unprotectRTCP(packet).result }
    func clear(_ packet: [UInt8]) -> [UInt8] { receiver.unprotect(packet).bytes }

    var statistics: SRTPReceiverStatistics { receiver.statistics }
    var controlStatistics: SRTPReceiverStatistics { receiver.controlStatistics }
    var sourceCount: Int { receiver.sourceCount }
}
