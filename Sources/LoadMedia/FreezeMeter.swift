// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// For how long pictures stood still.
public struct Freezes: Sendable, Hashable {
    public var count = 0
    public var total = Duration.zero
    public var longest = Duration.zero

    public init() {}

    mutating func add(_ duration: Duration) {
        count += 1
        total += duration
        longest = max(longest, duration)
    }

    static func += (sum: inout Freezes, other: Freezes) {
        sum.count += other.count
        sum.total += other.total
        sum.longest = max(sum.longest, other.longest)
    }
}

/// Notes when a source's picture stands still: a freeze is a time without a whole frame that is longer than half a second and
/// than three times the distance of its frames.
///
/// Three times alone would make a freeze of each late frame at 30 frames/s; half a second alone one of every frame of a
/// shared screen that sends one a second.
struct FreezeMeter {
    static let minimum = Duration.milliseconds(500)
    static let distances = 3

    private var last: Instant?
    /// Between frames, smoothed.
    private var distance: Duration?
    private var past = Freezes()

    mutating func frame(at now: Instant, interval: MeasuredInterval?) {
        defer { last = now }
        guard let last else { return }
        if let freeze = freeze(from: last, to: now, interval: interval) { past.add(freeze) }
        // A sixteenth of what is new, as the jitter of RFC 3550 section 6.4.1; a freeze is no distance of frames, but a source
        // that has become slow must not stand still for ever.
        let limit = threshold
        distance = distance.map { $0 + (min(now - last, limit) - $0) / 16 } ?? now - last
    }

    /// Those that are over, and one that lasts.
    func freezes(now: Instant, interval: MeasuredInterval?) -> Freezes {
        var freezes = past
        if let last, let freeze = freeze(from: last, to: now, interval: interval) { freezes.add(freeze) }
        return freezes
    }

    mutating func reset() { past = Freezes() }

    private var threshold: Duration { max(Self.minimum, (distance ?? .zero) * Self.distances) }

    /// The part of a time without frames that lies within the interval, if it is long enough.
    private func freeze(from start: Instant, to end: Instant, interval: MeasuredInterval?) -> Duration? {
        let start = max(start, interval?.start ?? start)
        let end = min(end, interval?.end ?? end)
        return end - start > threshold ? end - start : nil
    }
}
