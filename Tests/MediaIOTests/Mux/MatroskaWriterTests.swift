// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import MediaIO
import MediaTestKit
import RTP
import Testing

/// Judged by `ffprobe` and `ffmpeg`.
@Suite("Matroska writer", .timeLimit(.minutes(2)))
struct MatroskaWriterTests {
    let scratch: ScratchDirectory
    init() throws { scratch = try ScratchDirectory() }

    /// Picture and sound, as they come: by their times.
    static func write(_ clips: [EncodedClip], with writer: MatroskaWriter, before end: Duration = .seconds(60)) throws {
        for (track, frame, time) in ordered(clips) where time < end { try writer.write(frame, track: track, at: time) }
    }

    static func ordered(_ clips: [EncodedClip]) -> [(track: Int, frame: EncodedFrame, time: Duration)] {
        clips.enumerated().flatMap { track, clip in
            clip.frames.map { frame in
                let rate = Int64(frame.codec.clockRate)
                return (track, frame, Duration.microseconds(Int64(frame.timestamp) * 1_000_000 / rate))
            }
        }.sorted { $0.2 < $1.2 }
    }

    static func tracks(_ clips: [EncodedClip]) -> [MatroskaWriter.Track] {
        clips.map { .init($0.frames[0].codec, firstKeyFrame: $0.frames[0]) }
    }

    @Test(
        arguments: [
            (Codec.vp8, Codec.opus, "webm"), (.vp9, .opus, "webm"), (.av1, .opus, "webm"), (.h264, .opus, "mkv"),
            (.vp8, .pcmu, "mkv"), (.vp8, .pcma, "mkv"), (.vp8, .g722, "mkv"),
        ])
    func `every frame is in the file, at its time, and decodes`(
        picture: Codec, sound: Codec, fileExtension: String
    ) throws {
        let clips = [try EncodedClip.picture(picture), try EncodedClip.sound(sound)]
        let writer = try MatroskaWriter(
            directory: scratch.path, name: "clip", tracks: Self.tracks(clips), title: "Ann – camera")
        try Self.write(clips, with: writer)
        try writer.finish()
        #expect(writer.path == "\(scratch.path)/clip.\(fileExtension)")

        let probe = try FileProbe(writer.path)
        #expect(probe.streams.count == 2)
        #expect((probe.streams[0].width, probe.streams[0].height) == (160, 120))
        #expect(probe.format.tags?["title"] == "Ann – camera")
        // The last packet of sound, or picture, has its length.
        let duration = try #require(probe.format.duration.flatMap(Double.init))
        #expect((2.95...3.1).contains(duration))
        for (track, clip) in clips.enumerated() {
            let packets = probe.packets(of: track)
            #expect(packets.count == clip.frames.count)
            let interval = track == 0 ? 40 : 20
            #expect(packets.map(\.milliseconds) == clip.frames.indices.map { $0 * interval })
            #expect(packets.map { $0.flags.hasPrefix("K") } == clip.frames.map(\.isKeyFrame))
            let decoded = try FileProbe.decode(writer.path, track: track)
            // Decoders of PCM make pieces of their own.
            if track == 0 || sound == .opus { #expect(decoded == clip.frames.count) } else { #expect(decoded > 0) }
        }
        // Players jump by an index: what comes behind two seconds is found at its key frame.
        let jumped = String(
            decoding: try ScratchDirectory.run(
                "ffprobe",
                [
                    "-v", "error", "-read_intervals", "2.5%+#1", "-select_streams", "0", "-show_entries",
                    "packet=pts_time", "-of", "csv=p=0", writer.path,
                ]), as: UTF8.self)
        #expect(jumped.hasPrefix("2.000"))
    }

    @Test func `sound alone is a file, too, and so is a track of which nothing comes`() throws {
        let sound = try EncodedClip.sound(.opus)
        let picture = try EncodedClip.picture(.vp8)
        let writer = try MatroskaWriter(
            directory: scratch.path, name: "sound", tracks: Self.tracks([sound, picture]))
        try Self.write([sound], with: writer)
        try writer.finish()
        #expect(try FileProbe(writer.path).packets(of: 0).count == sound.frames.count)
        #expect(try FileProbe.decode(writer.path, track: 0) == sound.frames.count)
    }

    @Test func `gaps stay gaps, and what comes too late is not played before what was there`() throws {
        let sound = try EncodedClip.sound(.opus).frames
        let writer = try MatroskaWriter(directory: scratch.path, name: "gap", tracks: [.init(.opus)])
        // The third is two minutes later; then one that belongs to before.
        let times: [Duration] = [.zero, .milliseconds(20), .seconds(120), .seconds(3), .milliseconds(120_020)]
        for (frame, time) in zip(sound, times) { try writer.write(frame, track: 0, at: time) }
        // Nor does a time that is no time do any harm.
        try writer.write(sound[5], track: 0, at: .seconds(-5))
        try writer.finish()
        #expect(
            try FileProbe(writer.path).packets.map(\.milliseconds) == [0, 20, 120_000, 120_000, 120_020, 120_020])
    }

    @Test func `a picture may change its size within the file`() throws {
        let clips = try [(160, 120), (320, 240), (80, 60)].map { try EncodedClip.picture(.vp8, seconds: 1, size: $0) }
        let writer = try MatroskaWriter(
            directory: scratch.path, name: "sizes", tracks: [.init(.vp8, firstKeyFrame: clips[0].frames[0])])
        for (second, clip) in clips.enumerated() {
            for (number, frame) in clip.frames.enumerated() {
                #expect(writer.takes(frame, track: 0))
                try writer.write(frame, track: 0, at: .milliseconds(second * 1000 + number * 40))
            }
        }
        try writer.finish()
        let sizes = String(
            decoding: try ScratchDirectory.run(
                "ffprobe", ["-v", "error", "-show_entries", "frame=width,height", "-of", "csv=p=0", writer.path]),
            as: UTF8.self)
        let lines = sizes.split(separator: "\n").map(String.init)
        #expect(
            lines == Array(repeating: "160,120", count: 25) + Array(repeating: "320,240", count: 25)
                + Array(repeating: "80,60", count: 25))
    }

    @Test(arguments: [Codec.h264, .av1])
    func `a picture whose decoder would have to be told something else is for another file`(codec: Codec) throws {
        let small = try EncodedClip.picture(codec, seconds: 2).frames
        let large = try EncodedClip.picture(codec, seconds: 1, size: (320, 240)).frames
        let writer = try MatroskaWriter(
            directory: scratch.path, name: "size", tracks: [.init(codec, firstKeyFrame: small[0])])
        #expect(small.allSatisfy { writer.takes($0, track: 0) })
        #expect(!writer.takes(large[0], track: 0))
        #expect(!writer.takes(try EncodedClip.picture(.vp8, seconds: 1).frames[0], track: 0))
        #expect(!writer.takes(small[0], track: 1) && !writer.takes(small[0], track: -1))
    }

    @Test func `no file that is there is overwritten, and none is made outside of the directory`() throws {
        let sound = try EncodedClip.sound(.opus).frames
        let paths = try (0..<3).map { number in
            let writer = try MatroskaWriter(directory: scratch.path, name: "a", tracks: [.init(.opus)])
            try writer.write(sound[number], track: 0, at: .zero)
            try writer.finish()
            return writer.path
        }
        #expect(paths == ["a.webm", "a (1).webm", "a (2).webm"].map { "\(scratch.path)/\($0)" })
        // A link that leads nowhere is there, too.
        try FileManager.default.createSymbolicLink(
            atPath: "\(scratch.path)/b.webm", withDestinationPath: "\(scratch.path)/elsewhere")
        let linked = try MatroskaWriter(directory: scratch.path, name: "b", tracks: [.init(.opus)])
        #expect(linked.path == "\(scratch.path)/b (1).webm")
        #expect(!FileManager.default.fileExists(atPath: "\(scratch.path)/elsewhere"))
        for name in ["../out", "/out", "a/b", "", "a\u{0}b"] {
            #expect(throws: MediaError.self) {
                try MatroskaWriter(directory: scratch.path, name: name, tracks: [.init(.opus)])
            }
        }
        let permissions = try FileManager.default.attributesOfItem(atPath: paths[0])[.posixPermissions] as? Int
        #expect(permissions == 0o600)
    }

    @Test func `what cannot begin is said in words, and leaves no file`() throws {
        let picture = try EncodedClip.picture(.vp8, seconds: 1).frames
        var broken = picture[0]
        broken.bytes = [0x10]
        let refused: [[MatroskaWriter.Track]] = [
            [], [.init(.vp8)], [.init(.vp8, firstKeyFrame: picture[1])], [.init(.vp8, firstKeyFrame: broken)],
            [.init(.vp9, firstKeyFrame: picture[0])],
            [.init(.h264, firstKeyFrame: EncodedFrame(codec: .h264, timestamp: 0, isKeyFrame: true, bytes: []))],
            [.init(.av1, firstKeyFrame: EncodedFrame(codec: .av1, timestamp: 0, isKeyFrame: true, bytes: [0x0a]))],
        ]
        for tracks in refused {
            #expect(throws: MediaError.self) {
                try MatroskaWriter(directory: scratch.path, name: "x", tracks: tracks)
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).isEmpty)
        let missing = "\(scratch.path)/missing"
        let error = #expect(throws: MediaError.self) {
            try MatroskaWriter(directory: missing, name: "x", tracks: [.init(.opus)])
        }
        #expect(error?.kind == .notFound)
        #expect(error?.description == "no file can be made in \(missing): there is no such directory")
    }

    @Test(arguments: [Codec.h264, .av1]) func `no bytes of a first picture do any harm`(codec: Codec) throws {
        let whole = try EncodedClip.picture(codec, seconds: 1).frames[0]
        for length in 0..<min(whole.bytes.count, 200) {
            var frame = whole
            frame.bytes = Array(whole.bytes.prefix(length))
            _ = try? MatroskaWriter(
                directory: scratch.path, name: "cut", tracks: [.init(codec, firstKeyFrame: frame)])
        }
    }
}
