// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCCrypto
import RTCTestKit
import RTP
import Testing

@testable import SRTP

@Suite("SRTP vectors")
struct SRTPVectorTests {
    @Test(.rfc(3711, "B.3")) func `session keys are derived from the master key`() throws {
        let keys = try SRTPKeyDerivation(
            profile: .aes128CMHMACSHA1_80, masterKey: hex("e1f97a0d3e018be0d64fa32c06de4139"),
            masterSalt: hex("0ec675ad498afeebb6960b3aabe6"))
        #expect(try hexText(keys.derive(.rtpEncryption, length: 16)) == "c61e7a93744f39ee10734afe3ff7a087")
        #expect(try hexText(keys.derive(.rtpSalt, length: 14)) == "30cbbc08863d8c85d49db34a9ae1")
        #expect(
            try hexText(keys.derive(.rtpAuthentication, length: 20)) == "cebe321f6ff7716b6fd4ab49af256a156d38baa4")
    }

    @Test(.rfc(3711, "B.2")) func `counter mode makes the key stream`() throws {
        var cipher = try AESCTR128(key: hex("2b7e151628aed2a6abf7158809cf4f3c"))
        func stream(from counter: [UInt8], _ cipher: inout AESCTR128) -> String {
            var output = [UInt8](repeating: 0, count: 48)
            let zeros = output
            counter.withUnsafeBytes { counter in
                zeros.withUnsafeBytes { zeros in
                    output.withUnsafeMutableBytes { output in
                        guard let counter = counter.baseAddress, let output = output.baseAddress else { return }
                        let succeeded = cipher.apply(counter: counter, to: zeros, into: output)
                        #expect(succeeded)
                    }
                }
            }
            return hexText(output)
        }
        let begin = stream(from: hex("f0f1f2f3f4f5f6f7f8f9fafbfcfd0000"), &cipher)
        #expect(
            begin == "e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab41e95b3bb0a2e8dd477901e4fca894c0")
        let later = stream(from: hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"), &cipher)
        #expect(
            later == "ec8cdf7398607cb0f2d21675ea9ea1e4362b7c3c6773516318a077d7fc5073ae6a2cc3787889374fbeb4c81b17ba6c44")
    }

    @Test(.rfc(2104, "2"), .rfc(2202, "3")) func `HMAC-SHA1, one context for many messages`() throws {
        let vectors: [(key: [UInt8], message: [UInt8], code: String)] = [
            ([UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8), "b617318655057264e28bc0b6fb378c8ef146be00"),
            (
                Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
                "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
            ),
            (
                [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
                "125d7342b9ac11cd91a39af48aa17b4f63f175d3"
            ),
        ]
        for (key, message, code) in vectors {
            var context = try HMACSHA1Context(key: key)
            for split in 0...message.count {
                var output = [UInt8](repeating: 0, count: HMACSHA1Context.length)
                let succeeded = output.withUnsafeMutableBytes { output in
                    guard let base = output.baseAddress else { return false }
                    return message[..<split].withUnsafeBytes { context.update($0) }
                        && message[split...].withUnsafeBytes { context.update($0) } && context.finish(base)
                }
                #expect(succeeded)
                #expect(hexText(output) == code)
            }
        }
    }

    // A vector that libsrtp's own tests carry: whole packets under AES_CM_128_HMAC_SHA1_80.
    @Test(.rfc(3711, "3")) func `counter mode protects whole packets`() throws {
        let key = hex("e1f97a0d3e018be0d64fa32c06de4139")
        let salt = hex("0ec675ad498afeebb6960b3aabe6")
        let keys = SRTPMasterKeys(
            profile: .aes128CMHMACSHA1_80, clientKey: key, clientSalt: salt, serverKey: key, serverSalt: salt)
        var sender = try SRTPSender(keys, as: .dtlsServer)
        let payload = [UInt8](repeating: 0xab, count: 16)
        let rtp = sender.protectRTP(hex("800f1234 decafbad cafebabe") + payload, index: 0x1234)
        #expect(
            rtp.map(hexText) == "800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb")
        _ = sender.protectRTCP(hex("81c8000b cafebabe") + payload)
        let rtcp = sender.protectRTCP(hex("81c8000b cafebabe") + payload)
        #expect(
            rtcp.map(hexText) == "81c8000bcafebabe7128035be487b9bdbef89041f977a5a880000001993e08cd54d6c1230798")
    }

    private func gcm(_ direction: SRTPTransform.Direction) throws -> SRTPTransform {
        try SRTPTransform(
            profile: .aeadAES128GCM, key: hex("000102030405060708090a0b0c0d0e0f"),
            salt: hex("517569642070726f2071756f"), authenticationKey: [], direction: direction)
    }

    @Test(.rfc(7714, "16.1")) func `GCM protects an RTP packet`() throws {
        let clear = hex("8040f17b 8041f8d3 5501a0b2") + Array("Gallia est omnis divisa in partes tres".utf8)
        let protected = hex(
            """
            8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f
            42a5f47a 51c7d19b 36de3adf 8833 899d7f27 beb16a91 52cf765e e4390cce
            """)
        var sender = SRTPSender(profile: .aeadAES128GCM, rtp: try gcm(.sealing), rtcp: try gcm(.sealing))
        let sent = sender.protectRTP(clear, index: 0xf17b)
        #expect(sent == protected)
        var receiver = SRTPReceiver(profile: .aeadAES128GCM, rtp: try gcm(.opening), rtcp: try gcm(.opening))
        let received = receiver.unprotect(protected)
        #expect(received.result == .packet(length: clear.count, index: 0xf17b))
        #expect(received.bytes == clear)
    }

    private let rtcpClear = hex(
        """
        81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61
        deadbeef deadbeef deadbeef deadbeef deadbeef
        """)

    @Test(.rfc(7714, "17.1")) func `GCM protects an RTCP packet`() throws {
        let protected = hex(
            """
            81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda
            4ce09b46 86303ded 0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade 800005d4
            """)
        var sender = SRTPSender(
            profile: .aeadAES128GCM, rtp: try gcm(.sealing), rtcp: try gcm(.sealing), nextControlIndex: 0x5d4)
        let sent = sender.protectRTCP(rtcpClear)
        #expect(sent == protected)
        var receiver = SRTPReceiver(profile: .aeadAES128GCM, rtp: try gcm(.opening), rtcp: try gcm(.opening))
        let received = receiver.unprotectRTCP(protected)
        #expect(received.result == .packet(length: rtcpClear.count, index: 0x5d4))
        #expect(received.bytes == rtcpClear)
    }

    @Test(.rfc(7714, "17.3"), .rfc(8827, "6.5")) func `RTCP that is authentic but in clear is refused`() throws {
        let tagged = rtcpClear + hex("841dd968 3dd78ec9 2ae58790 125f62b3 000005d4")
        var receiver = SRTPReceiver(profile: .aeadAES128GCM, rtp: try gcm(.opening), rtcp: try gcm(.opening))
        let received = receiver.unprotectRTCP(tagged)
        #expect(received.result == .rejected(.malformed))
    }

    @Test func `keys of a wrong length are refused`() {
        #expect(throws: CipherError.keyLengthInvalid) { _ = try AESGCM128Sealer(key: [1, 2, 3]) }
        #expect(throws: CipherError.keyLengthInvalid) { _ = try AESGCM128Opener(key: []) }
        #expect(throws: CipherError.keyLengthInvalid) { _ = try AESCTR128(key: [UInt8](repeating: 0, count: 17)) }
        #expect(throws: CipherError.keyLengthInvalid) {
            _ = try HMACSHA1Context(key: [UInt8](repeating: 0, count: 65))
        }
        for profile in SRTPProfile.allCases {
            let good = masterKeys(profile)
            let keys = SRTPMasterKeys(
                profile: profile, clientKey: good.clientKey, clientSalt: good.clientSalt.dropLast(),
                serverKey: good.serverKey.dropLast(), serverSalt: good.serverSalt)
            for side in [SRTPSide.dtlsClient, .dtlsServer] {
                #expect(throws: SRTPError.masterKeyInvalid) { _ = try SRTPSender(keys, as: side) }
                #expect(throws: SRTPError.masterKeyInvalid) { _ = try SRTPReceiver(keys, as: side) }
            }
        }
    }
}
