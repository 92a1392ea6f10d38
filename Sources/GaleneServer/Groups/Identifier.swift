// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Identifiers that the server makes: 8 random bytes as unpadded base64url, like Galène's.
enum Identifier {
    static func random(using generator: inout some RandomNumberGenerator) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var bits = generator.next() as UInt64
        // 64 bits are ten characters of 6 bits and one of 4.
        let characters = (0..<11).map { _ in
            defer { bits <<= 6 }
            return alphabet[Int(bits >> 58)]
        }
        return String(decoding: characters, as: UTF8.self)
    }
}
