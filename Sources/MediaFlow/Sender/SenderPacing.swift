// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// When the packets of large frames leave, so that a key frame is no single burst that overflows a queue on the path.
///
/// A frame of up to ``burst`` bytes leaves at once. What is more leaves every ``interval``, at two and a half times the
/// rate that the encoder aims at, or faster where that would take longer than ``longest``: a picture is rather lost in part
/// than late, and what is lost is repaired.
struct SenderPacing: Sendable, BitwiseCopyable {
    /// Ten packets.
    static let burst = 12_000
    /// How often what waits is looked at.
    static let interval = Duration.milliseconds(5)
    /// How long a frame takes to leave, at most.
    static let longest = Duration.milliseconds(150)

    /// Bytes a second, and the same while a large frame leaves.
    private var base = Self.burst
    private var rate = Self.burst
    private var credit = Self.burst
    private var at: Instant?

    /// A frame was put behind what waits.
    ///
    /// - Parameters:
    ///   - waiting: bytes that wait, the frame's included.
    ///   - bitrate: bits a second that the encoders aim at.
    mutating func frameAdded(waiting: Int, bitrate: Int) {
        base = max(Self.burst, bitrate / 8 * 5 / 2)
        // What was promised to those that wait already holds.
        rate = max(rate, base, waiting * 1000 / Int(Self.longest.wholeNanoseconds / 1_000_000))
    }

    mutating func queueEmptied() { rate = base }

    /// Whether a packet may leave now.
    mutating func admits(now: Instant) -> Bool {
        refill(now)
        return credit > 0
    }

    /// Counts what leaves. The last packet of a burst may overdraw it, and so may repetitions, which are not held up; but
    /// by no more than a burst, or they would hold up the picture.
    mutating func spend(_ bytes: Int) { credit = max(credit - bytes, -Self.burst) }

    /// When to look again, after ``admits(now:)`` has said no.
    var deadline: Instant? { at.map { $0 + Self.interval } }

    private mutating func refill(_ now: Instant) {
        guard let before = at else {
            at = now
            return
        }
        let elapsed = min(max(0, (now - before).wholeNanoseconds), 1_000_000_000)
        // Between two looks nothing is gained: bursts of an interval's worth, not single packets.
        guard elapsed >= Self.interval.wholeNanoseconds || credit > 0 else { return }
        at = now
        let rate = Int64(rate)
        // Who looks late may send what that time was worth.
        let most = max(Int64(Self.burst), rate * elapsed / 1_000_000_000)
        credit = Int(min(Int64(credit) + rate * elapsed / 1_000_000_000, most))
    }
}
