// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import Foundation
import MediaIO

/// What a command is told to publish.
enum PublishedSource: Hashable, Sendable {
    case testPattern(width: Int, height: Int, framesPerSecond: Int)
    case file(path: String)
    /// `nil` for the display that programs of this session use.
    case screen(display: String?)
    /// `nil` for the first.
    case camera(device: String?)
    /// `nil` for the one that the system has chosen.
    case microphone(device: String?)

    /// Each line fits a help of 80 columns.
    static let forms = """
        test:        a test pattern with a clock and a tone
        test:SIZE    the same in another size and rate, as in test:1280x720@25
        screen       this X11 screen; screen::1 for another display
        camera       the first camera; camera:/dev/video2 for another
        microphone   the default microphone; microphone:NAME for another
        FILE         anything with pictures or sound that FFmpeg reads;
                     one that is called as the words above: ./camera
        """

    /// - Throws: ``CommandError`` that says how it is written.
    init(argument text: String) throws {
        let name = text.prefix { $0 != ":" }
        let detail = name.count == text.count ? nil : String(text.dropFirst(name.count + 1))
        let device = detail.flatMap { $0.isEmpty ? nil : $0 }
        switch (name, detail) {
        case ("test", let detail?): self = try Self.testPattern(detail)
        case ("screen", _): self = .screen(display: device)
        case ("camera", _): self = .camera(device: device)
        case ("microphone", _): self = .microphone(device: device)
        default:
            guard !text.isEmpty else { throw CommandError(.usage, "a source is one of:\n\(Self.forms)") }
            self = .file(path: text)
        }
    }

    private static func testPattern(_ detail: String) throws -> PublishedSource {
        guard !detail.isEmpty else { return .testPattern(width: 640, height: 480, framesPerSecond: 30) }
        let halves = detail.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let sizes = halves[0].split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        let rate = halves.count == 2 ? Int(halves[1]) : 30
        guard sizes.count == 2, let width = sizes[0], let height = sizes[1], let rate,
            (80...3840).contains(width), (60...2160).contains(height), (1...60).contains(rate)
        else {
            throw CommandError(
                .usage,
                "write the size of the test pattern as in test:640x480 or test:1280x720@25; 3840x2160@60 is the most")
        }
        return .testPattern(width: width, height: height, framesPerSecond: rate)
    }

    /// What pages call such streams, and let people choose by.
    var label: String {
        switch self {
        case .testPattern, .file: "video"
        case .screen: "screenshare"
        case .camera, .microphone: "camera"
        }
    }
}

extension PublishedSource {
    /// - Throws: ``CommandError`` of kind ``CommandError/Kind/usage`` for a file that is not there.
    func requireFile() throws(CommandError) {
        guard case .file(let path) = self, !FileManager.default.fileExists(atPath: path) else { return }
        throw CommandError(
            .usage, "there is no file \(path)" + (path.contains("/") ? "" : "; --help tells what else can be published")
        )
    }

    /// Opens it on the thread that is to read it.
    ///
    /// - Parameter loops: whether a file begins anew at its end.
    func open(loops: Bool) throws(MediaError) -> any MediaSource {
        switch self {
        case .testPattern(let width, let height, let framesPerSecond):
            return try TestPattern(width: width, height: height, framesPerSecond: framesPerSecond)
        case .file(let path):
            let file = try FileSource(path: path)
            return loops ? LoopedSource(file) : file
        case .screen(let display): return try DeviceSource(.screen(display: display))
        case .camera(let device): return try DeviceSource(.camera(path: device))
        case .microphone(let device): return try DeviceSource(.microphone(name: device))
        }
    }

    /// The same for later. By itself because the compiler fails on such a closure within another.
    func opener(loops: Bool) -> MergedSource.Factory {
        { () throws(MediaError) in try open(loops: loops) }
    }

    /// As it was asked for.
    var name: String {
        switch self {
        case .testPattern: "test:"
        case .file(let path): path
        case .screen(let display): display.map { "screen:\($0)" } ?? "screen"
        case .camera(let device): device.map { "camera:\($0)" } ?? "camera"
        case .microphone(let device): device.map { "microphone:\($0)" } ?? "microphone"
        }
    }
}
