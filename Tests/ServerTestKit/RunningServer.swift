// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import Foundation
import GaleneServer
import Logging
import ServiceLifecycle
import Testing

/// A whole server in this process, on loopback, with a folder of its own.
public struct RunningServer: Sendable {
    public let isSecure: Bool
    public let port: Int
    public let folder: URL

    /// The URL of a group's page.
    public func page(_ group: String) -> String { "\(isSecure ? "https" : "http")://127.0.0.1:\(port)/group/\(group)/" }

    /// The URL of the WebSocket.
    public var endpoint: String { "\(isSecure ? "wss" : "ws")://127.0.0.1:\(port)/ws" }

    /// Writes a group's description, which is picked up when the group is asked for.
    public func write(_ description: String, group: String) throws {
        try Data(description.utf8).write(to: folder.appendingPathComponent("groups/\(group).json"))
    }

    public static let everybodyPresents = #"{"wildcard-user":{"password":{"type":"wildcard"},"permissions":"present"}}"#

    /// Starts a server, runs the body, stops the server.
    ///
    /// - Parameter groups: descriptions by name.
    public static func run(
        secure: Bool = false, groups: [String: String], _ body: (RunningServer) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("galene-test-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["static", "data", "groups"] {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
        }
        var options = ServerOptions()
        options.http = "127.0.0.1:0"
        options.insecure = !secure
        options.metrics = ""
        // Below the ports that the kernel gives out: more than the tests of a run, which all run at once, ever have.
        options.udpRange = "20000-32000"
        options.staticDirectory = folder.path + "/static"
        options.dataDirectory = folder.path + "/data"
        options.groupsDirectory = folder.path + "/groups"
        for (name, text) in groups {
            try Data(text.utf8).write(to: folder.appendingPathComponent("groups/\(name).json"))
        }
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let (lines, input) = AsyncStream.makeStream(of: String.self)
        let service = try await GaleneService(options, logger: logger) { input.yield($0) }
        let group = ServiceGroup(configuration: .init(services: [service], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let first = await lines.first { _ in true }
            let port = first?.split(separator: ":").last.flatMap { Int($0.filter(\.isNumber)) }
            do {
                try await body(RunningServer(isSecure: secure, port: try #require(port), folder: folder))
            } catch {
                Issue.record(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}
