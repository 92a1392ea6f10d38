// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCCrypto
import RTP

/// What the fuzzer and the replay of its findings call.
package enum SRTPFuzzing {
    /// Takes the bytes for protected packets, which must be rejected, and for packets in clear, which must survive
    /// protection.
    package static func run(_ bytes: UnsafeRawBufferPointer) {
        let packet = [UInt8](bytes)
        for profile in SRTPProfile.allCases {
            let key = [UInt8](repeating: 0x42, count: profile.keyLength)
            let salt = [UInt8](repeating: 0x17, count: profile.saltLength)
            let keys = SRTPMasterKeys(
                profile: profile, clientKey: key, clientSalt: salt, serverKey: key, serverSalt: salt)
            guard var sender = try? SRTPSender(keys, as: .dtlsClient),
                var receiver = try? SRTPReceiver(keys, as: .dtlsServer)
            else { preconditionFailure("the library refuses keys of the right length") }
            // An 80-bit tag is not found by a fuzzer that does not know the key.
            if case .packet = receiver.unprotect(packet).result { preconditionFailure("a forged packet is accepted") }
            if case .packet = receiver.unprotectRTCP(packet).result {
                preconditionFailure("a forged packet is accepted")
            }

            if let header = try? RTPHeader(parsingProtected: bytes),
                let protected = sender.protectRTP(packet, index: UInt64(header.sequenceNumber.rawValue))
            {
                precondition(receiver.unprotect(protected).bytes == packet, "a packet does not survive protection")
                precondition(receiver.unprotect(protected).result == .rejected(.replayed))
            }
            if packet.first.map({ $0 >> 6 == 2 }) ?? false, let protected = sender.protectRTCP(packet) {
                precondition(receiver.unprotectRTCP(protected).bytes == packet, "a packet does not survive protection")
            }
        }
    }
}
