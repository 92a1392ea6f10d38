// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLibAV

/// Makes sound of any rate, format and number of channels into what ``AudioBlock`` holds.
final class SoundConverter {
    private var context: OpaquePointer?
    /// What the context is made for.
    private var rate: Int32 = 0
    private var format: Int32 = -1
    private var layout = AVChannelLayout()

    deinit {
        swr_free(&context)
        av_channel_layout_uninit(&layout)
    }

    /// How much of what went in has not come out.
    var delay: Duration {
        guard let context else { return .zero }
        return .ticks(swr_get_delay(context, Int64(AudioBlock.sampleRate)), Int64(AudioBlock.sampleRate))
    }

    /// - Parameters:
    ///   - frame: of samples.
    ///   - time: when its first sample was heard.
    /// - Returns: `nil` where it gives nothing yet.
    func convert(_ frame: UnsafePointer<AVFrame>, time: Duration) throws(MediaError) -> AudioBlock? {
        var source = frame.pointee
        guard source.sample_rate > 0, source.ch_layout.nb_channels > 0, source.nb_samples > 0 else { return nil }
        let isPlain =
            source.sample_rate == Int32(AudioBlock.sampleRate) && source.format == AV_SAMPLE_FMT_FLT.rawValue
            && source.ch_layout.nb_channels == 2
        if isPlain {
            return AudioBlock(time: time, samples: Self.samples(source.data.0, count: Int(source.nb_samples)))
        }
        if context == nil || rate != source.sample_rate || format != source.format
            || av_channel_layout_compare(&layout, &source.ch_layout) != 0
        {
            try open(&source)
        }
        let earlier = delay
        let capacity = swr_get_out_samples(context, source.nb_samples)
        guard capacity > 0 else { return nil }
        let samples = try run(capacity, frame)
        return samples.isEmpty ? nil : AudioBlock(time: time - earlier, samples: samples)
    }

    /// What had not come out.
    ///
    /// - Parameter end: when the last sample that went in ended.
    func finish(end: Duration) throws(MediaError) -> AudioBlock? {
        guard context != nil else { return nil }
        let rest = delay
        let samples = try run(swr_get_out_samples(context, 0) + 64, nil)
        return samples.isEmpty ? nil : AudioBlock(time: end - rest, samples: samples)
    }

    private func open(_ source: inout AVFrame) throws(MediaError) {
        swr_free(&context)
        rate = source.sample_rate
        format = source.format
        var stereo = AVChannelLayout()
        av_channel_layout_default(&stereo, Int32(AudioBlock.channels))
        var layout = AVChannelLayout()
        if source.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC {
            av_channel_layout_default(&layout, source.ch_layout.nb_channels)
        } else {
            av_channel_layout_copy(&layout, &source.ch_layout)
        }
        defer { av_channel_layout_uninit(&layout) }
        av_channel_layout_uninit(&self.layout)
        av_channel_layout_copy(&self.layout, &source.ch_layout)
        var status = swr_alloc_set_opts2(
            &context, &stereo, AV_SAMPLE_FMT_FLT, Int32(AudioBlock.sampleRate), &layout, AVSampleFormat(format), rate,
            0,
            nil)
        if status >= 0 { status = swr_init(context) }
        guard status >= 0 else {
            throw MediaError(.unsupported, "sound in this format cannot be converted: \(LibAV.text(status))")
        }
    }

    private func run(_ capacity: Int32, _ frame: UnsafePointer<AVFrame>?) throws(MediaError) -> [Float] {
        var status: Int32 = 0
        let samples = [Float](unsafeUninitializedCapacity: Int(capacity) * AudioBlock.channels) { buffer, count in
            var output: UnsafeMutablePointer<UInt8>? = UnsafeMutableRawPointer(buffer.baseAddress)?
                .assumingMemoryBound(to: UInt8.self)
            if let frame {
                // The array of planes, of which there are more than fit into the frame itself where channels are many.
                frame.pointee.extended_data.withMemoryRebound(
                    to: UnsafePointer<UInt8>?.self, capacity: Int(frame.pointee.ch_layout.nb_channels)
                ) { status = swr_convert(context, &output, capacity, $0, frame.pointee.nb_samples) }
            } else {
                status = swr_convert(context, &output, capacity, nil, 0)
            }
            count = Int(max(0, status)) * AudioBlock.channels
        }
        guard status >= 0 else { throw MediaError(.failed, "sound cannot be converted: \(LibAV.text(status))") }
        return samples
    }

    private static func samples(_ data: UnsafeMutablePointer<UInt8>?, count: Int) -> [Float] {
        guard let data else { return [] }
        let total = count * AudioBlock.channels
        return data.withMemoryRebound(to: Float.self, capacity: total) {
            Array(UnsafeBufferPointer(start: $0, count: total))
        }
    }
}
