// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import RTCTestKit
import Testing

@testable import GaleneClient

/// With and without what Linux has for files that have no name yet.
@Suite("A file that is being received", .row("F-11"))
struct FileSinkTests {
    @Test func `has no name until it is whole, and nothing is left of it when it is given up`() async throws {
        try await inFolder { folder in
            let sink = try await FileSink.create(in: folder.path, name: "a.txt")
            try await sink.write(Array("half".utf8))
            #expect(try names(folder).isEmpty)
            sink.discard()
            #expect(try names(folder).isEmpty)
        }
    }

    @Test func `bears a hidden name where there are no files without one`() async throws {
        try await inFolder { folder in
            let sink = try await FileSink.create(in: folder.path, name: "a.txt", mayBeNameless: false)
            try await sink.write(Array("half".utf8))
            let name = try #require(try names(folder).first)
            #expect(try names(folder).count == 1 && name.hasPrefix(".") && name.hasSuffix(".part"))
            sink.discard()
            try await eventually { try names(folder).isEmpty }
            #expect(try names(folder).isEmpty)
        }
    }

    @Test(arguments: [true, false])
    func `never takes the place of another, not even of one that comes at the same time`(
        mayBeNameless: Bool
    ) async throws {
        try await inFolder { folder in
            try Data("old".utf8).write(to: folder.appendingPathComponent("a.txt"))
            try FileManager.default.createSymbolicLink(
                atPath: folder.appendingPathComponent("a (1).txt").path, withDestinationPath: "nowhere")
            let paths = try await withThrowingTaskGroup(of: (path: String, number: Int).self) { tasks in
                for number in 0..<20 {
                    tasks.addTask {
                        let sink = try await FileSink.create(
                            in: folder.path, name: "../a.txt", mayBeNameless: mayBeNameless)
                        try await sink.write(Array("\(number)".utf8))
                        return (try await sink.finish(), number)
                    }
                }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(paths.map(\.path)).count == 20)
            for (path, number) in paths {
                #expect(try String(contentsOfFile: path, encoding: .utf8) == "\(number)")
            }
            #expect(try String(contentsOf: folder.appendingPathComponent("a.txt"), encoding: .utf8) == "old")
            #expect(try names(folder).count == 22 && !names(folder).contains("nowhere"))
        }
    }

    @Test(arguments: [true, false]) func `has the rights that other new files have`(mayBeNameless: Bool) async throws {
        try await inFolder { folder in
            let sink = try await FileSink.create(in: folder.path, name: "a.txt", mayBeNameless: mayBeNameless)
            let path = try await sink.finish()
            _ = FileManager.default.createFile(atPath: folder.appendingPathComponent("b.txt").path, contents: nil)
            func rights(_ path: String) throws -> Int? {
                try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            }
            #expect(try rights(path) == rights(folder.appendingPathComponent("b.txt").path))
        }
    }

    private func inFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("galene-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }

    private func names(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path)
    }
}
