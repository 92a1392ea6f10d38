// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import CLibAV
import Foundation

/// Pictures and sound of a file, decoded: WebM, Matroska, MP4, Ogg, WAV, and what else libavformat reads.
///
/// Times begin at zero with whatever is first, and keep what the file says: a changing rate, gaps, an offset between sound and
/// pictures. Where they step back, or far ahead (files that were joined end to end), they go on where they were. A file is
/// only ever read itself: neither a playlist nor a name can make it read another or reach the network.
public final class FileSource: MediaSource {
    public let hasPictures: Bool
    public let hasSound: Bool
    /// Whoever reads keeps the time.
    public let isLive = false
    /// Of the first picture, as it is shown, in pixels; `nil` without pictures.
    public let pictureSize: (width: Int, height: Int)?
    /// What the file says of its length; `nil` where it does not.
    public let duration: Duration?

    private let path: String
    private var run: Run
    /// Where the present run begins on the source's clock.
    private var offset: Duration = .zero
    /// The end of what was given.
    private var end: Duration = .zero

    /// Formats that are contents, not directions to other files: of those HLS, DASH, SDP, concatenations and patterns of
    /// names are left out.
    static let formats = [
        "matroska,webm", "mov,mp4,m4a,3gp,3g2,mj2", "ogg", "wav", "w64", "aiff", "au", "caf", "flac", "mp3", "aac",
        "ac3",
        "amr", "ape", "wv", "tta", "avi", "flv", "live_flv", "mpeg", "mpegts", "mpegvideo", "m4v", "h264", "hevc",
        "ivf", "obu",
        "av1", "asf", "nut", "mxf", "dv", "gif", "rm", "y4m", "yuv4mpegpipe",
    ]

    /// Opens a file.
    ///
    /// - Parameter path: of a file here; never taken for a URL.
    /// - Throws: ``MediaError/Kind/notFound``, ``MediaError/Kind/notAllowed``; ``MediaError/Kind/unsupported`` for what is no
    ///   media file, has neither pictures nor sound, or no decoder.
    public init(path: String) throws(MediaError) {
        self.path = path
        run = try Run(path)
        (hasPictures, hasSound) = (run.input.pictures != nil, run.input.sound != nil)
        let length = run.input.format.pointee.duration
        duration = length > 0 ? .microseconds(length) : nil
        try run.prepare()
        pictureSize = run.firstPicture.map { ($0.width, $0.height) }
    }

    /// - Throws: ``MediaError/Kind/failed`` after the last sample of what could be read, when the disk gave no more.
    public func next() throws(MediaError) -> MediaSample? {
        switch try run.next() {
        case nil: return nil
        case .picture(var picture):
            end = max(end, offset + picture.time + run.pictureLength)
            picture.time += offset
            return .picture(picture)
        case .sound(var block):
            block.time += offset
            end = max(end, block.time + block.duration)
            return .sound(block)
        }
    }

    /// Begins anew; times go on where the last sample ended.
    ///
    /// - Throws: as when it was opened: the file may have changed.
    public func rewind() throws(MediaError) {
        // Opened again, because few formats can be wound back from every state.
        run = try Run(path)
        try run.prepare()
        offset = end
    }
}

extension FileSource {
    /// Once through the file.
    final class Run {
        let input: MediaInput
        private let converter: PictureConverter
        private let sound = SoundConverter()
        /// What was decoded and not yet given, in order.
        private var pictures: [VideoPicture] = []
        private var blocks: [AudioBlock] = []
        private var hasEnded = false
        /// Why it has ended where that is not the end of the file.
        private var failure: MediaError?
        private let name: String
        /// By the file's clock.
        private var zero: Duration?
        private var lastPicture: Duration?
        private var soundEnd: Duration?
        private var joints = Joints()

        /// How much is read ahead to find the next sample of the other kind: of a file in which pictures and sound are far
        /// from each other's place, they come as they are stored.
        static let mostPictures = 30
        static let mostBlocks = 500
        /// The pictures also end at so many bytes, 128 MiB.
        static let mostBytes = 128 << 20
        /// Times of sound that are this much beside where the last block ended are rounded ones.
        private static let tolerance: Duration = .milliseconds(20)

        init(_ path: String) throws(MediaError) {
            let name = "“\(path)”"
            self.name = name
            func explain(_ status: Int32) -> MediaError {
                switch status {
                case -ENOENT, -ENOTDIR: MediaError(.notFound, "there is no file \(name)")
                case -EACCES, -EPERM: MediaError(.notAllowed, "\(name) may not be read")
                case -EISDIR: MediaError(.unsupported, "\(name) is a folder")
                case LibAV.invalidData, LibAV.endOfFile:
                    MediaError(.unsupported, "\(name) is not a media file, or of a kind that is not known here")
                default: MediaError(.failed, "\(name) cannot be opened: \(LibAV.text(status))")
                }
            }
            // The library would end the name there.
            guard !path.utf8.contains(0) else { throw explain(-ENOENT) }
            input = try MediaInput(
                url: "file:" + path, demuxer: nil,
                options: [
                    "protocol_whitelist": "file", "format_whitelist": FileSource.formats.joined(separator: ","),
                ], explanation: explain)
            let status = input.findStreams()
            guard status >= 0 else { throw explain(status) }
            try input.openTracks(of: name)
            converter = PictureConverter(input.pictures?.stream)
        }

        var firstPicture: VideoPicture? { pictures.first }

        /// How long a picture is where nothing else says it.
        var pictureLength: Duration {
            guard let rate = input.pictures?.stream.pointee.avg_frame_rate, rate.num > 0, rate.den > 0 else {
                return .milliseconds(40)
            }
            return .nanoseconds(av_rescale(1_000_000_000, Int64(rate.den), Int64(rate.num)))
        }

        /// Reads until the first sample of each kind is there, and lets the clock begin.
        func prepare() throws(MediaError) {
            try fill()
            let zero = [pictures.first?.time, blocks.first?.time].compactMap { $0 }.min() ?? .zero
            self.zero = zero
            for index in pictures.indices { pictures[index].time -= zero }
            for index in blocks.indices { blocks[index].time -= zero }
        }

        func next() throws(MediaError) -> MediaSample? {
            try fill()
            switch (pictures.first, blocks.first) {
            case (nil, nil):
                if let failure { throw failure }
                return nil
            case (let picture?, let block?) where picture.time <= block.time: return .picture(takePicture(picture))
            case (_, let block?):
                blocks.removeFirst()
                return .sound(block)
            case (let picture?, nil): return .picture(takePicture(picture))
            }
        }

        private func takePicture(_ picture: VideoPicture) -> VideoPicture {
            pictures.removeFirst()
            return picture
        }

        /// Whether it is known what comes next.
        private var isFilled: Bool {
            if hasEnded || pictures.count >= Self.mostPictures || blocks.count >= Self.mostBlocks { return true }
            if let first = pictures.first, first.width * first.height * 3 / 2 * pictures.count >= Self.mostBytes {
                return true
            }
            return (input.pictures == nil || !pictures.isEmpty) && (input.sound == nil || !blocks.isEmpty)
        }

        private func fill() throws(MediaError) {
            while !isFilled {
                switch input.read() {
                case .packet(let packet, let track, let isPicture):
                    // What is broken in a file is passed over; what comes after it is there all the same.
                    _ = try decode(packet, track, isPicture)
                case .other, .nothing: break
                case .end, .failed:
                    // Of a file that is cut off, what there is.
                    noteFailure()
                    try drain()
                }
            }
        }

        /// Demuxers tell a disk that fails from a file that is cut off only here.
        private func noteFailure() {
            guard let status = input.format.pointee.pb?.pointee.error, status < 0, status != LibAV.endOfFile else {
                return
            }
            failure = MediaError(.failed, "\(name) cannot be read any further: \(LibAV.text(status))")
        }

        private func drain() throws(MediaError) {
            hasEnded = true
            if let pictures = input.pictures { _ = try decode(nil, pictures, true) }
            if let track = input.sound { _ = try decode(nil, track, false) }
            if let soundEnd, let rest = try sound.finish(end: soundEnd) { append(rest) }
        }

        private func decode(
            _ packet: UnsafeMutablePointer<AVPacket>?, _ track: MediaInput.Track, _ isPicture: Bool
        ) throws(MediaError) -> Int32 {
            try track.decode(packet) { (frame: UnsafeMutablePointer<AVFrame>) throws(MediaError) in
                let end = [lastPicture.map { $0 + pictureLength }, soundEnd].compactMap { $0 }.max()
                let time = track.time(frame.pointee.best_effort_timestamp).map {
                    joints.time($0, isPicture: isPicture, last: isPicture ? lastPicture : soundEnd, end: end)
                }
                if isPicture {
                    try append(frame, time: time, aspect: track.stream.pointee.sample_aspect_ratio)
                } else {
                    defer {
                        var frame: UnsafeMutablePointer<AVFrame>? = frame
                        av_frame_free(&frame)
                    }
                    try append(frame, time: time)
                }
            }
        }

        private func append(
            _ frame: UnsafeMutablePointer<AVFrame>, time: Duration?, aspect: AVRational
        ) throws(MediaError) {
            let following = lastPicture.map { $0 + pictureLength } ?? zero ?? .zero
            var time = time ?? following
            // Never back: two pictures of one time are shown one after the other.
            if let lastPicture, time <= lastPicture { time = lastPicture + .nanoseconds(1) }
            lastPicture = time
            pictures.append(try converter.convert(frame, time: time - (zero ?? .zero), aspect: aspect))
        }

        private func append(_ frame: UnsafeMutablePointer<AVFrame>, time: Duration?) throws(MediaError) {
            guard frame.pointee.sample_rate > 0 else { return }
            var begins = time ?? soundEnd ?? zero ?? .zero
            if let soundEnd, begins < soundEnd + Self.tolerance { begins = soundEnd }
            soundEnd = begins + .ticks(Int64(frame.pointee.nb_samples), Int64(frame.pointee.sample_rate))
            if let block = try sound.convert(frame, time: begins) { append(block) }
        }

        private func append(_ block: AudioBlock) {
            var block = block
            block.time -= zero ?? .zero
            blocks.append(block)
        }
    }
}
