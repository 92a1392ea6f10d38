// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import RTCBase
import RTP

/// At which time of a file a frame belongs: by when it was captured, as soon as the publisher has told its time, because
/// sound and picture of one moment were captured at one moment; by when it was to be played until then.
///
/// Neither the publisher's clock nor its RTP timestamps are believed beyond ``trust``: then it goes on with when frames are
/// to be played, which is a matter of our own clock.
struct RecordingClock {
    /// What capture and playing may drift apart: more than a receiver lets sound and picture wait for each other, and for
    /// the path. By so much at most may the distance of two captures differ from that of their RTP timestamps, too.
    static let trust = Duration.seconds(2)
    /// What a network may hold frames up, that it then delivers, of a publisher whose clock and timestamps agree.
    static let patience = Duration.seconds(30)

    private let start: Instant
    /// A capture time that lies at ``base``.
    private var origin: NTPTime?
    private var base: Int64 = 0
    /// How much later frames are captured than they are played, on the axis of the file: what those without a capture time
    /// are told by.
    private var lag: Int64 = 0
    /// The last frame of each track.
    private var last: [String: (timestamp: UInt32, capture: NTPTime)] = [:]

    init(start: Instant) { self.start = start }

    /// - Returns: nanoseconds since the start; negative for what was captured before.
    mutating func time(of frame: MediaFrame) -> Int64 {
        let played = (frame.presentation - start).wholeNanoseconds &+ lag
        guard let capture = frame.captureTime else { return played }
        defer { last[frame.track] = (frame.frame.timestamp, capture) }
        if let origin {
            let captured = capture.nanoseconds(since: origin) &+ base
            let (apart, overflow) = captured.subtractingReportingOverflow(played)
            let limit = hasSteadyClock(frame, capture) ? Self.patience : Self.trust
            if !overflow, apart.magnitude <= UInt64(limit.wholeNanoseconds) {
                lag = lag &+ apart
                return captured
            }
        }
        // The first, or a clock that was set: it goes on where it is.
        origin = capture
        base = played
        return played
    }

    /// Whether the publisher's clock has gone on as its RTP timestamps have.
    private func hasSteadyClock(_ frame: MediaFrame, _ capture: NTPTime) -> Bool {
        guard let last = last[frame.track] else { return false }
        let ticks = Int64(Int32(bitPattern: frame.frame.timestamp &- last.timestamp))
        let counted = ticks * 1_000_000_000 / Int64(frame.frame.codec.clockRate)
        let (apart, overflow) = capture.nanoseconds(since: last.capture).subtractingReportingOverflow(counted)
        return !overflow && apart.magnitude <= UInt64(Self.trust.wholeNanoseconds)
    }

    /// Tells those frames when they were captured that came before the publisher had told its time, by the distance of
    /// their timestamps from later ones of the same track.
    static func complete(_ frames: inout [MediaFrame]) {
        var known: [String: (timestamp: UInt32, capture: NTPTime)] = [:]
        for index in frames.indices.reversed() {
            let frame = frames[index]
            if let capture = frame.captureTime {
                known[frame.track] = (frame.frame.timestamp, capture)
            } else if let (timestamp, capture) = known[frame.track] {
                let ticks = Int64(Int32(bitPattern: timestamp &- frame.frame.timestamp))
                let units = (ticks << 32) / Int64(frame.frame.codec.clockRate)
                // So far back only a source lies that was another one.
                guard ticks >= 0, ticks <= Int64(frame.frame.codec.clockRate) * 30 else { continue }
                frames[index].captureTime = NTPTime(bits: capture.bits &- UInt64(bitPattern: units))
            }
        }
    }
}
