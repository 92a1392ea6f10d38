// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import MediaIO
import RTCTestKit
import Testing

struct FileSourceTests {
    private struct Content {
        var pictures: [VideoPicture] = []
        var sound: [AudioBlock] = []
        /// In the order in which they came.
        var times: [Duration] = []

        var soundLength: Int { sound.reduce(0) { $0 + $1.samples.count / 2 } }
    }

    private func content(_ source: FileSource) throws -> Content {
        var content = Content()
        while let sample = try source.next() {
            switch sample {
            case .picture(let picture):
                content.pictures.append(picture)
                content.times.append(picture.time)
            case .sound(let block):
                content.sound.append(block)
                content.times.append(block.time)
            }
        }
        return content
    }

    static let twoSeconds = [
        "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=2", "-f", "lavfi", "-i",
        "sine=frequency=440:sample_rate=44100:duration=2",
    ]

    private func make(_ path: String, _ arguments: [String]) throws {
        try run(["ffmpeg", "-hide_banner", "-v", "error", "-y"] + arguments + [path])
    }

    @Test(arguments: [
        ("a.webm", ["-c:v", "libvpx", "-c:a", "libopus"], 50, true),
        ("a.mkv", ["-c:v", "libx264", "-bf", "3", "-c:a", "flac"], 50, true),
        ("a.mp4", ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-bf", "2", "-c:a", "aac"], 50, true),
        ("a.ogg", ["-map", "1", "-c:a", "libvorbis"], 0, true), ("a.opus", ["-map", "1"], 0, true),
        ("a.wav", ["-map", "1"], 0, true), ("a.mp3", ["-map", "1"], 0, true), ("a.flac", ["-map", "1"], 0, true),
        ("silent.webm", ["-map", "0", "-c:v", "libvpx-vp9", "-cpu-used", "8"], 50, false),
        ("full.mov", ["-map", "0", "-c:v", "mjpeg", "-pix_fmt", "yuvj422p"], 50, false),
    ]) func `every picture and sample of a file comes, in order, from zero on`(
        name: String, codecs: [String], pictures: Int, hasSound: Bool
    ) throws {
        let folder = try TemporaryFolder()
        let path = folder.path(name)
        try make(path, Self.twoSeconds + codecs)
        let source = try FileSource(path: path)
        #expect(source.hasPictures == (pictures > 0))
        #expect(source.hasSound == hasSound)
        #expect(!source.isLive)
        let content = try content(source)
        #expect(content.pictures.count == pictures)
        #expect(content.times.first == .zero)
        #expect(content.times == content.times.sorted())
        for (n, picture) in content.pictures.enumerated() {
            #expect((picture.width, picture.height) == (160, 120))
            // An encoder of sound may begin some milliseconds before the pictures; WebM has milliseconds.
            #expect(abs((picture.time - .milliseconds(n * 40)) / .milliseconds(1)) < 60)
            guard n > 0 else { continue }
            #expect(abs((picture.time - content.pictures[n - 1].time) / .milliseconds(1) - 40) <= 1)
        }
        guard hasSound else { return }
        #expect(abs(content.soundLength - 96_000) < 4_000, "\(content.soundLength)")
        for (block, next) in zip(content.sound, content.sound.dropFirst()) {
            #expect(abs((next.time - block.time - block.duration) / .milliseconds(1)) < 0.1)
        }
        let samples = content.sound.flatMap { $0.channel(1) }[9_600..<86_400]
        #expect(amplitude(of: 440, in: samples) > 0.05)
        #expect(amplitude(of: 480, in: samples) < 0.01)
    }

    @Test func `pictures look as FFmpeg's program shows them`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.webm")
        try make(path, Self.twoSeconds + ["-c:v", "libvpx", "-an"])
        let pictures = try content(FileSource(path: path)).pictures
        try expect(pictures[30], isFrame: 30, of: path, in: folder)
    }

    /// Compares quarters of a picture with what the program decodes.
    private func expect(
        _ picture: VideoPicture, isFrame number: Int, of path: String, in folder: TemporaryFolder
    ) throws {
        let raw = folder.path("frame.yuv")
        try run([
            "ffmpeg", "-v", "error", "-y", "-i", path, "-vf", "select=eq(n\\,\(number))", "-frames:v", "1", "-pix_fmt",
            "yuv420p", "-f", "rawvideo", raw,
        ])
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: raw)))
        let (width, height) = (picture.width, picture.height)
        try #require(bytes.count == width * height * 3 / 2)
        let expected = try VideoPicture(width: width, height: height, time: .zero) { luma, u, v in
            var position = 0
            for plane in [luma, u, v] {
                for y in 0..<plane.height {
                    for x in 0..<plane.width {
                        plane[x, y] = bytes[position]
                        position += 1
                    }
                }
            }
        }
        for x in 0..<4 {
            for y in 0..<4 {
                let (columns, rows) = (x * width / 4..<(x + 1) * width / 4, y * height / 4..<(y + 1) * height / 4)
                let (found, wanted) = (picture.means(x: columns, y: rows), expected.means(x: columns, y: rows))
                #expect(isNear(found, wanted, within: 1), "\(found) \(wanted) at \(x), \(y)")
            }
        }
    }

    @Test(arguments: ["90", "180", "270"]) func `pictures of a camera that was held otherwise stand upright`(
        angle: String
    ) throws {
        let folder = try TemporaryFolder()
        let (plain, turned) = (folder.path("plain.mp4"), folder.path("turned.mp4"))
        try make(
            plain,
            ["-f", "lavfi", "-i", "smptebars=size=160x96:rate=10:duration=1", "-c:v", "libx264", "-pix_fmt", "yuv420p"])
        try make(turned, ["-i", plain, "-c", "copy", "-metadata:s:v:0", "rotate=\(angle)"])
        let source = try FileSource(path: turned)
        let size = try #require(source.pictureSize)
        #expect(size == (angle == "180" ? (160, 96) : (96, 160)))
        let pictures = try content(source).pictures
        #expect(pictures.count == 10)
        try expect(pictures[5], isFrame: 5, of: turned, in: folder)
    }

    @Test func `a changing rate and a late sound keep their times`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.mkv")
        try make(
            path,
            [
                "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=2", "-itsoffset", "0.5", "-f", "lavfi",
                "-i",
                "sine=frequency=440:sample_rate=48000:duration=1", "-vf", "select=not(mod(n\\,7))+eq(n\\,3)", "-vsync",
                "vfr", "-c:v", "libx264", "-c:a", "pcm_s16le",
            ])
        let content = try content(FileSource(path: path))
        let wanted: [Duration] = [0, 3, 7, 14, 21, 28, 35, 42, 49].map { (n: Int) in .milliseconds(n * 40) }
        #expect(content.pictures.map(\.time) == wanted)
        #expect(content.sound.first?.time == .milliseconds(500))
        #expect(content.times == content.times.sorted())
    }

    @Test func `colours of high definition become those of every picture here`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.mp4")
        try make(
            path,
            [
                "-f", "lavfi", "-i", "color=red:size=160x96:rate=10:duration=0.5,format=rgb24", "-vf",
                "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p", "-colorspace", "bt709", "-color_range",
                "tv",
                "-c:v", "libx264",
            ])
        // Red is 63, 102, 240 there.
        let picture = try #require(content(FileSource(path: path)).pictures.last)
        #expect(isNear(picture.means, [81, 90, 240], within: 2), "\(picture.means)")
    }

    @Test func `pixels that are not square become square`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.mkv")
        try make(
            path,
            ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=10:duration=0.3,setsar=3/2", "-c:v", "libx264"])
        let size = try #require(try FileSource(path: path).pictureSize)
        #expect(size == (240, 120))
    }

    @Test func `what is wound back begins anew, and its times go on`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.webm")
        try make(path, Self.twoSeconds + ["-c:v", "libvpx", "-c:a", "libopus"])
        let source = try FileSource(path: path)
        let first = try content(source)
        #expect(try source.next() == nil)
        try source.rewind()
        let second = try content(source)
        #expect(second.pictures.count == 50)
        #expect(second.soundLength == first.soundLength)
        let shift = try #require(second.times.first)
        #expect((.milliseconds(1_990)...(.milliseconds(2_060))).contains(shift), "\(shift)")
        #expect(second.times.map { $0 - shift } == first.times)
        // From the middle too.
        try source.rewind()
        _ = try source.next()
        try source.rewind()
        let again = try #require(try content(source).times.first)
        #expect(again > shift * 2 && again < shift * 2 + .milliseconds(100))
    }

    @Test func `the cover of a record is no film`() throws {
        let folder = try TemporaryFolder()
        let (cover, record) = (folder.path("cover.png"), folder.path("record.mp3"))
        try make(cover, ["-f", "lavfi", "-i", "testsrc2=size=64x64", "-frames:v", "1"])
        try make(
            record,
            [
                "-f", "lavfi", "-i", "sine=duration=1", "-i", cover, "-map", "0", "-map", "1", "-c:v", "copy",
                "-disposition:v", "attached_pic",
            ])
        let source = try FileSource(path: record)
        #expect(!source.hasPictures && source.hasSound)
        #expect(source.pictureSize == nil)
    }

    @Test func `what cannot be read is said in words`() throws {
        let folder = try TemporaryFolder()
        func error(_ path: String) -> MediaError? {
            do throws(MediaError) {
                _ = try FileSource(path: path)
                return nil
            } catch { return error }
        }
        let missing = error(folder.path("missing.webm"))
        #expect(missing?.kind == .notFound)
        #expect(missing?.description.hasPrefix("there is no file “") == true)
        #expect(error(folder.path("missing.webm") + "\0.webm")?.kind == .notFound)
        #expect(error("")?.kind == .notFound)
        #expect(error(folder.url.path)?.kind == .unsupported)
        for (name, content) in [("text.webm", "this is no film\n"), ("empty.mp4", "")] {
            try Data(content.utf8).write(to: URL(fileURLWithPath: folder.path(name)))
            let error = error(folder.path(name))
            #expect(error?.kind == .unsupported)
            #expect(error?.description.contains("is not a media file") == true, "\(error?.description ?? "")")
        }
        let subtitles = folder.path("subtitles.mkv")
        try Data("1\n00:00:00,000 --> 00:00:01,000\nwords\n".utf8).write(to: URL(fileURLWithPath: folder.path("a.srt")))
        try make(subtitles, ["-i", folder.path("a.srt")])
        #expect(error(subtitles)?.description.contains("neither pictures nor sound") == true)
    }

    @Test(.attack(4)) func `neither a name nor a playlist reaches another file or the network`() throws {
        let folder = try TemporaryFolder()
        let film = folder.path("film.ts")
        try make(film, Self.twoSeconds + ["-c:v", "libx264", "-c:a", "aac"])
        #expect(try content(FileSource(path: film)).pictures.count == 50)
        func refuses(_ path: String) -> Bool { (try? FileSource(path: path)) == nil }
        for name in [
            "http://127.0.0.1:9/film.ts", "concat:\(film)", "concat:\(film)|\(film)", "file:\(film)",
            "subfile,,start,0,end,0,,:\(film)",
            "pipe:0", "data:audio/wav;base64,AAAA", "crypto:\(film)", "tcp://127.0.0.1:9",
        ] { #expect(refuses(name), "\(name)") }
        let playlists = [
            "a.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n\(film)\n#EXT-X-ENDLIST\n",
            "b.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://127.0.0.1:9/film.ts\n#EXT-X-ENDLIST\n",
            "c.txt": "ffconcat version 1.0\nfile film.ts\n",
            "d.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
            "e.mpd": "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\"></MPD>",
        ]
        for (name, text) in playlists {
            for disguise in [name, name + ".webm"] {
                try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path(disguise)))
                #expect(refuses(folder.path(disguise)), "\(disguise)")
            }
        }
        // A pattern of names would be several pictures.
        try make(folder.path("picture1.png"), ["-f", "lavfi", "-i", "testsrc2=size=64x64", "-frames:v", "1"])
        #expect(refuses(folder.path("picture%d.png")))
    }

    @Test(.attack(29), arguments: ["webm", "mp4", "ogg", "wav"])
    func `a file that is broken or cut off gives what it can`(
        kind: String
    ) throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.\(kind)")
        let codecs =
            switch kind {
            case "webm": ["-c:v", "libvpx", "-c:a", "libopus", "-t", "0.4"]
            case "mp4": ["-c:v", "libx264", "-c:a", "aac", "-t", "0.4"]
            case "ogg": ["-map", "1", "-c:a", "libopus", "-page_duration", "20000", "-t", "0.4"]
            default: ["-map", "1", "-t", "0.4"]
            }
        try make(path, Self.twoSeconds + codecs)
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        var random = SeededRandom(seed: 7)
        let broken = URL(fileURLWithPath: folder.path("broken.\(kind)"))
        var (opened, refused) = (0, 0)
        for round in 0..<80 {
            var content = bytes
            if round % 2 == 0 {
                content.removeSubrange(Int.random(in: content.indices, using: &random)...)
            } else {
                for _ in 0..<20 {
                    // Half of them where the headers are.
                    let range = Bool.random(using: &random) ? 0..<min(600, content.count) : content.indices
                    content[Int.random(in: range, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
            }
            try Data(content).write(to: broken)
            do throws(MediaError) {
                let source = try FileSource(path: broken.path)
                opened += 1
                var samples = 0
                while samples < 200, try source.next() != nil { samples += 1 }
            } catch {
                refused += 1
                #expect(!error.description.isEmpty)
            }
        }
        #expect(opened > 0 && refused > 0)
    }

    @Test func `a disk that gives no more is an error after what could be read, not the end`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("long.wav")
        try make(path, ["-f", "lavfi", "-i", "sine=duration=60:sample_rate=48000"])
        let source = try FileSource(path: path)
        #expect(try source.next() != nil)
        // In the place of the open file one that may not be read.
        let names = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { Int32($0) }
        let file = try #require(names.first { (try? target(of: $0)) == path })
        let other = open(folder.path("written"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(other) }
        #expect(dup2(other, file) == file)
        var blocks = 0
        let error = #expect(throws: MediaError.self) { while try source.next() != nil { blocks += 1 } }
        #expect(error?.kind == .failed)
        #expect(blocks > 0)
    }

    private func target(of descriptor: Int32) throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")
    }

    @Test(arguments: [0, 7200])
    func `files that were joined go on where they were, sound and pictures together`(offset: Int) throws {
        let folder = try TemporaryFolder()
        let codecs = ["-c:v", "mpeg2video", "-c:a", "mp2"]
        try make(folder.path("a.ts"), Self.twoSeconds + codecs)
        try make(folder.path("b.ts"), Self.twoSeconds + codecs + ["-output_ts_offset", "\(offset)"])
        let joined = folder.url.appendingPathComponent("joined.ts")
        let parts = try ["a.ts", "b.ts"].map { try Data(contentsOf: folder.url.appendingPathComponent($0)) }
        try (parts[0] + parts[1]).write(to: joined)
        let content = try content(try FileSource(path: joined.path))
        let (pictures, sound) = (content.pictures.map(\.time), content.sound.map(\.time))
        #expect(pictures.count >= 95)
        let (lastPicture, lastSound) = (try #require(pictures.last), try #require(sound.last))
        // Twice two seconds, and no more than a few pictures' time between them.
        for last in [lastPicture, lastSound] {
            #expect(last > .milliseconds(3700) && last < .milliseconds(4400), "\(last)")
        }
        for times in [pictures, sound] {
            let steps = zip(times, times.dropFirst()).map { $1 - $0 }
            #expect(steps.allSatisfy { $0 >= .zero && $0 < .milliseconds(300) })
        }
        // Two pictures of one time would be one nanosecond apart.
        #expect(zip(pictures, pictures.dropFirst()).count { $1 - $0 < .milliseconds(30) } <= 3)
    }
}
