// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCTestKit
import Testing

@testable import GaleneServer

/// Vectors of Openwall's crypt_blowfish, and of the protocol's documents.
@Suite("bcrypt", .row("S-44"))
struct BcryptTests {
    static let longPassword = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

    static let vectors = [
        ("swordfish", "$2a$08$f3/1CdaeUV4YQzAo0N8FXe7eFI9VjmvGgbczFqZOlkg/An3fPuJ8y"),
        ("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
        ("U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"),
        ("U*U*U", "$2a$05$" + String(repeating: "X", count: 21) + "OAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"),
        (longPassword + "chars after 72 are ignored", "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui"),
        (longPassword, "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui"),
    ]

    @Test(arguments: vectors, ["a", "b", "y"])
    func `the right password has the hash, under each of its letters`(vector: (String, String), letter: String) {
        let (password, hash) = vector
        #expect(Bcrypt.matches(password, "$2\(letter)" + hash.dropFirst(3)))
    }

    @Test(.attack(24), arguments: vectors)
    func `another does not`(password: String, hash: String) {
        for wrong in ["", "x" + password, password.uppercased() + "x", String(password.dropFirst())] {
            #expect(!Bcrypt.matches(wrong, hash), "\(wrong)")
        }
    }

    @Test(.attack(24)) func `a password does not end at a NUL`() {
        let (password, hash) = Self.vectors[0]
        #expect(!Bcrypt.matches(password + "\0", hash))
        #expect(!Bcrypt.matches(password + "\0more", hash))
        #expect(!Bcrypt.matches("\0" + password, hash))
    }

    @Test(
        .attack(27),
        arguments: [
            "", "$", "$2a$08$", "$2a$08$abc", "$2a$8$f3/1CdaeUV4YQzAo0N8FXe7eFI9VjmvGgbczFqZOlkg/An3fPuJ8yx",
            "$2x$08$f3/1CdaeUV4YQzAo0N8FXe7eFI9VjmvGgbczFqZOlkg/An3fPuJ8y",
            "$2a$03$f3/1CdaeUV4YQzAo0N8FXe7eFI9VjmvGgbczFqZOlkg/An3fPuJ8y",
            "$2a$17$f3/1CdaeUV4YQzAo0N8FXe7eFI9VjmvGgbczFqZOlkg/An3fPuJ8y",
            "$2a$31$f3/1CdaeUV4YQzAo0N8FXe7eFI9VjmvGgbczFqZOlkg/An3fPuJ8y",
            "$2a$08$f3/1CdaeUV4YQzAo0N8FX\u{0}7eFI9VjmvGgbczFqZOlkg/An3fPuJ8y",
            "$1a$08$f3/1CdaeUV4YQzAo0N8FXe7eFI9VjmvGgbczFqZOlkg/An3fPuJ8y", "$6$salt$swordfish",
            String(repeating: "$", count: 60), String(repeating: "é", count: 30),
        ])
    func `what is no hash, or would take minutes, matches nothing`(hash: String) {
        for password in ["swordfish", "", hash] { #expect(!Bcrypt.matches(password, hash)) }
    }
}
