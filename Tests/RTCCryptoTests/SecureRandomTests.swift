// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCCrypto
import Testing

@Suite("Random numbers")
struct SecureRandomTests {
    @Test func `no two of many drawn numbers are equal`() {
        var random = SecureRandom()
        #expect(Set((0..<1000).map { _ in random.next() }).count == 1000)
    }

    @Test func `as many bytes are drawn as were asked for`() {
        #expect(SecureRandom.bytes(0).isEmpty)
        #expect(SecureRandom.bytes(33).count == 33)
        #expect(SecureRandom.bytes(32) != SecureRandom.bytes(32))
    }
}
