// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// The CRC-32 of ITU-T V.42, which FINGERPRINT is made of.
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xedb8_8320 : value >> 1 }
    }

    static func checksum(_ bytes: RawSpan) -> UInt32 {
        bytes.withUnsafeBytes { bytes in
            ~bytes.reduce(~UInt32(0)) { crc, byte in
                crc >> 8 ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)]
            }
        }
    }
}
