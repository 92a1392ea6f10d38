// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

/// A frame of video or a packet of sound as a codec made it: how media enters and leaves without being decoded.
public struct EncodedFrame: Hashable, Sendable {
    public var codec: Codec
    /// In units of the codec's clock rate; wraps.
    public var timestamp: UInt32
    /// Whether it can be decoded without any other. Always true for sound.
    public var isKeyFrame: Bool
    public var bytes: [UInt8]

    public init(codec: Codec, timestamp: UInt32, isKeyFrame: Bool, bytes: [UInt8]) {
        self.codec = codec
        self.timestamp = timestamp
        self.isKeyFrame = isKeyFrame
        self.bytes = bytes
    }
}
