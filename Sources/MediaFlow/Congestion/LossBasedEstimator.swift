// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// The rate that one path carries, estimated from the losses that its receiver reports.
public struct LossBasedEstimator: Sendable, BitwiseCopyable {
    /// Where the estimate starts, and starts again after ``staleAfter``: a modest video (512 kbit/s).
    public static let initial: Int64 = 512_000
    public static let staleAfter = Duration.seconds(30)
    static let bounds: ClosedRange<Int64> = 9_600...(1 << 30)

    private var estimate = Self.initial
    private var updatedAt: Instant?

    public init() {}

    /// Bits a second; `nil` when no report has come for ``staleAfter``.
    public func bitrate(now: Instant) -> Int64? {
        guard let updatedAt, now - updatedAt < Self.staleAfter else { return nil }
        return estimate
    }

    /// - Parameters:
    ///   - fractionLost: as in a report block, units of 1/256.
    ///   - actual: bits a second that were sent lately. Without traffic near the estimate a report without loss proves
    ///     nothing, and the estimate does not rise.
    public mutating func receiveReport(fractionLost: UInt8, actual: Int64, now: Instant) {
        if updatedAt.map({ now - $0 >= Self.staleAfter }) ?? true { estimate = Self.initial }
        updatedAt = now
        let loss = Int64(fractionLost)
        if loss < 5 {
            // Below 2 %: rise by about 5 %.
            if actual >= estimate / 4 * 3 { estimate = estimate * 269 / 256 }
        } else if loss > 25 {
            // Above 10 %: fall by half of the lost share.
            estimate = estimate * (512 - loss) / 512
        }
        estimate = min(max(estimate, Self.bounds.lowerBound), Self.bounds.upperBound)
    }
}
