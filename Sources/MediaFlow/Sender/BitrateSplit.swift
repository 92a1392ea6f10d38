// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// How encodings of one picture share the bitrate that the receiver grants to all of them.
enum BitrateSplit {
    /// What the least of several encodings gets: a thumbnail's worth, which is what servers count with (Galène's `l`).
    static let least = 100_000
    /// No encoder is asked for less: it would make no picture at all.
    static let minimum = 30_000

    /// - Parameters:
    ///   - bitrate: bits a second for all.
    ///   - maximums: of each encoding, in decreasing order of throughput.
    /// - Returns: bits a second for each. The last of several gets ``least``, or a third where there is little; those in
    ///   the middle a quarter of what is left each; the first the rest.
    static func split(_ bitrate: Int, maximums: [Int]) -> [Int] {
        guard maximums.count > 1 else { return maximums.map { bounded(bitrate, $0) } }
        var rest = max(0, bitrate)
        var shares = maximums
        for position in maximums.indices.reversed() {
            let share = position == maximums.count - 1 ? min(least, rest / 3) : position == 0 ? rest : rest / 4
            shares[position] = bounded(share, maximums[position])
            rest = max(0, rest - shares[position])
        }
        return shares
    }

    private static func bounded(_ share: Int, _ maximum: Int) -> Int { max(min(share, maximum), minimum) }
}
