// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import MediaIO
import MediaTestKit
import RTP
import Testing

/// What is left when it ends in the middle.
@Suite("Matroska writer: what survives", .timeLimit(.minutes(2)))
struct MatroskaDurabilityTests {
    let scratch: ScratchDirectory
    init() throws { scratch = try ScratchDirectory() }

    /// What a reader sees, and a killed process leaves.
    private func copy(_ writer: MatroskaWriter, _ name: String = "copy.webm") throws -> (path: String, bytes: [UInt8]) {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: writer.path)))
        return (try write(bytes, name), bytes)
    }

    private func write(_ bytes: some Sequence<UInt8>, _ name: String) throws -> String {
        let path = "\(scratch.path)/\(name)"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test func `a file that is being written has all but its last second, at every moment`() throws {
        let clips = [try EncodedClip.picture(.vp8), try EncodedClip.sound(.opus)]
        let writer = try MatroskaWriter(
            directory: scratch.path, name: "live", tracks: MatroskaWriterTests.tracks(clips))
        var looked = 0
        for (number, (track, frame, time)) in MatroskaWriterTests.ordered(clips).enumerated() {
            try writer.write(frame, track: track, at: time)
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: writer.path)))
            #expect(bytes.count == writer.size)
            let clusters = try #require(Clusters(bytes), "after \(number) frames it does not end with a whole cluster")
            let written = clusters.all.reduce(0) { $0 + $1.frames }
            let due = MatroskaWriterTests.ordered(clips).prefix(number + 1).count { $0.time + .seconds(1) <= time }
            #expect(written >= due, "\(time): \(written) frames of \(due)")
            // A look with other eyes from time to time.
            guard number % 50 == 49 else { continue }
            looked += 1
            guard written > 0 else { continue }
            let (path, _) = try copy(writer)
            #expect(try FileProbe(path).packets.count == written)
            #expect(try FileProbe.decode(path, track: 0) > 0)
        }
        #expect(looked >= 4)
        // What has no successor gets into the file when it is asked for.
        try writer.flush()
        let (_, bytes) = try copy(writer)
        #expect(Clusters(bytes)?.all.reduce(0) { $0 + $1.frames } == clips[0].frames.count + clips[1].frames.count - 1)
        try writer.finish()
        #expect(try FileProbe(writer.path).packets.count == clips[0].frames.count + clips[1].frames.count)
    }

    @Test func `cut off anywhere it still has all frames of its whole clusters`() throws {
        let clips = [try EncodedClip.picture(.vp8), try EncodedClip.sound(.opus)]
        let writer = try MatroskaWriter(
            directory: scratch.path, name: "cut", tracks: MatroskaWriterTests.tracks(clips))
        try MatroskaWriterTests.write(clips, with: writer)
        try writer.flush()
        let killed = try copy(writer).bytes
        try writer.finish()
        let finished = try copy(writer).bytes
        for bytes in [killed, finished] {
            let clusters = try #require(Clusters(bytes)).all
            #expect(clusters.count >= 3)
            // One follows the other: a prefix has those that end in it.
            #expect(zip(clusters, clusters.dropFirst()).allSatisfy { $0.range.upperBound == $1.range.lowerBound })
            var cuts = clusters.flatMap { cluster in
                let end = cluster.range.upperBound
                return [end - 1, end, end + 1, cluster.range.lowerBound + cluster.range.count / 2]
            }
            cuts += stride(from: clusters[0].range.upperBound, to: bytes.count, by: max(1, bytes.count / 16))
            for cut in Set(cuts) where cut <= bytes.count && cut >= clusters[0].range.upperBound {
                let path = try write(bytes.prefix(cut), "\(cut).webm")
                let whole = clusters.filter { $0.range.upperBound <= cut }.reduce(0) { $0 + $1.frames }
                let probe = try FileProbe(path)
                #expect(probe.packets.count >= whole, "cut at \(cut) of \(bytes.count)")
                #expect(probe.streams.count == 2)
            }
        }
    }

    @Test func `whoever lets go of a writer leaves what it had`() throws {
        let clip = try EncodedClip.picture(.vp8)
        let path = try {
            let writer = try MatroskaWriter(
                directory: scratch.path, name: "left", tracks: MatroskaWriterTests.tracks([clip]))
            try MatroskaWriterTests.write([clip], with: writer)
            return writer.path
        }()
        #expect(try FileProbe(path).packets.count == clip.frames.count)
    }

    @Test(arguments: [false, true]) func `a full disk is said in words, and what was written can be played`(
        atTheEnd: Bool
    ) throws {
        let disk = try SmallDisk(megabytes: 8)
        let clips = [try EncodedClip.picture(.vp8), try EncodedClip.sound(.opus)]
        let writer = try MatroskaWriter(
            directory: disk.path, name: "full", tracks: MatroskaWriterTests.tracks(clips))
        if atTheEnd {
            // All of it is in the file, and there is no room for an index: of more entries than the rest of a page holds.
            for second in 0..<500 { try writer.write(clips[0].frames[0], track: 0, at: .seconds(second)) }
            try writer.flush()
            try disk.fill()
        } else {
            try disk.fill(leaving: 64 << 10)
        }
        let error = #expect(throws: MediaError.self) {
            if !atTheEnd {
                for round in 0..<40 {
                    for (track, frame, time) in MatroskaWriterTests.ordered(clips) {
                        try writer.write(frame, track: track, at: time + .seconds(3 * round))
                    }
                }
            }
            try writer.finish()
        }
        #expect(error?.kind == .noSpace)
        #expect(error?.description == "\(writer.path) cannot be written any further: the disk is full")
        // It has ended, and says so.
        #expect(throws: MediaError.self) { try writer.write(clips[0].frames[0], track: 0, at: .zero) }
        try writer.finish()
        let (_, bytes) = try copy(writer)
        let clusters = try #require(Clusters(bytes), "it does not end with a whole cluster")
        let frames = clusters.all.reduce(0) { $0 + $1.frames }
        #expect(frames > 0)
        #expect(try FileProbe(writer.path).packets.count == frames)
        #expect(try FileProbe.decode(writer.path, track: 0) > 0)
    }

    @Test func `a disk that is full from the beginning leaves no file`() throws {
        let disk = try SmallDisk(megabytes: 1)
        try disk.fill()
        let error = #expect(throws: MediaError.self) {
            try MatroskaWriter(directory: disk.path, name: "none", tracks: [.init(.opus)])
        }
        #expect(error?.kind == .noSpace)
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path) == ["filling"])
    }
}
