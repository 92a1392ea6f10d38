// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Foundation
import GaleneLoad
import GaleneServer
import Logging
import ServiceLifecycle
import Testing

/// A whole server in this process, on loopback, with a folder of its own.
struct LoadedServer: Sendable {
    let isSecure: Bool
    let port: Int

    func group(_ name: String = "load") throws -> ServerURL {
        try #require(ServerURL("\(isSecure ? "https" : "http")://127.0.0.1:\(port)/group/\(name)/"))
    }

    private static let groups = [
        "load.json": #"{"wildcard-user":{"password":{"type":"wildcard"},"permissions":"present"}}"#,
        "private.json": #"{"users":{"ada":{"password":"correct horse","permissions":"op"}}}"#,
        "silent.json": #"{"wildcard-user":{"password":{"type":"wildcard"},"permissions":"observe"}}"#,
        "moved.json": #"{"redirect":"https://example.org/group/moved/"}"#,
        "audio.json":
            #"{"codecs":["opus"],"wildcard-user":{"password":{"type":"wildcard"},"permissions":"present"}}"#,
    ]

    /// Starts a server, runs the body, stops the server.
    static func run(secure: Bool = false, _ body: (LoadedServer) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("galene-load-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["static", "data", "groups"] {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
        }
        for (name, text) in groups {
            try Data(text.utf8).write(to: folder.appendingPathComponent("groups/\(name)"))
        }
        var options = ServerOptions()
        options.http = "127.0.0.1:0"
        options.insecure = !secure
        options.staticDirectory = folder.path + "/static"
        options.dataDirectory = folder.path + "/data"
        options.groupsDirectory = folder.path + "/groups"
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let (lines, input) = AsyncStream.makeStream(of: String.self)
        let service = try await GaleneService(options, logger: logger) { input.yield($0) }
        let group = ServiceGroup(configuration: .init(services: [service], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let first = await lines.first { _ in true }
            let port = first?.split(separator: ":").last.flatMap { Int($0.filter(\.isNumber)) }
            do {
                try await body(LoadedServer(isSecure: secure, port: try #require(port)))
            } catch {
                Issue.record(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}
