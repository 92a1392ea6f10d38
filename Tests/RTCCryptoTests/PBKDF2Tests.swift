// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCCrypto
import RTCTestKit
import Testing

@Suite("PBKDF2", .rfc(8018, "5.2"))
struct PBKDF2Tests {
    @Test(.rfc(7914, "11")) func `the key is that of the vectors`() throws {
        let once = try PBKDF2.sha256(
            password: Array("passwd".utf8), salt: Array("salt".utf8), iterations: 1, length: 64)
        #expect(
            hexText(once)
                == "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
                + "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783")
        let often = try PBKDF2.sha256(
            password: Array("Password".utf8), salt: Array("NaCl".utf8), iterations: 80_000, length: 64)
        #expect(
            hexText(often)
                == "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
                + "a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d")
    }

    @Test func `a password hashed by Galene gives the same key`() throws {
        let key = try PBKDF2.sha256(
            password: Array("swordfish".utf8), salt: hex("0011223344556677"), iterations: 4096, length: 32)
        #expect(hexText(key) == "ad18679cee07acd2653c83cea1da2cbfb77806919e16757cdbebcf2dfbf70033")
    }

    @Test func `an empty password and an empty salt give a key`() throws {
        #expect(try PBKDF2.sha256(password: [], salt: [], iterations: 1, length: 32).count == 32)
    }

    @Test(arguments: [0, -1, Int.min, Int.max, PBKDF2.maximumIterations + 1])
    func `an impossible number of iterations is an error`(iterations: Int) {
        #expect(throws: CryptoError.self) {
            try PBKDF2.sha256(password: [1], salt: [2], iterations: iterations, length: 32)
        }
    }

    @Test(arguments: [0, -1, Int.max, PBKDF2.maximumLength + 1])
    func `an impossible length is an error`(length: Int) {
        #expect(throws: CryptoError.self) {
            try PBKDF2.sha256(password: [1], salt: [2], iterations: 1, length: length)
        }
    }
}
