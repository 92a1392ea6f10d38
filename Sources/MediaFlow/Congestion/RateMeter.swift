// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// Bits and packets a second over the last whole second: counters and a moment, cheap enough for every packet.
public struct RateMeter: Sendable, BitwiseCopyable {
    private var intervalStart: Instant?
    private var bytes: Int64 = 0
    private var packets: Int64 = 0
    private var lastRate: Int64 = 0
    private var lastPacketRate: Int64 = 0

    public init() {}

    public mutating func add(bytes count: Int, packets packetCount: Int = 1, now: Instant) {
        roll(now)
        bytes &+= Int64(count)
        packets &+= Int64(packetCount)
    }

    /// Packets a second over the interval that ended last; 0 before the first has.
    public var packetRate: Int { Int(lastPacketRate) }

    public mutating func bitrate(now: Instant) -> Int64 {
        roll(now)
        return lastRate
    }

    private mutating func roll(_ now: Instant) {
        guard let start = intervalStart else {
            intervalStart = now
            return
        }
        let elapsed = now.nanoseconds &- start.nanoseconds
        guard elapsed >= 1_000_000_000 else { return }
        // Over three seconds nothing was added for long: the interval would dilute what came after the pause.
        lastRate = elapsed > 3_000_000_000 ? 0 : bytes &* 8 &* 1_000_000 / (elapsed / 1000)
        lastPacketRate = elapsed > 3_000_000_000 ? 0 : packets &* 1_000_000 / (elapsed / 1000)
        bytes = 0
        packets = 0
        intervalStart = now
    }
}
