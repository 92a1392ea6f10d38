// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ArgumentParser
import MediaIO

/// What `galene publish` is told to publish.
enum PublishedSource: Hashable, Sendable {
    case testPattern(width: Int, height: Int, framesPerSecond: Int)
    case file(path: String)

    /// Each line fits a help of 80 columns.
    static let forms = """
        test:        a test pattern with a clock and a tone
        test:SIZE    the same in another size and rate, as in test:1280x720@25
        FILE         anything with pictures or sound that FFmpeg reads
        """

    /// - Throws: ``CommandError`` that says how it is written.
    init(argument text: String) throws {
        let name = text.prefix { $0 != ":" }
        let detail = name.count == text.count ? nil : String(text.dropFirst(name.count + 1))
        switch (name, detail) {
        case ("test", let detail?): self = try Self.testPattern(detail)
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
        }
    }
}

extension PublishedSource {
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
        }
    }

    /// As it was asked for.
    var name: String {
        switch self {
        case .testPattern: "test:"
        case .file(let path): path
        }
    }
}
