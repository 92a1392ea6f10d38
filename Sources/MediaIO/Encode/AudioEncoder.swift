// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLibAV
public import RTP

/// Encodes sound as Opus, in packets of 20 ms, by libopus. It belongs to one thread.
public final class AudioEncoder {
    private let context: CodecContext
    private let packet: Packet
    /// What does not yet fill a packet, left and right in turn.
    private var waiting: [Float] = []
    /// When the first sample of `waiting` was heard, in samples; counted on from block to block.
    private var position: Int64 = 0
    private var drift = SampleDrift()

    /// Samples of each channel in a packet.
    public static let samplesPerPacket = 960
    /// A block that begins this much, in samples (40 ms), from where the last one ended follows it all the same: times of
    /// devices tremble, those of files are rounded.
    private static let tolerance: Int64 = 1_920

    /// - Parameter bitrate: bits a second; 64 kbit/s are music that few tell from the original, 24 kbit/s are speech.
    /// - Throws: ``MediaError/Kind/notFound`` where FFmpeg's libraries were built without libopus.
    public init(bitrate: Int = 64_000) throws(MediaError) {
        guard let codec = avcodec_find_encoder_by_name("libopus") else {
            throw MediaError(.notFound, "FFmpeg's libraries were built without libopus, so sound cannot be encoded")
        }
        context = try CodecContext(codec)
        packet = try Packet()
        let pointer = context.pointer
        pointer.pointee.sample_rate = Int32(AudioBlock.sampleRate)
        pointer.pointee.sample_fmt = AV_SAMPLE_FMT_FLT
        av_channel_layout_default(&pointer.pointee.ch_layout, Int32(AudioBlock.channels))
        // RFC 6716 section 2.1.1: from 6 to 510 kbit/s.
        pointer.pointee.bit_rate = Int64(min(max(bitrate, 6_000), 510_000))
        context.set("application", "audio")
        context.set("frame_duration", "20")
        context.set("vbr", "constrained")
        // A packet carries a coarse copy of the one before where there is speech and some bits to spare.
        context.set("fec", "1")
        context.set("packet_loss", "5")
        try context.open("libopus")
    }

    /// Takes sound, and gives the packets that it fills.
    ///
    /// - Parameter block: one that does not begin where the last one ended begins a packet of its own: what waited is
    ///   filled up with silence, and the timestamps have the same gap.
    /// - Returns: packets with timestamps of 48 kHz, which wrap: when the first sample in each was heard.
    public func encode(_ block: AudioBlock) throws(MediaError) -> [EncodedFrame] {
        let begins = block.time.ticks(Int64(AudioBlock.sampleRate))
        let expected = position &+ Int64(waiting.count / AudioBlock.channels)
        let (difference, overflow) = begins.subtractingReportingOverflow(expected)
        var frames: [EncodedFrame] = []
        if overflow || difference.magnitude > Self.tolerance.magnitude {
            frames = try finish()
            position = begins
            drift = SampleDrift()
        }
        let correction = drift.correction(begins &- position &- Int64(waiting.count / AudioBlock.channels))
        waiting += block.samples.prefix(block.samples.count / AudioBlock.channels * AudioBlock.channels)
        if waiting.count >= AudioBlock.channels {
            switch correction {
            case 1: waiting += waiting.suffix(AudioBlock.channels)
            case -1: waiting.removeLast(AudioBlock.channels)
            default: break
            }
        }
        return try frames + packets()
    }

    /// The last packet, filled up with silence, if anything waits for one.
    public func finish() throws(MediaError) -> [EncodedFrame] {
        guard !waiting.isEmpty else { return [] }
        let packet = Self.samplesPerPacket * AudioBlock.channels
        waiting += [Float](repeating: 0, count: (packet - waiting.count % packet) % packet)
        return try packets()
    }

    private func packets() throws(MediaError) -> [EncodedFrame] {
        let size = Self.samplesPerPacket * AudioBlock.channels
        var frames: [EncodedFrame] = []
        var start = 0
        defer { waiting.removeFirst(start) }
        while waiting.count - start >= size {
            try send(waiting[start..<start + size])
            start += size
            while avcodec_receive_packet(context.pointer, packet.pointer) >= 0 {
                frames.append(
                    EncodedFrame(
                        codec: .opus, timestamp: UInt32(truncatingIfNeeded: position), isKeyFrame: true,
                        bytes: packet.bytes))
                av_packet_unref(packet.pointer)
            }
            position &+= Int64(Self.samplesPerPacket)
        }
        return frames
    }

    private func send(_ samples: ArraySlice<Float>) throws(MediaError) {
        guard let frame = av_frame_alloc() else { throw LibAV.noMemory(for: "sound") }
        defer {
            var frame: UnsafeMutablePointer<AVFrame>? = frame
            av_frame_free(&frame)
        }
        frame.pointee.format = AV_SAMPLE_FMT_FLT.rawValue
        frame.pointee.sample_rate = Int32(AudioBlock.sampleRate)
        frame.pointee.nb_samples = Int32(Self.samplesPerPacket)
        av_channel_layout_default(&frame.pointee.ch_layout, Int32(AudioBlock.channels))
        guard av_frame_get_buffer(frame, 0) >= 0, let data = frame.pointee.data.0 else {
            throw LibAV.noMemory(for: "sound")
        }
        // A sample that is no number, or beyond all measure, would be what the packets after it are predicted from.
        data.withMemoryRebound(to: Float.self, capacity: samples.count) { target in
            for (index, sample) in samples.enumerated() {
                target[index] = sample.isFinite ? min(max(sample, -1), 1) : 0
            }
        }
        let status = avcodec_send_frame(context.pointer, frame)
        guard status >= 0 else { throw MediaError(.failed, "sound cannot be encoded: \(LibAV.text(status))") }
    }
}
