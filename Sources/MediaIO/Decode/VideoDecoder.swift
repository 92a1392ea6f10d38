// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLibAV
public import RTP

/// Decodes frames of one track of video, one after the other. It belongs to one thread.
public final class VideoDecoder {
    public let codec: Codec

    /// Whether nothing can be decoded before a key frame: at the beginning, and after a frame that was broken. Whoever
    /// can ask for one does so as long as this holds.
    public private(set) var needsKeyFrame = true

    private let decoder: UnsafePointer<AVCodec>
    private var context: CodecContext
    private let scaler = PictureScaler()

    /// Pixels of a picture, which a frame of a few bytes can claim: 5120 by 2880, the largest screens that people share.
    /// A decoder keeps a dozen pictures of 3/2 bytes a pixel.
    static let mostPixels: Int64 = 5_120 * 2_880

    /// - Parameter codec: one of video.
    /// - Throws: ``MediaError/Kind/notFound`` where FFmpeg's libraries were built without a decoder for it.
    public init(codec: Codec) throws(MediaError) {
        self.codec = codec
        let id: AVCodecID? =
            switch codec {
            case .vp8: AV_CODEC_ID_VP8
            case .vp9: AV_CODEC_ID_VP9
            case .av1: AV_CODEC_ID_AV1
            case .h264: AV_CODEC_ID_H264
            case .opus, .g722, .pcmu, .pcma: nil
            }
        guard let id, let decoder = avcodec_find_decoder(id) else {
            throw MediaError(.notFound, "there is no decoder for pictures of \(codec.encodingName)")
        }
        self.decoder = decoder
        context = try Self.open(decoder, codec)
    }

    private static func open(_ decoder: UnsafePointer<AVCodec>, _ codec: Codec) throws(MediaError) -> CodecContext {
        let context = try CodecContext(decoder)
        context.pointer.pointee.max_pixels = mostPixels
        // Pictures are shown as soon as they are there, never for a later one's sake.
        context.pointer.pointee.flags |= AV_CODEC_FLAG_LOW_DELAY
        // What is broken is an error, not a picture with holes.
        context.pointer.pointee.err_recognition = AV_EF_EXPLODE | AV_EF_BITSTREAM | AV_EF_BUFFER
        try context.open("the decoder for \(codec.encodingName)")
        return context
    }

    /// Decodes the next frame.
    ///
    /// - Parameter time: what its picture's ``VideoPicture/time`` will be.
    /// - Returns: the pictures that it completes, mostly one; none while ``needsKeyFrame``, unless it is a key frame.
    /// - Throws: ``MediaError/Kind/unsupported`` for a frame that is broken, of another codec, or of a picture that is
    ///   larger than 5120 by 2880. The decoder then waits for a key frame.
    public func decode(_ frame: EncodedFrame, time: Duration) throws(MediaError) -> [VideoPicture] {
        guard frame.codec == codec else {
            throw MediaError(.unsupported, "a frame is of \(frame.codec.encodingName), not of \(codec.encodingName)")
        }
        guard !needsKeyFrame || frame.isKeyFrame else { return [] }
        let isFirst = needsKeyFrame
        do throws(MediaError) {
            return try attempt(frame, time: time)
        } catch {
            // What an earlier frame has spoiled may show only now: a key frame needs none of it.
            guard frame.isKeyFrame, !isFirst else { throw error }
            return try attempt(frame, time: time)
        }
    }

    private func attempt(_ frame: EncodedFrame, time: Duration) throws(MediaError) -> [VideoPicture] {
        do throws(MediaError) {
            let pictures = try pictures(of: frame, time: time)
            needsKeyFrame = false
            return pictures
        } catch {
            needsKeyFrame = true
            // Another one: FFmpeg's decoder for H.264, flushed after a broken slice, spoils the next key frame.
            context = try Self.open(decoder, codec)
            throw error
        }
    }

    private func pictures(of frame: EncodedFrame, time: Duration) throws(MediaError) -> [VideoPicture] {
        // An empty packet would mean the end to the library.
        guard !frame.bytes.isEmpty else { throw MediaError(.unsupported, "a frame of video is empty") }
        let packet = try Packet(frame.bytes)
        // The library gives it back with the picture, whenever that comes.
        packet.pointer.pointee.pts = time.ticks(1_000_000_000)
        if frame.isKeyFrame { packet.pointer.pointee.flags |= AV_PKT_FLAG_KEY }
        try check(withExtendedLifetime(packet) { avcodec_send_packet(context.pointer, packet.pointer) })
        var pictures: [VideoPicture] = []
        while let output = try receive() { pictures.append(output) }
        return pictures
    }

    private func receive() throws(MediaError) -> VideoPicture? {
        guard let frame = av_frame_alloc() else { throw LibAV.noMemory(for: "a picture") }
        let output = VideoPicture.Frame(owning: frame)
        defer { withExtendedLifetime(output) {} }
        let status = avcodec_receive_frame(context.pointer, frame)
        if status == LibAV.again || status == LibAV.endOfFile { return nil }
        try check(status)
        guard frame.pointee.decode_error_flags == 0, frame.pointee.flags & AV_FRAME_FLAG_CORRUPT == 0 else {
            throw MediaError(.unsupported, "a frame of \(codec.encodingName) is broken")
        }
        let time = Duration.nanoseconds(frame.pointee.pts == LibAV.noTimestamp ? 0 : frame.pointee.pts)
        if frame.pointee.isPlainI420 { return VideoPicture(frame: output, time: time) }
        let plain = try scaler.scale(frame, width: Int(frame.pointee.width), height: Int(frame.pointee.height))
        return VideoPicture(frame: plain, time: time)
    }

    private func check(_ status: Int32) throws(MediaError) {
        guard status < 0 else { return }
        throw MediaError(.unsupported, "a frame of \(codec.encodingName) is broken: \(LibAV.text(status))")
    }
}
