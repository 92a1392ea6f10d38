// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A share of the packets that come to a connection, thrown away before anything looks at them; always the same ones for the
/// same seed and order of arrival.
public struct PacketLoss: Sendable, Hashable {
    private var state: UInt64
    private let limit: UInt64
    /// From 0 to 1.
    public let share: Double

    /// - Parameters:
    ///   - share: clamped to 0…1.
    ///   - seed: any number.
    public init(share: Double, seed: UInt64) {
        self.share = share > 0 ? min(share, 1) : 0
        state = seed
        // 53 bits are what a Double tells apart.
        limit = UInt64(self.share * 9_007_199_254_740_992)
    }

    /// The same for another connection.
    func of(connection number: UInt64) -> PacketLoss {
        var loss = self
        loss.state = state ^ (number &* 0xd134_2543_de82_ef95)
        _ = loss.takesNext()
        return loss
    }

    /// Whether the next packet is lost. SplitMix64 (Steele, Lea, Flood 2014).
    mutating func takesNext() -> Bool {
        guard limit > 0 else { return false }
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return (mixed ^ mixed >> 31) >> 11 < limit
    }
}
