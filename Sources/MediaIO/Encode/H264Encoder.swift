// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLibAV
import RTP

/// H.264 by libx264 through libavcodec: constrained baseline, annex B, parameter sets before each key frame.
final class H264Encoder: PictureEncoder {
    private let context: CodecContext
    private let packet: Packet

    init(_ format: PictureFormat) throws(MediaError) {
        guard let codec = avcodec_find_encoder_by_name("libx264") else {
            throw MediaError(.notFound, "FFmpeg's libraries were built without libx264, so H.264 cannot be encoded")
        }
        context = try CodecContext(codec)
        packet = try Packet()
        let pointer = context.pointer
        pointer.pointee.width = Int32(format.width)
        pointer.pointee.height = Int32(format.height)
        pointer.pointee.pix_fmt = AV_PIX_FMT_YUV420P
        pointer.pointee.time_base = AVRational(num: 1, den: 90_000)
        pointer.pointee.framerate = AVRational(num: Int32((format.framesPerSecond * 1_000).rounded()), den: 1_000)
        pointer.pointee.max_b_frames = 0
        // Key frames are asked for by receivers.
        pointer.pointee.gop_size = .max
        pointer.pointee.colorspace = AVCOL_SPC_SMPTE170M
        pointer.pointee.color_range = AVCOL_RANGE_MPEG
        setRate(format.bitrate)
        context.set("preset", "superfast")
        context.set("tune", "zerolatency")
        // What every browser decodes: 42e01f in the words of RFC 6184.
        context.set("profile", "baseline")
        context.set("forced-idr", "1")
        context.set("x264-params", "scenecut=0:keyint=infinite:sliced-threads=0")
        try context.open("libx264")
    }

    /// The library takes these up at the next picture.
    func setBitrate(_ bitrate: Int) throws(MediaError) { setRate(bitrate) }

    private func setRate(_ bitrate: Int) {
        context.pointer.pointee.bit_rate = Int64(bitrate)
        context.pointer.pointee.rc_max_rate = Int64(bitrate)
        // Half a second: a key frame cannot be larger.
        context.pointer.pointee.rc_buffer_size = Int32(bitrate / 2)
    }

    func encode(
        _ frame: VideoPicture.Frame, time: Int64, duration: Int64, asKeyFrame: Bool
    ) throws(MediaError) -> [(bytes: [UInt8], isKeyFrame: Bool)] {
        // Another reference to the same pixels: what is said of this encoding is not the picture's, which others have.
        guard let input = av_frame_clone(frame.pointer) else { throw LibAV.noMemory(for: "a picture") }
        defer {
            var input: UnsafeMutablePointer<AVFrame>? = input
            av_frame_free(&input)
        }
        input.pointee.pts = time
        input.pointee.pict_type = asKeyFrame ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE
        var status = avcodec_send_frame(context.pointer, input)
        var frames: [(bytes: [UInt8], isKeyFrame: Bool)] = []
        while status >= 0 {
            status = avcodec_receive_packet(context.pointer, packet.pointer)
            guard status >= 0 else { break }
            frames.append((packet.bytes, packet.pointer.pointee.flags & AV_PKT_FLAG_KEY != 0))
            av_packet_unref(packet.pointer)
        }
        guard status == LibAV.again else {
            throw MediaError(.failed, "a picture cannot be encoded: \(LibAV.text(status))")
        }
        return frames
    }
}
