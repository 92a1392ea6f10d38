// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLibAV
public import RTP

/// Decodes packets of one track of sound, one after the other, to 48 kHz stereo. It belongs to one thread.
public final class AudioDecoder {
    public let codec: Codec

    private let context: CodecContext
    private let converter = SoundConverter()
    /// The last one that was decoded, which what is lost after it is made from.
    private var last: AudioBlock?

    /// Lost packets that are filled, 1 s of the usual ones: what is missing for longer is a pause.
    static let mostConcealed = 50

    /// - Parameter codec: one of sound.
    /// - Throws: ``MediaError/Kind/notFound`` where FFmpeg's libraries were built without a decoder for it.
    public init(codec: Codec = .opus) throws(MediaError) {
        self.codec = codec
        let decoder: UnsafePointer<AVCodec>? =
            switch codec {
            case .opus: avcodec_find_decoder_by_name("libopus") ?? avcodec_find_decoder(AV_CODEC_ID_OPUS)
            case .g722: avcodec_find_decoder(AV_CODEC_ID_ADPCM_G722)
            case .pcmu: avcodec_find_decoder(AV_CODEC_ID_PCM_MULAW)
            case .pcma: avcodec_find_decoder(AV_CODEC_ID_PCM_ALAW)
            case .vp8, .vp9, .av1, .h264: nil
            }
        guard let decoder else {
            throw MediaError(.notFound, "there is no decoder for sound of \(codec.encodingName)")
        }
        context = try CodecContext(decoder)
        // RFC 3551 section 4.5.2: G.722 samples at 16 kHz, whatever its clock says.
        context.pointer.pointee.sample_rate = codec == .g722 ? 16_000 : Int32(codec.clockRate)
        context.pointer.pointee.request_sample_fmt = AV_SAMPLE_FMT_FLT
        av_channel_layout_default(&context.pointer.pointee.ch_layout, Int32(codec.channels))
        try context.open("the decoder for \(codec.encodingName)")
    }

    /// Decodes the next packet.
    ///
    /// - Parameters:
    ///   - time: when its first sample is to be heard.
    ///   - lost: packets that should have come between the last one and this. What they held is made up: the last sound
    ///     backwards while it fades, then silence; a second in all at most.
    /// - Returns: what is made up for the lost packets, then what the packet holds.
    /// - Throws: ``MediaError/Kind/unsupported`` for a packet that is broken or of another codec; the next one is decoded
    ///   as if nothing had been.
    public func decode(_ frame: EncodedFrame, time: Duration, lost: Int = 0) throws(MediaError) -> [AudioBlock] {
        guard frame.codec == codec else {
            throw MediaError(.unsupported, "a packet is of \(frame.codec.encodingName), not of \(codec.encodingName)")
        }
        guard !frame.bytes.isEmpty else { throw MediaError(.unsupported, "a packet of sound is empty") }
        let packet = try Packet(frame.bytes)
        try check(withExtendedLifetime(packet) { avcodec_send_packet(context.pointer, packet.pointer) })
        var blocks = concealment(of: lost, before: time)
        var position = time
        while let block = try receive(position) {
            blocks.append(block)
            last = block
            position = block.time + block.duration
        }
        return blocks
    }

    private func receive(_ time: Duration) throws(MediaError) -> AudioBlock? {
        guard let frame = av_frame_alloc() else { throw LibAV.noMemory(for: "sound") }
        defer {
            var frame: UnsafeMutablePointer<AVFrame>? = frame
            av_frame_free(&frame)
        }
        let status = avcodec_receive_frame(context.pointer, frame)
        if status == LibAV.again || status == LibAV.endOfFile { return nil }
        try check(status)
        return try converter.convert(frame, time: time)
    }

    /// One block for each lost packet, each as long as the last one that was there.
    private func concealment(of lost: Int, before time: Duration) -> [AudioBlock] {
        guard let last, lost > 0, !last.samples.isEmpty else { return [] }
        let count = min(lost, Self.mostConcealed)
        let length = last.samples.count / AudioBlock.channels
        return (0..<count).map { index in
            let start = time - last.duration * (count - index)
            var samples = [Float](repeating: 0, count: length * AudioBlock.channels)
            // Backwards begins where forwards has ended: no step is heard.
            if index == 0 {
                for sample in 0..<length {
                    let gain = Float(length - sample) / Float(length)
                    for channel in 0..<AudioBlock.channels {
                        samples[sample * AudioBlock.channels + channel] =
                            last.samples[(length - 1 - sample) * AudioBlock.channels + channel] * gain
                    }
                }
            }
            return AudioBlock(time: start, samples: samples)
        }
    }

    private func check(_ status: Int32) throws(MediaError) {
        guard status < 0 else { return }
        avcodec_flush_buffers(context.pointer)
        throw MediaError(.unsupported, "a packet of \(codec.encodingName) is broken: \(LibAV.text(status))")
    }
}
