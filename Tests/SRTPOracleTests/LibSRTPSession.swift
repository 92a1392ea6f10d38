// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLibSRTP
import RTCCrypto

/// One direction of libsrtp2, the oracle.
final class LibSRTPSession {
    enum Direction { case outbound, inbound }

    // Its own initialisation, once in the process.
    private static let isInitialised = srtp_init() == srtp_err_status_ok

    private var session: srtp_t?

    init(profile: SRTPProfile, masterKey: [UInt8], masterSalt: [UInt8], direction: Direction) throws {
        struct Refused: Error {}
        guard Self.isInitialised else { throw Refused() }
        var policy = srtp_policy_t()
        switch profile {
        case .aes128CMHMACSHA1_80:
            srtp_crypto_policy_set_rtp_default(&policy.rtp)
            srtp_crypto_policy_set_rtcp_default(&policy.rtcp)
        case .aeadAES128GCM:
            srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp)
            srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp)
        }
        policy.ssrc.type = direction == .outbound ? ssrc_any_outbound : ssrc_any_inbound
        policy.window_size = 512
        var key = masterKey + masterSalt
        // The pointer to the key needs to live during the call only.
        let status = key.withUnsafeMutableBufferPointer { key in
            policy.key = key.baseAddress
            return srtp_create(&session, &policy)
        }
        guard status == srtp_err_status_ok else { throw Refused() }
    }

    deinit { srtp_dealloc(session) }

    func protect(_ packet: [UInt8]) -> [UInt8]? { run(packet, room: 64, srtp_protect) }
    func unprotect(_ packet: [UInt8]) -> [UInt8]? { run(packet, room: 0, srtp_unprotect) }
    func protectRTCP(_ packet: [UInt8]) -> [UInt8]? { run(packet, room: 64, srtp_protect_rtcp) }
    func unprotectRTCP(_ packet: [UInt8]) -> [UInt8]? { run(packet, room: 0, srtp_unprotect_rtcp) }

    private func run(
        _ packet: [UInt8], room: Int,
        _ function: (srtp_t?, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int32>?) -> srtp_err_status_t
    ) -> [UInt8]? {
        var length = Int32(packet.count)
        // Aligned to 4 bytes, which libsrtp expects: arrays are to 16.
        var buffer = packet + [UInt8](repeating: 0, count: room)
        let status = buffer.withUnsafeMutableBytes { function(session, $0.baseAddress, &length) }
        return status == srtp_err_status_ok ? Array(buffer.prefix(Int(length))) : nil
    }
}
