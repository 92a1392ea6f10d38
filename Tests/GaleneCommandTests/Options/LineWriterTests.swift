// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import GaleneProtocol
import Testing

@testable import galene

@Suite("Writing lines")
struct LineWriterTests {
    @Test func `a reader that has gone is a quiet end`() throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let writer = LineWriter(descriptor: ends[1])
        try writer.line("read")
        close(ends[0])
        let error = #expect(throws: CommandError.self) { try writer.line("not read") }
        #expect(error?.kind == .outputClosed && error?.exitCode == 0)
        close(ends[1])
    }

    @Test func `a full disk is said in words`() throws {
        let full = open("/dev/full", O_WRONLY)
        try #require(full >= 0)
        defer { close(full) }
        let error = #expect(throws: CommandError.self) { try LineWriter(descriptor: full).line("lost") }
        #expect(error?.exitCode == 1 && error?.description.contains("No space left on device") == true)
    }

    @Test func `an object is a line with sorted keys`() throws {
        let console = TestConsole()
        try console.console.output.line(json: ["b": 1, "a": "x\ny"])
        #expect(console.output == #"{"a":"x\ny","b":1}"# + "\n")
    }

    @Test func `standard input comes by lines, and ends somewhere`() throws {
        func lines(_ bytes: [UInt8]) throws -> [String] {
            let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            defer { try? FileManager.default.removeItem(atPath: path) }
            let file = open(path, O_RDONLY)
            defer { close(file) }
            var lines: [String] = []
            StandardInputLines.read(file) { lines.append($0) }
            return lines
        }
        #expect(try lines(Array("a\n\nb".utf8)) == ["a", "", "b"])
        #expect(try lines([]) == [])
        let long = try lines([UInt8](repeating: 0x61, count: 3 * StandardInputLines.maximumLength))
        #expect(long.count == 1 && long[0].utf8.count > StandardInputLines.maximumLength)
        #expect(long[0].utf8.count < 2 * StandardInputLines.maximumLength)
    }
}
