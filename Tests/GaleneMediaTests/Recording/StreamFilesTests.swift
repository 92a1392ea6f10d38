// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneClient
import MediaIO
import MediaTestKit
import RTCBase
import RTP
import Testing

@testable import GaleneMedia

/// Frames by hand, at told times.
@Suite("Files of a stream", .timeLimit(.minutes(2)))
struct StreamFilesTests {
    let scratch: ScratchDirectory
    let files: StreamFiles
    static let microphone = StreamTrack(id: "0", kind: .audio, codecs: [.opus])
    static let camera = StreamTrack(id: "1", kind: .video, codecs: [.vp8])
    private static let start = Instant(nanoseconds: 1_000_000_000_000)

    init() throws {
        scratch = try ScratchDirectory()
        files = StreamFiles(
            .init(directory: scratch.path, title: "Ann") { _ in "stream" }, keyFrameInterval: .seconds(10))
    }

    private func frame(_ track: StreamTrack, _ frame: EncodedFrame, at time: Duration) -> MediaFrame {
        MediaFrame(
            track: track.id, frame: frame,
            captureTime: NTPTime(unixNanoseconds: 1_700_000_000_000_000_000 + time.wholeNanoseconds),
            presentation: Self.start + time, lostPackets: 0)
    }

    /// Twenty milliseconds.
    private func sound(at time: Duration) -> MediaFrame {
        frame(Self.microphone, EncodedFrame(codec: .opus, timestamp: 0, isKeyFrame: true, bytes: [0xfc, 1]), at: time)
    }

    private func paths(_ events: [StreamFiles.Event]) -> (began: [RecordedFile], ended: [RecordedFile], asked: Int) {
        var result: (began: [RecordedFile], ended: [RecordedFile], asked: Int) = ([], [], 0)
        for event in events {
            switch event {
            case .began(let file): result.began.append(file)
            case .ended(let file): result.ended.append(file)
            case .keyFrameNeeded: result.asked += 1
            }
        }
        return result
    }

    @Test func `a picture that comes late has a file with its sound, and what sound there was has its own`()
        async throws
    {
        let pictures = try EncodedClip.picture(.vp8, seconds: 1).frames
        let tracks = [Self.microphone, Self.camera]
        var events: [StreamFiles.Event] = []
        for number in 0..<400 {
            events += try await files.receive(sound(at: .milliseconds(20 * number)), of: tracks)
            // The picture begins at six seconds.
            guard number >= 300, number % 2 == 0, (number - 300) / 2 < 25 else { continue }
            events += try await files.receive(
                frame(Self.camera, pictures[(number - 300) / 2], at: .milliseconds(20 * number)), of: tracks)
        }
        events += try await files.finish(of: tracks)
        let told = paths(events)
        #expect(told.began.map(\.path) == ["stream.webm", "stream (1).webm"].map { "\(scratch.path)/\($0)" })
        #expect(told.began[0].start == Self.start && told.began[1].start == Self.start + .seconds(6))
        #expect(try FileProbe(told.began[0].path).streams.map(\.codec_name) == ["opus"])
        let second = try FileProbe(told.began[1].path)
        #expect(second.streams.map(\.codec_name) == ["opus", "vp8"] && second.packets(of: 1).count == 25)
        // Nothing is lost between them.
        let first = try FileProbe(told.began[0].path)
        #expect(first.packets.count + second.packets(of: 0).count == 400)
    }

    @Test func `a picture begins with a key frame, which is asked for`() async throws {
        let pictures = try EncodedClip.picture(.vp8, seconds: 3).frames
        var events: [StreamFiles.Event] = []
        for (number, picture) in pictures.enumerated().dropFirst(3) {
            events += try await files.receive(
                frame(Self.camera, picture, at: .milliseconds(40 * number)), of: [Self.camera])
        }
        events += try await files.finish(of: [Self.camera])
        let told = paths(events)
        #expect(told.asked == 1)
        let probe = try FileProbe(try #require(told.ended.first).path)
        #expect(probe.packets.count == 50 && probe.packets[0].flags.hasPrefix("K"))
    }

    @Test func `a file that begins with what a server has kept began when that was captured`() async throws {
        let pictures = try EncodedClip.picture(.vp8, seconds: 4).frames
        var events: [StreamFiles.Event] = []
        for (number, picture) in pictures.enumerated() {
            var frame = frame(Self.camera, picture, at: .milliseconds(40 * number))
            // The first second comes all at once.
            frame.presentation = max(frame.presentation, Self.start + .seconds(1))
            events += try await files.receive(frame, of: [Self.camera])
        }
        events += try await files.finish(of: [Self.camera])
        let file = try #require(paths(events).ended.first)
        #expect(file.start == Self.start)
        #expect(try FileProbe(file.path).packets.count == 100)
    }

    @Test func `after a pause of the connection there is another file, and nothing that waited is lost`() async throws {
        let pictures = try EncodedClip.picture(.vp8, seconds: 3).frames
        var events: [StreamFiles.Event] = []
        for (number, picture) in pictures.enumerated() {
            if number == 25 || number == 30 { await files.split() }
            events += try await files.receive(
                frame(Self.camera, picture, at: .milliseconds(40 * number)), of: [Self.camera])
        }
        events += try await files.finish(of: [Self.camera])
        let counts = try paths(events).ended.map { try FileProbe($0.path).packets.count }
        // The second was ended by the next loss; then a key frame had to be waited for.
        #expect(counts == [25, 5, 25])
    }

    @Test func `a key frame is asked for from time to time, and one after frames were left out`() async throws {
        let clip = try EncodedClip.picture(.vp8, seconds: 1).frames
        let tracks = [Self.camera]
        var asked: [Int] = []
        for number in 0..<1000 {
            // One key frame, and then none for 40 s.
            let events = try await files.receive(
                frame(Self.camera, clip[number == 0 ? 0 : 1 + number % 24], at: .milliseconds(40 * number)), of: tracks)
            if paths(events).asked > 0 { asked.append(number) }
        }
        #expect(asked == [250, 500, 750])
        await files.skip(of: tracks)
        let size = await files.current?.size
        #expect(paths(try await files.receive(frame(Self.camera, clip[1], at: .seconds(40)), of: tracks)).asked == 1)
        #expect(paths(try await files.receive(frame(Self.camera, clip[1], at: .seconds(40)), of: tracks)).asked == 0)
        #expect(await files.current?.size == size)
        _ = try await files.receive(frame(Self.camera, clip[0], at: .seconds(41)), of: tracks)
        _ = try await files.receive(frame(Self.camera, clip[1], at: .seconds(43)), of: tracks)
        #expect(try #require(await files.current?.size) > (try #require(size)))
        _ = try await files.finish(of: tracks)
    }

    @Test(arguments: [Codec.vp9, .h264])
    func `another codec while the first file waits has a file of its own`(codec: Codec) async throws {
        let clips = [
            try EncodedClip.picture(.vp8, seconds: 1).frames, try EncodedClip.picture(codec, seconds: 1).frames,
        ]
        // The last of the first codec comes late.
        let pictures = Array(clips[0].dropLast()) + [clips[1][0], clips[0][24]] + clips[1].dropFirst()
        let told = try await record(pictures)
        #expect(try codecs(told.ended) == [["opus", "vp8"], ["opus", codec == .vp9 ? "vp9" : "h264"]])
        let counts = try told.ended.map { try FileProbe($0.path).packets(of: 1).count }
        #expect(counts == [24, 25])
        #expect(told.asked == 0)
    }

    @Test func `another size of H.264 while the first file waits has a file of its own`() async throws {
        let small = try EncodedClip.picture(.h264, seconds: 1).frames
        let large = try EncodedClip.picture(.h264, seconds: 1, size: (320, 240)).frames
        let told = try await record(small + large)
        #expect(try told.ended.map { try FileProbe($0.path).streams.compactMap(\.width) } == [[160], [320]])
        for file in told.ended { #expect(try FileProbe.decode(file.path, track: 1) == 25) }
    }

    @Test func `a key frame that does not tell what decoders must know is left out, the sound goes on`() async throws {
        let clip = try EncodedClip.picture(.h264, seconds: 1).frames
        // Only the slice of the picture (5), without what comes before it.
        var bare = clip[0]
        let slice = try #require(bare.bytes.indices.dropLast(3).last { bare.bytes[$0..<$0 + 3] == [0, 0, 1] })
        bare.bytes = [0] + bare.bytes[slice...]
        #expect(bare.bytes[4] & 0x1f == 5)
        // One file, then the connection is lost.
        let told = try await record(clip + [bare] + clip.dropFirst() + clip, splitBefore: 25)
        #expect(told.asked == 1)
        #expect(try codecs(told.ended) == [["opus", "h264"], ["opus", "h264"]])
        let second = try FileProbe(try #require(told.ended.last).path)
        #expect(second.packets(of: 0).count == 100 && second.packets(of: 1).count == 25)
        _ = try await files.finish(of: [Self.microphone, Self.camera])
    }

    /// Pictures of 40 ms each, and sound beside them.
    private func record(
        _ pictures: [EncodedFrame], splitBefore split: Int = -1
    ) async throws -> (began: [RecordedFile], ended: [RecordedFile], asked: Int) {
        let tracks = [Self.microphone, Self.camera]
        var events: [StreamFiles.Event] = []
        for (number, picture) in pictures.enumerated() {
            if number == split { await files.split() }
            let time = Duration.milliseconds(40 * number)
            for half in 0..<2 {
                // Nobody tells when it was captured: the file waits for that.
                var sound = sound(at: time + .milliseconds(20 * half))
                sound.captureTime = nil
                events += try await files.receive(sound, of: tracks)
            }
            events += try await files.receive(frame(Self.camera, picture, at: time), of: tracks)
        }
        events += try await files.finish(of: tracks)
        return paths(events)
    }

    private func codecs(_ files: [RecordedFile]) throws -> [[String]] {
        try files.map { try FileProbe($0.path).streams.map(\.codec_name) }
    }

    @Test func `what waits for a file to begin is bounded`() async throws {
        var large = try EncodedClip.picture(.vp8, seconds: 1).frames[0]
        large.bytes += [UInt8](repeating: 0, count: 1 << 20)
        var began = 0
        for number in 0..<9 {
            let events = try await files.receive(
                frame(Self.camera, large, at: .milliseconds(number)), of: [Self.microphone, Self.camera])
            began += paths(events).began.count
            #expect(began == (number + 1) * large.bytes.count / StreamFiles.maximumHeldBytes)
        }
        _ = try await files.finish(of: [Self.camera])
    }

    @Test func `a second without frames is brought into the file, and sound alone begins without being pushed`()
        async throws
    {
        let tracks = [Self.microphone, Self.camera]
        for number in 0..<10 {
            _ = try await files.receive(sound(at: .milliseconds(20 * number)), of: tracks)
        }
        #expect(try await files.tick(of: tracks, now: Self.start + .seconds(4)).isEmpty)
        let told = paths(try await files.tick(of: tracks, now: Self.start + .seconds(6)))
        // All but the packet that libavformat keeps.
        #expect(try FileProbe(try #require(told.began.first).path).packets.count >= 9)
        _ = try await files.finish(of: tracks)
    }
}
