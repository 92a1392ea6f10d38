// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import NIOCore
import NIOPosix
import RTCTestKit
import Testing

@testable import GaleneServer

@Suite("The executable", .timeLimit(.minutes(1)))
struct ExecutableTests {
    struct Outcome {
        let status: Int32
        let lines: [String]
    }

    let folder = TemporaryFolder()

    init() {
        folder.makeFolder("data")
        folder.makeFolder("groups")
        folder.makeFolder("static")
    }

    var arguments: [String] {
        [
            "-http", "127.0.0.1:0", "-metrics=", "-insecure", "-static", folder.path + "/static",
            "-data=" + folder.path + "/data",
            "--groups", folder.path + "/groups",
        ]
    }

    /// The executable beside the tests' own.
    static var process: Process {
        let process = Process()
        let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.executableURL = tests.deletingLastPathComponent().appendingPathComponent("galene-server")
        return process
    }

    /// Runs it to its end.
    static func run(_ arguments: [String], limit: String? = nil) async throws -> Outcome {
        let process = process
        process.arguments = arguments
        if let limit, let path = process.executableURL?.path {
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", "\(limit); exec \"$0\" \"$@\"", path] + arguments
        }
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        return try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { process in
                let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                continuation.resume(
                    returning: Outcome(
                        status: process.terminationStatus,
                        lines: text.split(whereSeparator: \.isNewline).map(String.init)))
            }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
    }

    func expectRefusal(
        _ arguments: [String], mentioning words: [String], limit: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let outcome = try await Self.run(arguments, limit: limit)
        #expect(outcome.status != 0, sourceLocation: sourceLocation)
        #expect(outcome.lines.count == 1, "\(outcome.lines)", sourceLocation: sourceLocation)
        for word in words {
            #expect(outcome.lines.first?.contains(word) == true, "\(outcome.lines)", sourceLocation: sourceLocation)
        }
    }

    @Test func `a web port in use is one line`() async throws {
        let taken = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = taken.localAddress?.port ?? 0
        try await expectRefusal(
            arguments + ["-http", "127.0.0.1:\(port)"], mentioning: ["\(port)", "in use", "-http"])
        try await expectRefusal(arguments + ["-metrics", ":\(port)"], mentioning: ["\(port)", "in use", "-metrics"])
        try await taken.close()
    }

    @Test func `a media port in use is one line`() async throws {
        let taken = try await DatagramBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "0.0.0.0", port: 0).get()
        let port = taken.localAddress?.port ?? 0
        try await expectRefusal(
            arguments + ["-udp-range", "\(port)"], mentioning: ["\(port)", "in use", "-udp-range"])
        try await taken.close()
    }

    @Test func `a missing web root is one line`() async throws {
        try await expectRefusal(arguments + ["-static", "/nowhere"], mentioning: ["/nowhere", "-static"])
    }

    @Test func `a missing groups folder is one line`() async throws {
        try await expectRefusal(arguments + ["-groups", "/nowhere"], mentioning: ["/nowhere", "-groups"])
    }

    @Test(.row("S-13")) func `a malformed configuration is one line with file and field`() async throws {
        folder.write("data/config.json", #"{"allowOrigin":[1]}"#)
        try await expectRefusal(arguments, mentioning: ["config.json", "allowOrigin"])
        folder.write("data/config.json", #"{"alowOrigin":[]}"#)
        try await expectRefusal(arguments, mentioning: ["config.json", "alowOrigin"])
        folder.write("data/config.json", "{")
        try await expectRefusal(arguments, mentioning: ["config.json"])
    }

    @Test(.row("S-05")) func `half a certificate, and a broken one, are one line`() async throws {
        let secure = arguments.filter { $0 != "-insecure" }
        folder.write("data/cert.pem", "nonsense")
        try await expectRefusal(secure, mentioning: ["cert.pem", "key.pem", "missing"])
        folder.write("data/key.pem", "nonsense")
        try await expectRefusal(secure, mentioning: ["cert.pem"])
    }

    @Test(.row("S-09")) func `too few file descriptors are one line`() async throws {
        try await expectRefusal(arguments, mentioning: ["ulimit -n"], limit: "ulimit -n 128")
    }

    @Test func `a wrong option, and a wrong value, end with a status`() async throws {
        #expect(try await Self.run(["-nonsense"]).status != 0)
        try await expectRefusal(arguments + ["-udp-range", "9-1"], mentioning: ["-udp-range"])
        try await expectRefusal(arguments + ["-public-address", "host.example"], mentioning: ["-public-address"])
        try await expectRefusal(arguments + ["-metrics", "9464"], mentioning: ["-metrics", "9464"])
    }

    @Test(.row("S-11")) func `on SIGTERM clients get 1001, and the process ends within 3 seconds`() async throws {
        folder.write("groups/demo.json", TestServer.demo)
        folder.write("groups/broken.json", "{")
        let process = Self.process
        process.arguments = arguments + ["-turn", ":1194"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        let (ended, input) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = {
            input.yield($0.terminationStatus)
            input.finish()
        }
        try process.run()
        var text = ""
        while !text.contains("broken.json") {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { break }
            text += String(decoding: data, as: UTF8.self)
        }
        #expect(text.contains("media on UDP port"))
        #expect(text.contains("-turn has no effect"))
        let port = try #require(text.firstMatch(of: /127\.0\.0\.1:(\d+)/).flatMap { Int($0.output.1) })
        let socket = try await RawWebSocket.join(port: port, id: "a", username: "alice")
        let waiting = try await RawClient.connect(port: port)
        #expect(try await waiting.request("GET", "/missing")?.status == 404)
        let start = ContinuousClock.now
        process.terminate()
        #expect(await socket.closeCode() == 1001)
        #expect(await ended.first { _ in true } == 0)
        #expect(ContinuousClock.now - start < .seconds(3))
    }
}
