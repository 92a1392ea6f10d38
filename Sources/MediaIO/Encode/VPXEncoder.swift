// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLibAV
import CLibVPX
import RTP

/// VP8 and VP9 by libvpx itself, because FFmpeg's wrapper keeps the bitrate that it was opened with
/// (docs/decisions/0032).
final class VPXEncoder: PictureEncoder {
    /// Both stay where they are: the library keeps pointers to them.
    private let context: UnsafeMutablePointer<vpx_codec_ctx_t>
    private let configuration: UnsafeMutablePointer<vpx_codec_enc_cfg_t>

    init(_ format: PictureFormat) throws(MediaError) {
        let name = format.codec.encodingName
        context = .allocate(capacity: 1)
        context.initialize(to: vpx_codec_ctx_t())
        configuration = .allocate(capacity: 1)
        configuration.initialize(to: vpx_codec_enc_cfg_t())
        guard let library = format.codec == .vp9 ? vpx_codec_vp9_cx() : vpx_codec_vp8_cx(),
            vpx_codec_enc_config_default(library, configuration, 0) == VPX_CODEC_OK
        else { throw MediaError(.notFound, "libvpx has no encoder for \(name)") }
        configure(format)
        guard vpx_codec_enc_init_ver(context, library, configuration, 0, CLIBVPX_ENCODER_ABI_VERSION) == VPX_CODEC_OK
        else { throw MediaError(.unsupported, "\(name) cannot be encoded: \(reason)") }
        control(format)
    }

    deinit {
        vpx_codec_destroy(context)
        context.deallocate()
        configuration.deallocate()
    }

    private func configure(_ format: PictureFormat) {
        configuration.pointee.g_w = UInt32(format.width)
        configuration.pointee.g_h = UInt32(format.height)
        configuration.pointee.g_timebase = vpx_rational_t(num: 1, den: 90_000)
        configuration.pointee.g_threads = 1
        configuration.pointee.g_pass = VPX_RC_ONE_PASS
        // Out comes what went in, at once.
        configuration.pointee.g_lag_in_frames = 0
        configuration.pointee.rc_dropframe_thresh = 0
        configuration.pointee.rc_resize_allowed = 0
        // Key frames are asked for by receivers.
        configuration.pointee.kf_mode = VPX_KF_DISABLED
        configuration.pointee.rc_end_usage = VPX_CBR
        configuration.pointee.rc_target_bitrate = UInt32(format.bitrate / 1_000)
        configuration.pointee.rc_min_quantizer = 2
        // The coarsest that there is: where no frame is dropped, nothing else keeps a small rate.
        configuration.pointee.rc_max_quantizer = 63
        // Percent and milliseconds: how far the rate may leave its target, and how soon it must have come back.
        configuration.pointee.rc_undershoot_pct = format.codec == .vp9 ? 50 : 100
        configuration.pointee.rc_overshoot_pct = format.codec == .vp9 ? 50 : 15
        configuration.pointee.rc_buf_initial_sz = 500
        configuration.pointee.rc_buf_optimal_sz = Self.buffer
        configuration.pointee.rc_buf_sz = 1_000
    }

    private static let buffer: UInt32 = 600

    private func control(_ format: PictureFormat) {
        // Negative is a fixed speed for VP8; else it would measure its own time, and pictures would depend on the load.
        let isVP9 = format.codec == .vp9
        _ = vpx_codec_control_VP8E_SET_CPUUSED(context, Int32(VP8E_SET_CPUUSED.rawValue), isVP9 ? 8 : -6)
        _ = vpx_codec_control_VP8E_SET_STATIC_THRESHOLD(context, Int32(VP8E_SET_STATIC_THRESHOLD.rawValue), 1)
        // A key frame gets half of the buffer, 9 frames' worth at 30 a second, and 3 at least: more would be late.
        let greatestKeyFrame = max(300, UInt32(Double(Self.buffer) * 0.5 * format.framesPerSecond / 10))
        _ = vpx_codec_control_VP8E_SET_MAX_INTRA_BITRATE_PCT(
            context, Int32(VP8E_SET_MAX_INTRA_BITRATE_PCT.rawValue), greatestKeyFrame)
        guard isVP9 else { return }
        // 3 refreshes in circles, which CBR wants.
        _ = vpx_codec_control_VP9E_SET_AQ_MODE(context, Int32(VP9E_SET_AQ_MODE.rawValue), 3)
        _ = vpx_codec_control_VP9E_SET_COLOR_SPACE(
            context, Int32(VP9E_SET_COLOR_SPACE.rawValue), Int32(VPX_CS_BT_601.rawValue))
    }

    func setBitrate(_ bitrate: Int) throws(MediaError) {
        configuration.pointee.rc_target_bitrate = UInt32(bitrate / 1_000)
        guard vpx_codec_enc_config_set(context, configuration) == VPX_CODEC_OK else {
            throw MediaError(.failed, "libvpx does not take a bitrate of \(bitrate): \(reason)")
        }
    }

    func encode(
        _ frame: VideoPicture.Frame, time: Int64, duration: Int64, asKeyFrame: Bool
    ) throws(MediaError) -> [(bytes: [UInt8], isKeyFrame: Bool)] {
        let picture = frame.pointer.pointee
        var image = vpx_image_t()
        // It takes note of sizes only; the planes are the frame's, which it reads and copies.
        vpx_img_wrap(
            &image, VPX_IMG_FMT_I420, UInt32(picture.width), UInt32(picture.height), 1, picture.data.0)
        (image.planes.0, image.planes.1, image.planes.2) = (picture.data.0, picture.data.1, picture.data.2)
        (image.stride.0, image.stride.1, image.stride.2) = (
            picture.linesize.0, picture.linesize.1, picture.linesize.2
        )
        image.cs = VPX_CS_BT_601
        let status = vpx_codec_encode(
            context, &image, time, UInt(duration), asKeyFrame ? vpx_enc_frame_flags_t(VPX_EFLAG_FORCE_KF) : 0,
            UInt(VPX_DL_REALTIME))
        guard status == VPX_CODEC_OK else { throw MediaError(.failed, "a picture cannot be encoded: \(reason)") }
        var frames: [(bytes: [UInt8], isKeyFrame: Bool)] = []
        var iterator: vpx_codec_iter_t?
        while let packet = vpx_codec_get_cx_data(context, &iterator) {
            guard packet.pointee.kind == VPX_CODEC_CX_FRAME_PKT else { continue }
            let content = packet.pointee.data.frame
            let bytes = [UInt8](UnsafeRawBufferPointer(start: content.buf, count: content.sz))
            frames.append((bytes, content.flags & UInt32(VPX_FRAME_IS_KEY) != 0))
        }
        return frames
    }

    private var reason: String {
        String(cString: vpx_codec_error_detail(context) ?? vpx_codec_error(context))
    }
}
