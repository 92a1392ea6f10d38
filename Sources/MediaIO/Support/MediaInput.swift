// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLibAV
import Foundation

/// An open `AVFormatContext` of a file or a device, with a decoder for its pictures and one for its sound.
final class MediaInput {
    let format: UnsafeMutablePointer<AVFormatContext>
    private(set) var pictures: Track?
    private(set) var sound: Track?
    private let packet: Packet

    /// One of its streams.
    struct Track {
        let stream: UnsafeMutablePointer<AVStream>
        let decoder: CodecContext

        var timeBase: AVRational { stream.pointee.time_base }
    }

    /// - Parameters:
    ///   - url: as libavformat wants it, with its protocol.
    ///   - demuxer: `nil` to find out.
    ///   - options: of the demuxer and the protocol.
    ///   - flags: of the context, beside its own.
    ///   - explanation: makes what the library says into words.
    init(
        url: String, demuxer: UnsafePointer<AVInputFormat>?, options: [String: String], flags: Int32 = 0,
        explanation: (Int32) -> MediaError
    ) throws(MediaError) {
        _ = LibAV.quiet
        packet = try Packet()
        var dictionary: OpaquePointer?
        defer { av_dict_free(&dictionary) }
        for (name, value) in options { av_dict_set(&dictionary, name, value, 0) }
        var context = avformat_alloc_context()
        guard context != nil else { throw LibAV.noMemory(for: "a file") }
        context?.pointee.flags |= flags
        // Frees the context where it fails.
        let status = avformat_open_input(&context, url, demuxer, &dictionary)
        guard status >= 0, let context else { throw explanation(status) }
        format = context
    }

    deinit {
        var context: UnsafeMutablePointer<AVFormatContext>? = format
        avformat_close_input(&context)
    }

    /// Reads on until the streams are known; devices know theirs.
    func findStreams() -> Int32 { avformat_find_stream_info(format, nil) }

    /// Opens decoders for the best streams, and lets the demuxer pass over all others.
    ///
    /// - Parameter name: of the file or device, for people.
    /// - Throws: ``MediaError/Kind/unsupported`` where a stream has no decoder here, or where there is neither picture nor
    ///   sound.
    func openTracks(of name: String) throws(MediaError) {
        pictures = try track(AVMEDIA_TYPE_VIDEO, "pictures", name)
        sound = try track(AVMEDIA_TYPE_AUDIO, "sound", name)
        guard pictures != nil || sound != nil else {
            throw MediaError(.unsupported, "\(name) has neither pictures nor sound")
        }
        for index in 0..<Int(format.pointee.nb_streams) {
            guard let stream = format.pointee.streams[index] else { continue }
            if stream != pictures?.stream && stream != sound?.stream { stream.pointee.discard = AVDISCARD_ALL }
        }
    }

    private func track(_ type: AVMediaType, _ what: String, _ name: String) throws(MediaError) -> Track? {
        let index = av_find_best_stream(format, type, -1, -1, nil, 0)
        guard index >= 0, let stream = format.pointee.streams[Int(index)], let parameters = stream.pointee.codecpar,
            // The cover of a record is no film.
            stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0
        else { return nil }
        guard let codec = avcodec_find_decoder(parameters.pointee.codec_id) else {
            let codec = String(cString: avcodec_get_name(parameters.pointee.codec_id))
            throw MediaError(.unsupported, "there is no decoder for the \(what) of \(name), which are \(codec)")
        }
        let decoder = try CodecContext(codec)
        avcodec_parameters_to_context(decoder.pointer, parameters)
        decoder.pointer.pointee.pkt_timebase = stream.pointee.time_base
        decoder.pointer.pointee.max_pixels = VideoDecoder.mostPixels
        try decoder.open("the decoder for the \(what) of \(name)")
        return Track(stream: stream, decoder: decoder)
    }

    /// What came of an attempt to read.
    enum Reading {
        /// To be fed to the track's decoder.
        case packet(UnsafeMutablePointer<AVPacket>, Track, isPicture: Bool)
        /// A packet of a stream that nobody wants.
        case other
        /// A device has nothing yet.
        case nothing
        case end
        case failed(Int32)
    }

    /// The next packet, valid until the next call.
    func read() -> Reading {
        av_packet_unref(packet.pointer)
        let status = av_read_frame(format, packet.pointer)
        if status == LibAV.again { return .nothing }
        if status == LibAV.endOfFile { return .end }
        guard status >= 0 else { return .failed(status) }
        let index = packet.pointer.pointee.stream_index
        if let pictures, pictures.stream.pointee.index == index {
            return .packet(packet.pointer, pictures, isPicture: true)
        }
        if let sound, sound.stream.pointee.index == index { return .packet(packet.pointer, sound, isPicture: false) }
        return .other
    }
}

extension MediaInput.Track {
    /// When something was, by the stream's own clock; `nil` where it does not say, or nothing that can be.
    func time(_ timestamp: Int64) -> Duration? {
        guard timestamp != LibAV.noTimestamp, timeBase.den > 0 else { return nil }
        let nanoseconds = av_rescale_q(timestamp, timeBase, AVRational(num: 1, den: 1_000_000_000))
        // The same number says that it is beyond 292 years.
        return nanoseconds == LibAV.noTimestamp ? nil : .nanoseconds(nanoseconds)
    }

    /// Feeds a packet, or with `nil` the end, and gives each frame that comes of it.
    ///
    /// - Returns: what the decoder said of the packet.
    func decode(
        _ packet: UnsafeMutablePointer<AVPacket>?,
        _ body: (UnsafeMutablePointer<AVFrame>) throws(MediaError) -> Void
    ) throws(MediaError) -> Int32 {
        let status = avcodec_send_packet(decoder.pointer, packet)
        while true {
            guard let frame = av_frame_alloc() else { throw LibAV.noMemory(for: "a picture") }
            guard avcodec_receive_frame(decoder.pointer, frame) >= 0 else {
                var frame: UnsafeMutablePointer<AVFrame>? = frame
                av_frame_free(&frame)
                return status
            }
            try body(frame)
        }
    }
}
