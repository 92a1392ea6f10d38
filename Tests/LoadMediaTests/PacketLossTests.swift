// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Testing

@testable import LoadMedia

@Suite("Packets that a load test throws away")
struct PacketLossTests {
    private static func pattern(_ share: Double, seed: UInt64, connection: UInt64 = 0) -> [Bool] {
        var loss = PacketLoss(share: share, seed: seed).of(connection: connection)
        return (0..<20_000).map { _ in loss.takesNext() }
    }

    @Test(arguments: [0.001, 0.02, 0.5]) func `are as many as was asked for`(share: Double) {
        let lost = Double(Self.pattern(share, seed: 3).count { $0 }) / 20_000
        #expect(abs(lost - share) < 4 * (share / 20_000).squareRoot())
    }

    @Test func `are the same ones for a seed, and others for another or for another connection`() {
        let pattern = Self.pattern(0.1, seed: 3)
        #expect(Self.pattern(0.1, seed: 3) == pattern)
        #expect(Self.pattern(0.1, seed: 4) != pattern)
        #expect(Self.pattern(0.1, seed: 3, connection: 1) != pattern)
    }

    @Test func `are none or all at the ends`() {
        #expect(!Self.pattern(0, seed: 1).contains(true))
        #expect(!Self.pattern(-.infinity, seed: 1).contains(true))
        #expect(!Self.pattern(.nan, seed: 1).contains(true))
        #expect(!Self.pattern(7, seed: 1).contains(false))
    }
}
