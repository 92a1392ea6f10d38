// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import GaleneMedia
import GaleneProtocol
import RTCBase
import Testing

@testable import galene

@Suite("galene publish")
struct PublishCommandTests {
    private func source(_ text: String) throws -> PublishedSource { try PublishedSource(argument: text) }

    @Test func `sources are what they look like`() throws {
        #expect(try source("test:") == .testPattern(width: 640, height: 480, framesPerSecond: 30))
        #expect(try source("test:1280x720") == .testPattern(width: 1280, height: 720, framesPerSecond: 30))
        #expect(try source("test:320x240@15") == .testPattern(width: 320, height: 240, framesPerSecond: 15))
        #expect(try source("film.webm") == .file(path: "film.webm"))
        #expect(try source("screen") == .screen(display: nil))
        #expect(try source("screen::1.0+10,20") == .screen(display: ":1.0+10,20"))
        #expect(try source("camera:/dev/video2") == .camera(device: "/dev/video2"))
        #expect(try source("camera:") == .camera(device: nil))
        #expect(try source("microphone") == .microphone(device: nil))
        #expect(try source("./camera") == .file(path: "./camera"))
        #expect(try source("test") == .file(path: "test"), "a file may be called so")
        #expect(try source("/tmp/a:b.mp4") == .file(path: "/tmp/a:b.mp4"))
    }

    @Test func `a camera and a microphone are one stream, everything else is one each`() throws {
        let names = ["test:", "camera", "film.webm", "microphone", "microphone:other", "screen", "camera:/dev/video2"]
        let publications = Publication.all(of: try names.map(source))
        #expect(
            publications.map(\.name) == [
                "test:", "camera and microphone", "film.webm", "microphone:other and camera:/dev/video2", "screen",
            ])
        #expect(publications.map { $0.sources[0].label } == ["video", "camera", "video", "camera", "screenshare"])
    }

    @Test(arguments: [
        "", "test:big", "test:640", "test:640x", "test:640x480@", "test:0x0", "test:640x480@0", "test:99999x480",
        "test:640x480@61", "test:-640x480", "test:640x480x2", "test:640x480@30@30",
    ])
    func `what is no source is told how to be written`(text: String) throws {
        let error = #expect(throws: CommandError.self) { try source(text) }
        #expect(error?.kind == .usage && error?.description.contains("test:") == true)
    }

    @Test(arguments: [["--for", "0"], ["--for", "nan"], ["--bitrate", "1000"], ["--codec", "av2"], []])
    func `options that make no sense are refused before anything is joined`(options: [String]) throws {
        let sources = options.isEmpty ? [] : ["test:"]
        #expect(throws: (any Error).self) {
            try GaleneCommand.parseAsRoot(["publish", "http://127.0.0.1:1/group/demo/"] + sources + options)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a file that is not there is told of before anybody is met`() async throws {
        // Nobody listens there: whoever tried to connect would say so.
        let command: PublishCommand = try parse("publish", "http://127.0.0.1:1/group/x/", "test:", "nothing.webm")
        let console = TestConsole()
        let error = await #expect(throws: CommandError.self) { try await command.run(on: console.console, .none()) }
        #expect(error?.kind == .usage && error?.description.contains("there is no file nothing.webm") == true)
        #expect(console.errors.isEmpty)
    }

    @Test func `the last second is told in words and numbers`() {
        var (before, now) = (PublishingStatistics(), PublishingStatistics())
        (before.pictures, before.bytes) = (30, 10_000)
        (now.pictures, now.bytes, now.width, now.height, now.targetBitrate) = (60, 60_000, 640, 480, 921_600)
        let report = PublicationReport(name: "a\u{1b}[2Jb", elapsed: .seconds(62), before: before, now: now)
        #expect(!report.description.contains("\u{1b}"))
        #expect(report.description.hasSuffix("640x480 30/s 400 kbit/s 1:02"))
        let json = report.json()
        #expect(json["bitsPerSecond"] == .integer(400_000) && json["seconds"] == .integer(62) && json["began"] == nil)
    }

    @Test func `when the source began is told by the wall clock`() {
        var now = PublishingStatistics()
        now.began = Instant(nanoseconds: 7_000_000_000)
        let report = PublicationReport(name: "test:", elapsed: .seconds(1), before: now, now: now)
        let clock = WallClock(unixNanoseconds: 1_795_334_405_000_250_000, at: Instant(nanoseconds: 12_000_000_000))
        #expect(report.json(clock)["began"] == .string("2026-11-22T08:00:00.00025Z"))
    }
}
