// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTCTestKit
import STUN
import Testing

@Suite("STUN survives any bytes", .attack(1))
struct STUNRobustnessTests {
    func fuzz(_ bytes: [UInt8]) { bytes.withUnsafeBytes { STUNFuzzing.run($0) } }

    @Test func `every truncation is rejected`() {
        for vector in Vector.all {
            for length in 0..<vector.count {
                #expect(parseError(Array(vector.prefix(length))) != nil)
                fuzz(Array(vector.prefix(length)))
            }
        }
    }

    @Test func `every truncation with a corrected length is parsed or rejected, never authenticated`() {
        for vector in Vector.all {
            for length in stride(from: 20, to: vector.count, by: 4) {
                var bytes = Array(vector.prefix(length))
                bytes[2] = 0
                bytes[3] = UInt8(length - 20)
                fuzz(bytes)
                guard parseError(bytes) == nil, let message = try? STUNMessage(parsing: bytes.span.bytes) else {
                    continue
                }
                // FINGERPRINT is not covered by the integrity: without it the message may still verify.
                let verified = message.verifyIntegrity(key: Vector.password)
                #expect(!verified || length == vector.count - 8)
            }
        }
    }

    @Test func `no flipped bit of a covered byte verifies`() {
        for vector in Vector.all.prefix(3) {
            for bit in 0..<(vector.count - 8) * 8 {
                var bytes = vector
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                fuzz(bytes)
                guard let message = try? STUNMessage(parsing: bytes.span.bytes) else { continue }
                let (integrity, fingerprint) = (
                    message.verifyIntegrity(key: Vector.password), message.hasValidFingerprint
                )
                #expect(!integrity)
                #expect(!fingerprint)
            }
        }
    }

    @Test(arguments: 0..<20) func `random mutations are parsed or rejected`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<2000 {
            var bytes = Vector.all[Int(random.next() % 4)]
            for _ in 0..<(1 + random.next() % 6) {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            if random.next() % 4 == 0 {
                bytes.removeLast(4 * Int(random.next() % UInt64(bytes.count / 4)))
            }
            if bytes.count >= 20, random.next() % 2 == 0 {
                bytes[2] = UInt8((bytes.count - 20) >> 8)
                bytes[3] = UInt8(truncatingIfNeeded: bytes.count - 20)
                bytes.replaceSubrange(4..<8, with: [0x21, 0x12, 0xa4, 0x42])
            }
            fuzz(bytes)
        }
    }
}
