// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCCrypto
import RTCTestKit
import Testing

@Suite("SRTP master keys")
struct SRTPMasterKeysTests {
    @Test(.attack(30)) func `no way of printing them shows a byte`() {
        let secret = [UInt8](repeating: 222, count: 16)
        let keys = SRTPMasterKeys(
            profile: .aeadAES128GCM, clientKey: secret, clientSalt: secret, serverKey: secret, serverSalt: secret)
        var dumped = ""
        dump(keys, to: &dumped)
        for text in ["\(keys)", String(reflecting: keys), String(describing: [keys]), dumped] {
            #expect(!text.contains("222"))
        }
    }
}
