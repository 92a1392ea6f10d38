// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import RTCBase
import RTP

/// What sound and picture of one stream share, so that they are played together: the publisher's clock, and how far behind
/// it each of them has to be.
///
/// There is one for each stream, handed to the ``MediaReceiver`` of each of its tracks. A frame is due when the publisher's
/// clock showed its capture, plus the longer of the two delays: whichever track is ahead waits for the other.
public struct PlayoutClock: Sendable {
    /// What one track waits for the other, at most. Delays that are further apart are no delays of a path but a mistake in
    /// somebody's sender reports; such a track is played by itself.
    public static let maximumSkew = Duration.seconds(1)
    /// A track of which nothing came for so long (it is muted) is not waited for.
    static let patience = Duration.seconds(2)

    private struct Track: Sendable, BitwiseCopyable {
        var delay: Duration
        var at: Instant
    }

    private var origin = OriginClock()
    private var sound: Track?
    private var picture: Track?

    public init() {}

    /// Takes note of the time in a sender report of any of the stream's tracks.
    mutating func receiveSenderReport(_ time: NTPTime, now: Instant) {
        origin.receiveSenderReport(time, now: now)
    }

    /// The moment on our clock at which the publisher's showed `time`, as seen through the fastest report; `nil` before
    /// the first.
    func instant(of time: NTPTime) -> Instant? { origin.instant(of: time) }

    /// A track says how far behind the publisher's clock its frames can be played.
    mutating func note(_ delay: Duration, of kind: MediaKind, now: Instant) {
        switch kind {
        case .audio: sound = Track(delay: delay, at: now)
        case .video: picture = Track(delay: delay, at: now)
        }
    }

    /// How far behind the publisher's clock a track is to be played that could be played after `own`.
    func delay(own: Duration, of kind: MediaKind, now: Instant) -> Duration {
        guard let other = kind == .audio ? picture : sound, now - other.at < Self.patience else { return own }
        guard other.delay > own, other.delay - own <= Self.maximumSkew else { return own }
        return other.delay
    }
}

extension NTPTime {
    /// This time and some nanoseconds more, or fewer.
    func advanced(byNanoseconds nanoseconds: Int64) -> NTPTime {
        let seconds = nanoseconds / 1_000_000_000
        let fraction = (nanoseconds % 1_000_000_000) << 32 / 1_000_000_000
        return NTPTime(bits: bits &+ UInt64(bitPattern: seconds << 32 &+ fraction))
    }
}
