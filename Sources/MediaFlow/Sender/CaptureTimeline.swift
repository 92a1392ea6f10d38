// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase

/// Gives frames the RTP timestamps of the moments at which they were captured, from a random start.
///
/// What an encoder counts itself (samples of sound) is more even than the moments at which its frames come, so that frames
/// keep the distance of their own timestamps as long as that agrees with the moments to ``tolerance``.
struct CaptureTimeline: Sendable, BitwiseCopyable {
    /// Two frames of 20 ms: what a sound card delivers early or late. The eye and ear notice more than this between them.
    static let tolerance = Duration.milliseconds(40)

    private let clockRate: Int64
    private var last: (rtp: UInt32, own: UInt32, captured: Instant)?
    private let start: UInt32

    init(clockRate: Int, start: UInt32) {
        self.clockRate = Int64(max(1, clockRate))
        self.start = start
    }

    /// The RTP timestamp of a frame.
    ///
    /// - Parameter own: the frame's own timestamp, of which only differences count.
    mutating func timestamp(own: UInt32, captured: Instant) -> UInt32 {
        guard let last else {
            self.last = (start, own, captured)
            return start
        }
        let step = Int64(Int32(bitPattern: own &- last.own))
        let elapsed = units(captured - last.captured)
        let isEven = step > 0 && (step - elapsed).magnitude <= units(Self.tolerance).magnitude
        // Two frames never share a timestamp: a receiver would take them for one.
        let rtp = last.rtp &+ UInt32(truncatingIfNeeded: isEven ? step : max(1, elapsed))
        // The moment that the timestamp stands for follows the moments at which frames come by a sixteenth a frame, so that
        // it neither trembles with them nor drifts away.
        let even = last.captured + nanoseconds(step)
        let reference = isEven ? even + .nanoseconds((captured - even).wholeNanoseconds / 16) : captured
        self.last = (rtp, own, reference)
        return rtp
    }

    /// The RTP timestamp of this moment; `nil` before the first frame.
    func timestamp(at now: Instant) -> UInt32? {
        guard let last else { return nil }
        return last.rtp &+ UInt32(truncatingIfNeeded: units(now - last.captured))
    }

    /// Seconds and the rest apart, so that the product cannot overflow.
    private func units(_ duration: Duration) -> Int64 {
        let nanoseconds = duration.wholeNanoseconds
        return nanoseconds / 1_000_000_000 &* clockRate &+ nanoseconds % 1_000_000_000 * clockRate / 1_000_000_000
    }

    private func nanoseconds(_ units: Int64) -> Duration { .nanoseconds(units * 1_000_000_000 / clockRate) }
}
