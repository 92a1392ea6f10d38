// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Transmission sequence numbers are counted in 64 bits within, so that they never wrap; the wire has the low 32.
enum TSN {
    /// The number whose low 32 bits are `low` and that lies nearest to `reference`.
    static func unwrap(_ low: UInt32, near reference: UInt64) -> UInt64 {
        let difference = Int32(bitPattern: low &- UInt32(truncatingIfNeeded: reference))
        return reference &+ UInt64(bitPattern: Int64(difference))
    }

    /// Where counting begins: far enough from zero that a distance of 31 bits below is a number.
    static func first(_ low: UInt32) -> UInt64 { 1 << 33 | UInt64(low) }

    static func low(_ number: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: number) }
}

/// Whether `a` comes after `b` by RFC 1982, for stream sequence numbers.
func isAfter(_ a: UInt16, _ b: UInt16) -> Bool { Int16(bitPattern: a &- b) > 0 }
