// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLibAV
public import RTP

/// Writes frames as they are into a new file: WebM where that has all of the codecs (VP8, VP9, AV1, Opus), Matroska
/// otherwise (H.264, G.722, PCMU, PCMA). Nothing is encoded anew.
///
///     let writer = try MatroskaWriter(
///         directory: ".", name: "lecture", tracks: [.init(.vp8, firstKeyFrame: first), .init(.opus)])
///     try writer.write(first, track: 0, at: .zero)
///     …
///     try writer.finish()
///
/// The file bears its name from the beginning, and can be played at any time but for its last second: a killed process leaves
/// what is in it. ``finish()`` adds what a player needs to jump about in it, and its length.
///
/// Blocks its thread, to which it belongs.
public final class MatroskaWriter {
    /// A track of the file. All are known when it begins: a file gets none later.
    public struct Track: Sendable {
        public var codec: Codec
        public var firstKeyFrame: EncodedFrame?

        /// - Parameter firstKeyFrame: of a picture; the file tells its size, which may change later.
        public init(_ codec: Codec, firstKeyFrame: EncodedFrame? = nil) {
            self.codec = codec
            self.firstKeyFrame = firstKeyFrame
        }

        /// Whether a file can begin with it: of a picture only with a key frame that tells its size, and what decoders must
        /// know.
        public var isComplete: Bool { header != nil }

        /// Whether a frame can be in the file that begins with this; see ``MatroskaWriter/takes(_:track:)``.
        public func takes(_ frame: EncodedFrame) -> Bool { header?.takes(frame) ?? false }

        private var header: TrackHeader? { try? TrackHeader(codec, keyFrame: firstKeyFrame) }
    }

    /// A cluster is a second at most, and what is in memory is one cluster and one packet of sound: so a file that is
    /// being written lacks no more than the last second.
    static let clusterMilliseconds = 900
    /// Bytes that libavformat collects before it writes.
    private static let bufferSize: CInt = 1 << 16
    /// What the libraries would print is told by errors.
    private static let quiet: Void = av_log_set_level(AV_LOG_QUIET)

    /// Where the file is.
    public var path: String { output.path }
    /// Bytes of the file until now.
    public var size: Int { Int(output.size) }

    private let output: OutputFile
    private let headers: [TrackHeader]
    private let context: UnsafeMutablePointer<AVFormatContext>
    private let packet: UnsafeMutablePointer<AVPacket>
    /// By track, in milliseconds: what a file has of one track is in order.
    private var last: [Int64]
    /// Up to where the file is whole clusters.
    private var wholeSize: Int64 = 0
    private var hasEnded = false

    /// Makes the file and begins it.
    ///
    /// - Parameters:
    ///   - directory: that exists.
    ///   - name: without extension, and without `/`. When there is such a file already, ` (1)` and so on is added: no file
    ///     is ever overwritten.
    ///   - title: what players show; the file's name by default.
    /// - Throws: ``MediaError``; there is no file then.
    public init(directory: String, name: String, tracks: [Track], title: String? = nil) throws(MediaError) {
        _ = Self.quiet
        guard !tracks.isEmpty else { throw MediaError(.unsupported, "a file without a track has nothing to play") }
        var headers: [TrackHeader] = []
        for track in tracks { headers.append(try TrackHeader(track.codec, keyFrame: track.firstKeyFrame)) }
        let isWebM = tracks.allSatisfy { Self.isWebM($0.codec) }
        let output = try OutputFile(directory: directory, name: name, fileExtension: isWebM ? "webm" : "mkv")
        var context: UnsafeMutablePointer<AVFormatContext>?
        guard avformat_alloc_output_context2(&context, nil, isWebM ? "webm" : "matroska", nil) >= 0, let context,
            let packet = av_packet_alloc()
        else {
            output.remove()
            throw MediaError(.failed, "FFmpeg's libraries here cannot write \(isWebM ? "WebM" : "Matroska")")
        }
        self.output = output
        self.headers = headers
        self.context = context
        self.packet = packet
        last = headers.map { _ in 0 }
        do {
            try begin(title)
        } catch {
            hasEnded = true
            output.remove()
            throw error
        }
    }

    deinit {
        // Whoever lets go of it has not the patience for an index.
        if !hasEnded { _ = av_write_frame(context, nil) }
        if let io = context.pointee.pb {
            av_freep(&io.pointee.buffer)
            var io: UnsafeMutablePointer<AVIOContext>? = io
            avio_context_free(&io)
        }
        avformat_free_context(context)
        var packet: UnsafeMutablePointer<AVPacket>? = packet
        av_packet_free(&packet)
    }

    /// The codecs of [WebM](https://www.webmproject.org/docs/container/).
    private static func isWebM(_ codec: Codec) -> Bool {
        switch codec {
        case .vp8, .vp9, .av1, .opus: true
        case .h264, .g722, .pcmu, .pcma: false
        }
    }

    private func begin(_ title: String?) throws(MediaError) {
        guard let buffer = av_malloc(Int(Self.bufferSize)),
            let io = avio_alloc_context(
                buffer.assumingMemoryBound(to: UInt8.self), Self.bufferSize, 1,
                Unmanaged.passUnretained(output).toOpaque(), nil,
                { opaque, bytes, count in
                    guard let opaque, let bytes else { return -EINVAL }
                    return Unmanaged<OutputFile>.fromOpaque(opaque).takeUnretainedValue().write(bytes, Int(count))
                },
                { opaque, offset, whence in
                    guard let opaque else { return Int64(-EINVAL) }
                    return Unmanaged<OutputFile>.fromOpaque(opaque).takeUnretainedValue().seek(offset, whence)
                })
        else { throw MediaError(.failed, "there is no memory to write \(path)") }
        context.pointee.pb = io
        context.pointee.flags |= AVFMT_FLAG_CUSTOM_IO
        // What libavformat has written is in the file when a call returns.
        context.pointee.flush_packets = 1
        if let title { av_dict_set(&context.pointee.metadata, "title", title, 0) }
        for header in headers {
            guard let stream = avformat_new_stream(context, nil) else {
                throw MediaError(.failed, "there is no memory to write \(path)")
            }
            stream.pointee.time_base = AVRational(num: 1, den: 1000)
            try header.fill(stream.pointee.codecpar)
        }
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        av_dict_set(&options, "cluster_time_limit", "\(Self.clusterMilliseconds)", 0)
        try check(avformat_write_header(context, &options))
        avio_flush(io)
        try check(io.pointee.error)
        wholeSize = output.size
    }

    // MARK: Frames

    /// Whether a frame can be in this file: not one of another codec, and not one of H.264 or AV1 whose decoder would have to
    /// be told something else than is in the file's header. VP8 and VP9 may change their size.
    public func takes(_ frame: EncodedFrame, track: Int) -> Bool {
        headers.indices.contains(track) && headers[track].takes(frame)
    }

    /// Writes a frame.
    ///
    /// - Parameters:
    ///   - track: its place in the list of tracks.
    ///   - time: when it is to be played, from the beginning of the file, on a clock that all tracks have in common. Frames
    ///     of one track come in the order of their times; one that does not is given the time of the one before it.
    /// - Throws: ``MediaError``: ``MediaError/Kind/noSpace`` when the disk is full. The file ends then, and what was written
    ///   before can be played.
    public func write(_ frame: EncodedFrame, track: Int, at time: Duration) throws(MediaError) {
        guard !hasEnded else { throw MediaError(.failed, "\(path) has ended") }
        guard headers.indices.contains(track), headers[track].codec == frame.codec else {
            throw MediaError(.unsupported, "\(path) has no such track of \(frame.codec)")
        }
        let milliseconds = max(last[track], Self.milliseconds(time))
        last[track] = milliseconds
        // Copied once: libavformat may keep it until the next one.
        guard av_new_packet(packet, CInt(clamping: frame.bytes.count)) >= 0, let data = packet.pointee.data else {
            throw MediaError(.failed, "there is no memory for a frame of \(frame.bytes.count) bytes")
        }
        frame.bytes.withUnsafeBytes { bytes in
            if let base = bytes.baseAddress {
                UnsafeMutableRawPointer(data).copyMemory(from: base, byteCount: bytes.count)
            }
        }
        packet.pointee.stream_index = CInt(track)
        packet.pointee.pts = milliseconds
        packet.pointee.dts = milliseconds
        packet.pointee.duration = Self.milliseconds(Self.duration(of: frame))
        packet.pointee.flags = frame.isKeyFrame ? AV_PKT_FLAG_KEY : 0
        let result = av_write_frame(context, packet)
        av_packet_unref(packet)
        try check(result)
        wholeSize = output.size
    }

    /// Brings into the file what is still in memory; for when no frame has come for a second.
    ///
    /// - Throws: ``MediaError``, as ``write(_:track:at:)`` does.
    public func flush() throws(MediaError) {
        guard !hasEnded else { return }
        try check(av_write_frame(context, nil))
        wholeSize = output.size
    }

    /// Ends the file, with an index by which players jump to a time, and its length.
    ///
    /// - Throws: ``MediaError``, as ``write(_:track:at:)`` does; without an index it can be played, too.
    public func finish() throws(MediaError) {
        guard !hasEnded else { return }
        try flush()
        let result = av_write_trailer(context)
        try check(result)
        hasEnded = true
        output.close()
    }

    /// - Throws: ``MediaError`` when something could not be written; the file has ended then, behind its last whole cluster.
    private func check(_ result: CInt) throws(MediaError) {
        // An error of the system may be told by a later call.
        guard output.failure != 0 || result < 0 else { return }
        hasEnded = true
        if wholeSize > 0 { output.truncate(to: wholeSize) }
        output.close()
        let what = "\(path) cannot be written\(wholeSize > 0 ? " any further" : "")"
        throw MediaError(system: output.failure != 0 ? output.failure : max(1, 0 &- result), what)
    }

    private static func milliseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        // Beyond a thousand years is no time that a file could tell.
        let whole = max(0, min(seconds, 1 << 35)) * 1000
        return seconds < 0 ? 0 : whole + (attoseconds + 500_000_000_000_000) / 1_000_000_000_000_000
    }

    private static func duration(of frame: EncodedFrame) -> Duration {
        switch frame.codec {
        case .opus: .microseconds(Int64(OpusPayload.duration(of: frame.bytes) ?? 0) * 1_000_000 / 48_000)
        // One byte is a sample of 8 kHz, or two of 16 kHz (RFC 3551 section 4.5.2).
        case .g722, .pcmu, .pcma: .microseconds(Int64(frame.bytes.count) * 125)
        case .vp8, .vp9, .av1, .h264: .zero
        }
    }
}
