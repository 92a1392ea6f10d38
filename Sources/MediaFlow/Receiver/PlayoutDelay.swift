// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// How long after the earliest possible moment the frames of one track are played: so long that nearly all have come by
/// then, and no longer.
///
/// Two things are learned. The *line*: the earliest that a frame with a given timestamp has come, by the luckiest frame of
/// the last 10 to 20 s, which follows drifting clocks. And the *lateness* behind it, as counts in steps of 10 ms, of which
/// what is older than some hundred frames is halved again and again. The target is the lateness that all but a share of the
/// frames keep to. It rises at once, because what is late is late already; it falls by 1 % of the time, which a player can
/// make good without anybody hearing it.
struct PlayoutDelay: Sendable {
    /// Steps of lateness. 64 are 640 ms: what is later counts as that late.
    static let step = Duration.milliseconds(10)
    static let steps = 64
    /// Frames after which the counts are halved: eight seconds of a picture, ten of sound.
    static let memory: UInt32 = 512
    /// Of every 256 frames so many may be late: a twentieth of a picture's, because a late one is still shown, and one in
    /// fifty of sound's, because a late one is a crack.
    static let lateShareOfPicture: UInt32 = 13
    static let lateShareOfSound: UInt32 = 5
    /// How often the line is renewed: 10 s of a drift of 100 parts in a million are 1 ms.
    static let renewal = Duration.seconds(10)
    /// A frame that is further from the line belongs to another time line: the source has been restarted or has jumped.
    static let longestLateness = Duration.seconds(2)

    private let clockRate: Int64
    private let bounds: ClosedRange<Duration>
    private let lateShare: UInt32
    private var counts = [UInt32](repeating: 0, count: Self.steps)
    private var total: UInt32 = 0

    private var lastTimestamp: UInt32 = 0
    /// ``lastTimestamp`` without wrap.
    private var lastUnits: Int64?
    /// The least of (arrival − media time), in this interval and in the one before, in nanoseconds.
    private var line: Int64?
    private var lineBefore: Int64?
    private var lineSince = Instant.zero

    /// What is added to the line.
    private(set) var target: Duration
    private var targetAt = Instant.zero

    init(clockRate: Int, bounds: ClosedRange<Duration>, isSound: Bool) {
        self.clockRate = Int64(max(1, clockRate))
        self.bounds = bounds
        lateShare = isSound ? Self.lateShareOfSound : Self.lateShareOfPicture
        target = bounds.lowerBound
    }

    /// Another source, whose timestamps have nothing to do with those before. How late frames are remains known.
    mutating func restartLine() {
        lastUnits = nil
        line = nil
        lineBefore = nil
    }

    /// The earliest that a frame with this timestamp would have come; `nil` before the first.
    func earliest(_ timestamp: UInt32) -> Instant? {
        guard let line = currentLine else { return nil }
        return Instant(nanoseconds: nanoseconds(of: units(timestamp)) &+ line)
    }

    /// Learns from a frame that could be played from `arrival` on.
    mutating func note(_ timestamp: UInt32, arrival: Instant) {
        let units = units(timestamp)
        lastUnits = units
        lastTimestamp = timestamp
        let offset = arrival.nanoseconds &- nanoseconds(of: units)
        guard let line = currentLine, (offset &- line).magnitude < Self.longestLateness.wholeNanoseconds.magnitude
        else {
            self.line = offset
            lineBefore = nil
            lineSince = arrival
            count(0, now: arrival)
            return
        }
        if arrival - lineSince > Self.renewal {
            lineBefore = self.line
            self.line = offset
            lineSince = arrival
        } else {
            self.line = min(self.line ?? offset, offset)
        }
        let lateness = max(0, offset &- (currentLine ?? offset))
        count(Int(lateness / Self.step.wholeNanoseconds), now: arrival)
    }

    private var currentLine: Int64? {
        guard let line else { return nil }
        return min(line, lineBefore ?? line)
    }

    private mutating func count(_ step: Int, now: Instant) {
        counts[min(max(step, 0), Self.steps - 1)] += 1
        total += 1
        if total >= Self.memory {
            total = 0
            for position in 0..<Self.steps {
                counts[position] /= 2
                total += counts[position]
            }
        }
        var late: UInt32 = 0
        var position = Self.steps - 1
        let allowed = total * lateShare / 256
        while position > 0, late + counts[position] <= allowed {
            late += counts[position]
            position -= 1
        }
        // The end of the step, and nothing at all for what keeps to the line.
        let wanted = min(max(Self.step * (position == 0 ? 0 : position + 1), bounds.lowerBound), bounds.upperBound)
        if wanted < target {
            let elapsed = min(max(0, (now - targetAt).wholeNanoseconds), 1_000_000_000)
            target = max(wanted, target - .nanoseconds(elapsed / 100))
        } else {
            target = wanted
        }
        targetAt = now
    }

    private func units(_ timestamp: UInt32) -> Int64 {
        guard let lastUnits else { return 0 }
        return lastUnits &+ Int64(Int32(bitPattern: timestamp &- lastTimestamp))
    }

    /// Seconds and the rest apart, so that the product cannot overflow.
    private func nanoseconds(of units: Int64) -> Int64 {
        units / clockRate &* 1_000_000_000 &+ units % clockRate &* 1_000_000_000 / clockRate
    }
}
