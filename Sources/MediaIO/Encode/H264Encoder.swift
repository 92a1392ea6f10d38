// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLibAV
import RTP

/// H.264 by libx264 through libavcodec: constrained baseline, annex B, parameter sets before each key frame.
final class H264Encoder: PictureEncoder {
    private let context: CodecContext
    private let packet: Packet
    /// Bits a second.
    private var bitrate: Int
    /// How long a picture is for the library; units of 90 kHz.
    private let nominalInterval: Double
    /// How long pictures are of late, and as the library's rate was last made for.
    private var interval: Double
    private var appliedInterval: Double
    private var lastTime: Int64?

    init(_ format: PictureFormat) throws(MediaError) {
        guard let codec = avcodec_find_encoder_by_name("libx264") else {
            throw MediaError(.notFound, "FFmpeg's libraries were built without libx264, so H.264 cannot be encoded")
        }
        context = try CodecContext(codec)
        packet = try Packet()
        bitrate = format.bitrate
        nominalInterval = 90_000 / format.framesPerSecond
        (interval, appliedInterval) = (nominalInterval, nominalInterval)
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
        setRate()
        context.set("preset", "superfast")
        context.set("tune", "zerolatency")
        // What every browser decodes: 42e01f in the words of RFC 6184.
        context.set("profile", "baseline")
        context.set("forced-idr", "1")
        context.set("x264-params", "scenecut=0:keyint=infinite:sliced-threads=0")
        try context.open("libx264")
    }

    func setBitrate(_ bitrate: Int) throws(MediaError) {
        self.bitrate = bitrate
        setRate()
    }

    /// The library takes these up at the next picture.
    private func setRate() {
        // Without a delay of a picture it counts pictures, not their times: each of a slower source may have more.
        let rate = min(Double(bitrate) * min(max(appliedInterval / nominalInterval, 0.1), 10), 1e9)
        context.pointer.pointee.bit_rate = Int64(rate)
        context.pointer.pointee.rc_max_rate = Int64(rate)
        // Half a second: a key frame cannot be larger.
        context.pointer.pointee.rc_buffer_size = Int32(rate / 2)
    }

    private func follow(_ time: Int64) {
        defer { lastTime = time }
        guard let lastTime else { return }
        // A pause is one late picture; what comes after it is not to be sent in a burst.
        interval += (min(Double(time - lastTime), 2 * interval) - interval) / 8
        guard abs(interval / appliedInterval - 1) > 0.1 else { return }
        appliedInterval = interval
        setRate()
    }

    func encode(
        _ frame: VideoPicture.Frame, time: Int64, duration: Int64, asKeyFrame: Bool
    ) throws(MediaError) -> [(bytes: [UInt8], isKeyFrame: Bool)] {
        follow(time)
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
