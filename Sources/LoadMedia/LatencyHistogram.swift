// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// How long packets took, in units of ``MediaTimestamp``: every value below 0.7 s is counted by itself, so that quantiles
/// are exact.
public struct LatencyHistogram: Sendable {
    static let limit = 65_536
    private var counts: [UInt32] = []
    public private(set) var count = 0

    public init() {}

    @inline(__always)
    mutating func add(_ units: Int32) {
        if counts.isEmpty { counts = Array(repeating: 0, count: Self.limit) }
        // Clocks are read before sending and after receiving: less than nothing is a peer that does not keep timestamps.
        let place = min(max(0, Int(units)), Self.limit - 1)
        counts[place] &+= 1
        count &+= 1
    }

    public mutating func merge(_ other: LatencyHistogram) {
        guard !other.counts.isEmpty else { return }
        if counts.isEmpty { counts = Array(repeating: 0, count: Self.limit) }
        for place in 0..<Self.limit { counts[place] &+= other.counts[place] }
        count &+= other.count
    }

    /// The smallest latency that is not exceeded by this share of the packets, in microseconds; `nil` without packets.
    ///
    /// - Parameter quantile: 0.5 for the median.
    public func microseconds(_ quantile: Double) -> Double? {
        guard count > 0 else { return nil }
        let rank = max(1, Int((quantile * Double(count)).rounded(.up)))
        var passed = 0
        for (place, number) in counts.enumerated() {
            passed += Int(number)
            if passed >= rank { return MediaTimestamp.microseconds(place) }
        }
        return MediaTimestamp.microseconds(Self.limit - 1)
    }
}
