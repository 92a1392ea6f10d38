// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Some of the 127 pictures before one, by how far back they lie; 0 is the picture itself. Plain bits.
///
/// Two words and not one `UInt128`: with it, debug builds of Swift 6.3.1 crashed where a value was returned.
public struct PictureDistances: Hashable, Sendable, BitwiseCopyable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    /// None.
    public init() {}

    /// - Parameter distance: 0 to 127; others are left out.
    public mutating func insert(_ distance: Int) {
        if (0..<64).contains(distance) { low |= 1 << UInt64(distance) }
        if (64..<128).contains(distance) { high |= 1 << UInt64(distance - 64) }
    }

    public func isSubset(of other: Self) -> Bool { low & ~other.low == 0 && high & ~other.high == 0 }

    /// The same pictures, seen from a picture that lies so much later; those beyond 127 are left out.
    public func seen(from later: Int) -> Self {
        guard (0..<128).contains(later) else { return Self() }
        var result = Self()
        // Shifts by the width and beyond give zero.
        result.low = low << UInt64(later)
        result.high = high << UInt64(later) | (later >= 64 ? low << UInt64(later - 64) : low >> UInt64(64 - later))
        return result
    }
}
