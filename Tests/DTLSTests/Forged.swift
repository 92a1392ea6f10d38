// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Records as an attacker writes them, without keys.
enum Forged {
    static func record(
        type: UInt8, version: UInt16 = 0xfefd, epoch: UInt16 = 0, sequenceNumber: UInt64 = 0, length: Int? = nil,
        _ body: [UInt8]
    ) -> [UInt8] {
        let length = length ?? body.count
        var bytes = [type, UInt8(version >> 8), UInt8(truncatingIfNeeded: version)]
        bytes += [UInt8(epoch >> 8), UInt8(truncatingIfNeeded: epoch)]
        bytes += (0..<6).reversed().map { UInt8(truncatingIfNeeded: sequenceNumber >> ($0 * 8)) }
        bytes += [UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length)]
        return bytes + body
    }

    static func message(
        type: UInt8, length: Int, sequenceNumber: UInt16 = 0, offset: Int = 0, fragmentLength: Int? = nil,
        _ fragment: [UInt8]
    ) -> [UInt8] {
        func threeBytes(_ value: Int) -> [UInt8] {
            [
                UInt8(truncatingIfNeeded: value >> 16), UInt8(truncatingIfNeeded: value >> 8),
                UInt8(truncatingIfNeeded: value),
            ]
        }
        return [type] + threeBytes(length) + [UInt8(sequenceNumber >> 8), UInt8(truncatingIfNeeded: sequenceNumber)]
            + threeBytes(offset) + threeBytes(fragmentLength ?? fragment.count) + fragment
    }

    static func alert(_ number: UInt8, level: UInt8 = 2, sequenceNumber: UInt64 = 0) -> [UInt8] {
        record(type: 21, sequenceNumber: sequenceNumber, [level, number])
    }

    /// A ClientHello that offers these cipher suites and nothing else.
    static func clientHello(cipherSuites: [UInt8], sequenceNumber: UInt64 = 0, messageNumber: UInt16 = 0) -> [UInt8] {
        // client_version, random, no session, no cookie, the suites, no compression, no extensions
        let body =
            [0xfe, 0xfd] + [UInt8](repeating: 0x5a, count: 32) + [0, 0] + [0, UInt8(cipherSuites.count)] + cipherSuites
            + [1, 0]
        return record(
            type: 22, sequenceNumber: sequenceNumber,
            message(type: 1, length: body.count, sequenceNumber: messageNumber, body))
    }

    /// TLS_RSA_WITH_NULL_MD5, the one of the known attacks.
    static let nullCipherClientHello = clientHello(cipherSuites: [0, 1])
}
