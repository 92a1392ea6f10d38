// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLibAV
import RTP

/// What a file says of a track before its first frame.
struct TrackHeader: Equatable {
    let codec: Codec
    /// In pixels; 0 for sound.
    let width: Int32
    let height: Int32
    /// What a decoder must know that is in none of the frames (Opus), or has to stand apart from them (H.264, AV1).
    let extradata: [UInt8]

    /// - Parameter keyFrame: the first frame of a picture.
    /// - Throws: ``MediaError`` for a picture without a key frame that says how large it is.
    init(_ codec: Codec, keyFrame: EncodedFrame?) throws(MediaError) {
        self.codec = codec
        guard codec.kind == .video else {
            (width, height) = (0, 0)
            extradata = codec == .opus ? Self.opusHead : []
            return
        }
        guard let keyFrame, keyFrame.codec == codec, keyFrame.isKeyFrame,
            let (width, height) = Self.size(keyFrame), width > 0, height > 0
        else { throw MediaError(.unsupported, "a picture of \(codec) begins with a key frame that tells its size") }
        (self.width, self.height) = (width, height)
        extradata =
            switch codec {
            case .h264: Self.parameterSets(keyFrame.bytes)
            case .av1: Self.sequenceHeader(keyFrame.bytes)
            default: []
            }
        if codec == .h264, extradata.isEmpty {
            throw MediaError(.unsupported, "a picture of H.264 begins with its parameter sets")
        }
    }

    /// The identification header of [RFC 7845 section 5.1](https://www.rfc-editor.org/rfc/rfc7845#section-5.1): version 1,
    /// two channels, nothing to skip (the beginning of the encoder's output was lost long ago), 48 kHz, no gain.
    private static let opusHead: [UInt8] = Array("OpusHead".utf8) + [1, 2, 0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0]

    func fill(_ parameters: UnsafeMutablePointer<AVCodecParameters>) throws(MediaError) {
        parameters.pointee.codec_type = codec.kind == .video ? AVMEDIA_TYPE_VIDEO : AVMEDIA_TYPE_AUDIO
        parameters.pointee.width = width
        parameters.pointee.height = height
        if codec.kind == .audio { av_channel_layout_default(&parameters.pointee.ch_layout, CInt(codec.channels)) }
        let (id, rate, bits): (AVCodecID, CInt, CInt) =
            switch codec {
            case .vp8: (AV_CODEC_ID_VP8, 0, 0)
            case .vp9: (AV_CODEC_ID_VP9, 0, 0)
            case .av1: (AV_CODEC_ID_AV1, 0, 0)
            case .h264: (AV_CODEC_ID_H264, 0, 0)
            case .opus: (AV_CODEC_ID_OPUS, 48_000, 0)
            // It samples at 16,000 Hz, whatever its clock rate (RFC 3551 section 4.5.2).
            case .g722: (AV_CODEC_ID_ADPCM_G722, 16_000, 4)
            case .pcmu: (AV_CODEC_ID_PCM_MULAW, 8000, 8)
            case .pcma: (AV_CODEC_ID_PCM_ALAW, 8000, 8)
            }
        parameters.pointee.codec_id = id
        parameters.pointee.sample_rate = rate
        parameters.pointee.bits_per_coded_sample = bits
        if bits > 0 { parameters.pointee.block_align = 1 }
        guard !extradata.isEmpty else { return }
        guard let memory = av_mallocz(extradata.count + Int(AV_INPUT_BUFFER_PADDING_SIZE)) else {
            throw MediaError(.failed, "there is no memory for a file's header")
        }
        memory.copyMemory(from: extradata, byteCount: extradata.count)
        parameters.pointee.extradata = memory.assumingMemoryBound(to: UInt8.self)
        parameters.pointee.extradata_size = CInt(clamping: extradata.count)
    }

    /// Whether what it says holds for a frame, too.
    func takes(_ frame: EncodedFrame) -> Bool {
        guard codec == frame.codec else { return false }
        guard frame.isKeyFrame, codec == .h264 || codec == .av1 else { return true }
        // Without parameter sets of its own it has those of before.
        guard let header = try? TrackHeader(codec, keyFrame: frame) else { return true }
        return header == self
    }

    // MARK: What key frames tell

    private static func size(_ frame: EncodedFrame) -> (width: Int32, height: Int32)? {
        switch frame.codec {
        case .vp8:
            frame.bytes.withUnsafeBytes { VP8FrameHeader(parsing: $0) }.map { (Int32($0.width), Int32($0.height)) }
        case .vp9:
            frame.bytes.withUnsafeBytes { VP9FrameHeader(parsing: $0) }.map { (Int32($0.width), Int32($0.height)) }
        case .av1: parsedSize(frame.bytes, AV_CODEC_ID_AV1)
        case .h264: parsedSize(frame.bytes, AV_CODEC_ID_H264)
        case .opus, .g722, .pcmu, .pcma: nil
        }
    }

    /// What libavcodec reads in a frame without decoding it.
    private static func parsedSize(_ bytes: [UInt8], _ id: AVCodecID) -> (width: Int32, height: Int32)? {
        guard let parser = av_parser_init(CInt(id.rawValue)) else { return nil }
        defer { av_parser_close(parser) }
        var context = avcodec_alloc_context3(nil)
        defer { avcodec_free_context(&context) }
        guard let context else { return nil }
        parser.pointee.flags |= PARSER_FLAG_COMPLETE_FRAMES
        // libavcodec may read beyond the end, and wants zeros there.
        let padded = bytes + [UInt8](repeating: 0, count: Int(AV_INPUT_BUFFER_PADDING_SIZE))
        var output: UnsafeMutablePointer<UInt8>?
        var length: CInt = 0
        _ = padded.withUnsafeBufferPointer {
            av_parser_parse2(
                parser, context, &output, &length, $0.baseAddress, CInt(clamping: bytes.count), .min, .min, 0)
        }
        return (parser.pointee.width, parser.pointee.height)
    }

    /// The parameter sets of an access unit (ITU-T H.264 annex B), each behind a start code.
    private static func parameterSets(_ accessUnit: [UInt8]) -> [UInt8] {
        guard H264ParameterSets.arePresent(in: accessUnit) else { return [] }
        var result: [UInt8] = []
        var start: Int?
        var position = 0
        func take(upTo end: Int) {
            guard let start else { return }
            let type = H264NALUnitType(header: accessUnit[start])
            guard type == .sequenceParameterSet || type == .pictureParameterSet else { return }
            // A fourth byte of the next start code belongs to that.
            let unit = accessUnit[start..<end].reversed().drop { $0 == 0 }.reversed()
            result += [0, 0, 0, 1] + unit
        }
        while position + 3 < accessUnit.count {
            guard accessUnit[position] == 0, accessUnit[position + 1] == 0, accessUnit[position + 2] == 1 else {
                position += 1
                continue
            }
            take(upTo: position)
            start = position + 3
            position += 4
        }
        take(upTo: accessUnit.count)
        return result
    }

    /// The sequence header of a temporal unit, whose units all tell their length (AV1 specification section 5.3).
    private static func sequenceHeader(_ unit: [UInt8]) -> [UInt8] {
        var position = 0
        while position < unit.count {
            let header = unit[position]
            let start = position
            position += header & 4 != 0 ? 2 : 1
            guard header & 2 != 0, let length = leb128(unit, &position), length <= unit.count - position else { break }
            position += length
            if AV1OBUType(rawValue: header >> 3 & 0x0f) == .sequenceHeader { return Array(unit[start..<position]) }
        }
        return []
    }

    /// AV1 specification section 4.10.5, as far as a frame can be long.
    private static func leb128(_ bytes: [UInt8], _ position: inout Int) -> Int? {
        var value = 0
        for place in 0..<4 {
            guard position < bytes.count else { return nil }
            let byte = bytes[position]
            position += 1
            value |= Int(byte & 0x7f) << (7 * place)
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }
}
