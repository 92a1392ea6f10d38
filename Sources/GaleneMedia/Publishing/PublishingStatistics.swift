// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// What a ``StreamPublisher`` has done so far.
public struct PublishingStatistics: Hashable, Sendable {
    /// The moment of the source's time zero, on the clock of frames that are sent; `nil` before the stream is connected. What
    /// the source has of a time is of so much later.
    public var began: Instant?
    /// Of the full picture: frames that were encoded.
    public var pictures = 0
    /// Of all encodings.
    public var keyFrames = 0
    /// Packets of sound that were encoded, 20 ms each.
    public var audioPackets = 0
    /// Of all frames that the network has taken.
    public var bytes = 0
    /// What is not sent: frames that nobody took because the network was not there or the machine is too busy.
    public var dropped = 0
    /// Bits a second that the network has room for, by what its end says; `nil` before it has said so.
    public var targetBitrate: Int?
    /// In pixels; `nil` without pictures.
    public var width: Int?
    public var height: Int?

    public init() {}
}
