// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLibAV

/// Owns an `AVCodecContext`, an encoder's or a decoder's.
final class CodecContext {
    let pointer: UnsafeMutablePointer<AVCodecContext>

    /// One that is not open yet.
    init(_ codec: UnsafePointer<AVCodec>) throws(MediaError) {
        _ = LibAV.quiet
        guard let context = avcodec_alloc_context3(codec) else { throw LibAV.noMemory(for: "a codec") }
        pointer = context
        // Two threads of these codecs wait for each other by spinning, which costs more than they gain on few cores.
        context.pointee.thread_count = 1
    }

    deinit {
        var context: UnsafeMutablePointer<AVCodecContext>? = pointer
        avcodec_free_context(&context)
    }

    func set(_ option: String, _ value: String) { av_opt_set(pointer.pointee.priv_data, option, value, 0) }

    func open(_ what: String) throws(MediaError) {
        let status = avcodec_open2(pointer, pointer.pointee.codec, nil)
        guard status >= 0 else { throw MediaError(.unsupported, "\(what) cannot be used: \(LibAV.text(status))") }
    }
}
