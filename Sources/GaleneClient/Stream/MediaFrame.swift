// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase
public import RTP

/// A frame of a down stream: whole, decodable after those before it of the same track, and in the order of decoding.
public struct MediaFrame: Sendable, Hashable {
    /// The ``StreamTrack/id`` of its track.
    public var track: String
    public var frame: EncodedFrame
    /// When it was captured, by the publisher's clock, which is the same for sound and picture of a stream; `nil` before the
    /// publisher has told its time.
    public var captureTime: NTPTime?
    /// When it is to be heard or shown, on the clock of ``Instant/current``; sound and picture that belong together have
    /// one moment.
    public var presentation: Instant
    /// Packets that are missing between this frame and the one before it. Of sound each was a frame.
    public var lostPackets: Int

    package init(
        track: String, frame: EncodedFrame, captureTime: NTPTime?, presentation: Instant, lostPackets: Int
    ) {
        self.track = track
        self.frame = frame
        self.captureTime = captureTime
        self.presentation = presentation
        self.lostPackets = lostPackets
    }
}
