// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// How far a device's samples are from its times: no sound card has exactly 48,000 samples in a second. What they are apart
/// is made good by single samples, which nobody hears, before it is a gap, which everybody does.
struct SampleDrift {
    /// In samples, of some seconds: the times of single blocks tremble.
    private var average = 0.0

    private static let weight = 1.0 / 64
    /// 2 ms.
    private static let tolerated = 96.0

    /// - Parameter difference: by how much a block begins later than the one before it ends, in samples.
    /// - Returns: 1 where a sample is to be added, -1 where one is to be left out.
    mutating func correction(_ difference: Int64) -> Int {
        average += (Double(difference) - average) * Self.weight
        guard average.magnitude > Self.tolerated else { return 0 }
        let step = average > 0 ? 1 : -1
        average -= Double(step)
        return step
    }
}
