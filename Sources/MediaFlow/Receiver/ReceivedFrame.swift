// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase
public import RTP

/// A frame that a ``MediaReceiver`` gives out: whole, decodable after those before it, and in the order of decoding.
public struct ReceivedFrame: Hashable, Sendable {
    public var frame: EncodedFrame
    /// When it was captured, by the publisher's clock, which is the same for sound and picture of a stream; `nil` before the
    /// first sender report.
    public var captureTime: NTPTime?
    /// When it is to be heard or shown, on the clock of the driver. Sound and picture that were captured together have one
    /// moment. It lies in the past for a frame that came late.
    public var presentation: Instant
    /// Packets that are missing between this frame and the one before it.
    ///
    /// Of sound each was a frame: a decoder makes up for so many, the last of them from this frame where the codec carries
    /// redundancy (Opus, [RFC 6716 section 2.1.7](https://www.rfc-editor.org/rfc/rfc6716#section-2.1.7)). A picture is
    /// decodable all the same: what is missing was left out, or this is a key frame.
    public var lostPackets: Int

    public init(frame: EncodedFrame, captureTime: NTPTime?, presentation: Instant, lostPackets: Int) {
        self.frame = frame
        self.captureTime = captureTime
        self.presentation = presentation
        self.lostPackets = lostPackets
    }
}
