// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// Cuts frames of any codec into RTP payloads: for whoever learns the codec by negotiation.
public struct CodecPacketizer: Sendable {
    /// One value for each way to cut frames.
    private enum Format: Sendable {
        case vp8(VP8Packetizer)
        case vp9(VP9Packetizer)
        case av1(AV1Packetizer)
        case h264(H264Packetizer)
        case sound
    }

    public let codec: Codec
    /// Bytes of a payload, at most. A frame of sound is one payload whatever its size.
    public let maximumPayloadSize: Int
    private var format: Format

    /// - Parameters:
    ///   - maximumPayloadSize: bytes; see ``VP8Packetizer/defaultMaximumPayloadSize``.
    ///   - pictureID: where VP8 and VP9 begin to number pictures, 15 bits; RFC 7741 and RFC 9628 want a random number.
    public init(
        _ codec: Codec, maximumPayloadSize: Int = VP8Packetizer.defaultMaximumPayloadSize, pictureID: UInt16
    ) {
        self.codec = codec
        self.maximumPayloadSize = maximumPayloadSize
        format =
            switch codec {
            case .vp8: .vp8(VP8Packetizer(maximumPayloadSize: maximumPayloadSize, pictureID: pictureID))
            case .vp9: .vp9(VP9Packetizer(maximumPayloadSize: maximumPayloadSize, pictureID: pictureID))
            case .av1: .av1(AV1Packetizer(maximumPayloadSize: maximumPayloadSize))
            case .h264: .h264(H264Packetizer(maximumPayloadSize: maximumPayloadSize))
            case .opus, .g722, .pcmu, .pcma: .sound
            }
    }

    /// The payloads of one frame in order; none for a frame in which there is nothing to send.
    ///
    /// - Throws: what ``AV1Packetizer/packetize(_:)`` throws, for AV1 only.
    public mutating func packetize(_ frame: [UInt8]) throws(ParseError) -> [[UInt8]] {
        switch format {
        case .vp8(var packetizer):
            defer { format = .vp8(packetizer) }
            return packetizer.packetize(frame)
        case .vp9(var packetizer):
            defer { format = .vp9(packetizer) }
            return packetizer.packetize(frame)
        case .av1(let packetizer): return try packetizer.packetize(frame)
        case .h264(let packetizer): return packetizer.packetize(frame)
        case .sound: return frame.isEmpty ? [] : [frame]
        }
    }
}
