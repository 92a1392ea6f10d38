// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLibAV
public import RTP

/// Encodes pictures while they happen: VP8 and VP9 by libvpx, H.264 by libx264.
///
/// One frame comes out for each picture that goes in. Nothing waits for later pictures, no frame is dropped to keep the
/// rate, and a key frame is made only where it is asked for, at the beginning of course. It belongs to one thread.
public final class VideoEncoder {
    public let codec: Codec
    /// In pixels.
    public let width: Int
    /// In pixels.
    public let height: Int

    /// Bits a second, which the next pictures keep to, by and large within a second, without a key frame.
    /// ``leastBitrate`` at least.
    public var targetBitrate: Int {
        didSet { targetBitrate = Self.clamped(targetBitrate) }
    }

    private let encoder: any PictureEncoder
    private let scaler = PictureScaler()
    /// How long a picture is, where times do not tell; 90 kHz.
    private let nominalDuration: Int64
    private var lastTicks: Int64?
    /// On the encoder's own clock, which only rises; 90 kHz.
    private var encoderTime: Int64 = 0
    private var appliedBitrate: Int

    /// Below it no picture of a useful size can be had from any of them.
    public static let leastBitrate = 20_000
    /// libvpx counts kilobits in 32 bits; this is far beyond any need.
    static let greatestBitrate = 1_000_000_000
    /// Times of pictures that are farther apart are another beginning, not one long picture; 90 kHz.
    private static let longestPicture: Int64 = 5 * 90_000

    /// - Parameters:
    ///   - codec: ``RTP/Codec/vp8``, ``RTP/Codec/vp9`` or ``RTP/Codec/h264``.
    ///   - width: of the frames, in pixels; even for H.264. Pictures of other sizes are scaled, with black where their
    ///     shape differs.
    ///   - height: likewise.
    ///   - bitrate: the first ``targetBitrate``.
    ///   - framesPerSecond: what is expected; the encoder then goes by the times of the pictures.
    /// - Throws: ``MediaError/Kind/unsupported`` for another codec or a size that it does not have,
    ///   ``MediaError/Kind/notFound`` where no encoder for it is installed.
    public init(
        codec: Codec, width: Int, height: Int, bitrate: Int, framesPerSecond: Double = 30
    ) throws(MediaError) {
        self.codec = codec
        (self.width, self.height) = (width, height)
        targetBitrate = Self.clamped(bitrate)
        appliedBitrate = targetBitrate
        let rate = framesPerSecond.isFinite ? min(max(framesPerSecond, 0.1), 1_000) : 30
        nominalDuration = Int64(90_000 / rate)
        let limit = 1...Int(Int16.max) / 2
        guard limit.contains(width), limit.contains(height), codec != .h264 || (width | height) & 1 == 0 else {
            throw MediaError(.unsupported, "\(codec.encodingName) has no pictures of \(width) by \(height) pixels here")
        }
        let format = PictureFormat(
            codec: codec, width: width, height: height, bitrate: targetBitrate, framesPerSecond: rate)
        switch codec {
        case .vp8, .vp9: encoder = try VPXEncoder(format)
        case .h264: encoder = try H264Encoder(format)
        default: throw MediaError(.unsupported, "pictures cannot be encoded as \(codec.encodingName)")
        }
    }

    /// Encodes the next picture.
    ///
    /// - Parameters:
    ///   - picture: whose time becomes the frame's timestamp of 90 kHz, which wraps.
    ///   - asKeyFrame: whether decoding must be able to begin here.
    /// - Returns: one frame.
    public func encode(_ picture: VideoPicture, asKeyFrame: Bool = false) throws(MediaError) -> [EncodedFrame] {
        let frame =
            (picture.width, picture.height) == (width, height)
            ? picture.frame : try scaler.fit(picture.frame.pointer, width: width, height: height)
        if appliedBitrate != targetBitrate {
            try encoder.setBitrate(targetBitrate)
            appliedBitrate = targetBitrate
        }
        let ticks = picture.time.ticks(90_000)
        if let lastTicks {
            let (passed, overflow) = ticks.subtractingReportingOverflow(lastTicks)
            let isRegular = !overflow && passed > 0 && passed <= Self.longestPicture
            encoderTime += isRegular ? passed : nominalDuration
        }
        let isFirst = lastTicks == nil
        lastTicks = ticks
        let encoded = try encoder.encode(
            frame, time: encoderTime, duration: nominalDuration, asKeyFrame: asKeyFrame || isFirst)
        return encoded.map {
            EncodedFrame(
                codec: codec, timestamp: UInt32(truncatingIfNeeded: ticks), isKeyFrame: $0.isKeyFrame, bytes: $0.bytes)
        }
    }

    private static func clamped(_ bitrate: Int) -> Int { min(max(bitrate, leastBitrate), greatestBitrate) }
}

/// What an encoder is made for.
struct PictureFormat {
    var codec: Codec
    var width: Int
    var height: Int
    /// Bits a second.
    var bitrate: Int
    var framesPerSecond: Double
}

/// One of the libraries.
protocol PictureEncoder: AnyObject {
    func setBitrate(_ bitrate: Int) throws(MediaError)
    /// - Parameters:
    ///   - frame: of the size that the encoder is made for.
    ///   - time: in units of 90 kHz, which rises.
    ///   - duration: likewise.
    func encode(
        _ frame: VideoPicture.Frame, time: Int64, duration: Int64, asKeyFrame: Bool
    ) throws(MediaError) -> [(bytes: [UInt8], isKeyFrame: Bool)]
}
