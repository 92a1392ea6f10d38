// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// Some milliseconds of sound: two channels of 48,000 samples a second, as Opus has them.
public struct AudioBlock: Hashable, Sendable {
    public static let sampleRate = 48_000
    public static let channels = 2

    /// When its first sample was heard, on the clock of its source, which its pictures share.
    public var time: Duration
    /// From -1 to 1, left and right in turn.
    public var samples: [Float]

    public init(time: Duration, samples: [Float]) {
        self.time = time
        self.samples = samples
    }

    public var duration: Duration {
        .nanoseconds(Int64(samples.count / Self.channels) * 1_000_000_000 / Int64(Self.sampleRate))
    }
}
