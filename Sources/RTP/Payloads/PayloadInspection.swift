// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import RTCBase

/// What forwarding wants to know of a payload, whatever its codec. Plain bits.
public struct PayloadInspection: Hashable, Sendable, BitwiseCopyable {
    /// Whether a payload begins a key frame.
    public enum KeyFrame: UInt8, Sendable, BitwiseCopyable {
        case no
        case yes
        /// It begins something new and what decides is in another packet. Whoever waits for a key frame takes it for one.
        case unknown
    }

    /// The payload is the first of a frame: of a picture, or of a layer frame in VP9. For AV1 and H.264, which do not
    /// say it, that it may be.
    public var startsFrame = false
    /// The payload is the last of a frame: of a layer frame in VP9, else of everything with its timestamp.
    public var endsFrame = false
    public var keyFrame = KeyFrame.no
    /// 0, 7 or 15: how wide the picture id is; 0 when there is none, as in everything but VP8 and VP9.
    public var pictureIDBits: UInt8 = 0
    /// Bytes from the payload's start to the picture id.
    public var pictureIDOffset: UInt8 = 0
    public var pictureID: UInt16 = 0
    /// Bytes from the payload's start to TL0PICIDX, the running index of frames of temporal layer 0; 0 when there is none.
    public var tl0PictureIndexOffset: UInt8 = 0
    public var tl0PictureIndex: UInt8 = 0
    /// 0 where the payload names none.
    public var temporalLayer: UInt8 = 0
    /// 0 where the payload names none.
    public var spatialLayer: UInt8 = 0
    /// From this frame on a receiver may step up to its temporal layer (VP8's Y) or to any higher one (VP9's U).
    public var isTemporalSwitchPoint = false
    /// A frame of a higher spatial layer may refer to this one. False only where VP9 says so.
    public var isInterLayerReference = true
    /// The frame refers to no other picture; known of each of a frame's payloads, but only where VP9 says so (P clear).
    public var isIndependent = false
    /// The layer frame refers to the next lower spatial layer of its picture.
    public var isInterLayerPredicted = false
    /// No other frame refers to this one, so that it may be dropped alone.
    public var isDiscardable = false

    public init() {}

    /// Looks at a payload of a codec.
    ///
    /// - Parameters:
    ///   - payload: the payload of an RTP packet, padding removed. Empty for a packet of nothing but padding, with which
    ///     browsers probe a path in the middle of a track: it is no mistake, and belongs to no frame.
    ///   - marker: the marker bit of the packet's header.
    /// - Throws: what the codec's parser throws for a payload that contradicts itself. Payloads of sound never do.
    public static func inspect(
        _ codec: Codec, payload: UnsafeRawBufferPointer, marker: Bool
    ) throws(ParseError) -> PayloadInspection {
        if payload.isEmpty, codec.kind == .video { return PayloadInspection() }
        return switch codec {
        case .vp8: try vp8(payload, marker)
        case .vp9: try vp9(payload)
        case .h264: try h264(payload, marker)
        case .av1: try av1(payload, marker)
        case .opus, .g722, .pcmu, .pcma: sound
        }
    }

    /// Each packet of sound can be decoded by itself.
    private static var sound: PayloadInspection {
        var result = PayloadInspection()
        result.startsFrame = true
        result.endsFrame = true
        result.keyFrame = .yes
        return result
    }

    private static func vp8(_ payload: UnsafeRawBufferPointer, _ marker: Bool) throws(ParseError) -> PayloadInspection {
        let descriptor = try VP8PayloadDescriptor(parsing: payload)
        var result = PayloadInspection()
        result.startsFrame = descriptor.startsFrame
        result.endsFrame = marker
        result.keyFrame = descriptor.frameHeader(in: payload)?.isKeyFrame ?? false ? .yes : .no
        if let pictureID = descriptor.pictureID {
            result.pictureIDBits = descriptor.isPictureIDLong ? 15 : 7
            result.pictureIDOffset = descriptor.pictureIDOffset
            result.pictureID = pictureID
        }
        result.tl0PictureIndexOffset = descriptor.tl0PictureIndexOffset
        result.tl0PictureIndex = descriptor.tl0PictureIndex ?? 0
        result.temporalLayer = descriptor.temporalID ?? 0
        result.isTemporalSwitchPoint = descriptor.isLayerSync
        result.isDiscardable = descriptor.isNonReference
        return result
    }

    private static func vp9(_ payload: UnsafeRawBufferPointer) throws(ParseError) -> PayloadInspection {
        let descriptor = try VP9PayloadDescriptor(parsing: payload)
        var result = PayloadInspection()
        result.startsFrame = descriptor.startsFrame
        result.endsFrame = descriptor.endsFrame
        result.keyFrame = descriptor.frameHeader(in: payload)?.isKeyFrame ?? false ? .yes : .no
        if let pictureID = descriptor.pictureID {
            result.pictureIDBits = descriptor.isPictureIDLong ? 15 : 7
            result.pictureIDOffset = descriptor.pictureIDOffset
            result.pictureID = pictureID
        }
        result.tl0PictureIndexOffset = descriptor.tl0PictureIndexOffset
        result.tl0PictureIndex = descriptor.tl0PictureIndex ?? 0
        result.temporalLayer = descriptor.temporalID ?? 0
        result.spatialLayer = descriptor.spatialID ?? 0
        result.isTemporalSwitchPoint = descriptor.isSwitchingUpPoint
        result.isInterLayerReference = !descriptor.isNotInterLayerReference
        result.isIndependent = !descriptor.isInterPicturePredicted
        result.isInterLayerPredicted = descriptor.isInterLayerPredicted
        return result
    }

    private static func h264(_ payload: UnsafeRawBufferPointer, _ marker: Bool) throws(ParseError) -> PayloadInspection
    {
        let unit = try H264Payload(parsing: payload)
        var result = PayloadInspection()
        result.startsFrame = unit.mayStartAccessUnit
        result.endsFrame = marker
        result.keyFrame = unit.startsSequence ? .yes : .no
        result.isDiscardable = unit.isDiscardable
        return result
    }

    private static func av1(_ payload: UnsafeRawBufferPointer, _ marker: Bool) throws(ParseError) -> PayloadInspection {
        let units = try AV1Payload(parsing: payload)
        var result = PayloadInspection()
        result.startsFrame = units.mayStartFrame
        result.endsFrame = marker
        result.keyFrame = units.keyFrame
        return result
    }
}
