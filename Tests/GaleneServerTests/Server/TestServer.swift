// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import GaleneServer

/// A whole server in this process, on loopback, with folders of its own.
struct TestServer: Sendable {
    let port: Int
    let folder: TemporaryFolder
    /// Where the metrics are, if they were asked for.
    let metricsPort: Int?
    /// What it said at start.
    let announced: [String]

    static let demo =
        #"{"users":{"op":{"password":"x","permissions":"op"}},"public":true,"displayName":"Demo","#
        + #""wildcard-user":{"password":{"type":"wildcard"},"permissions":"present"}}"#

    /// Starts a server, runs the body, stops the server.
    ///
    /// - Parameters:
    ///   - prepare: fills the folders `static`, `data` and `groups`.
    ///   - configure: changes the options.
    static func run(
        limits: Limits = Limits(), insecure: Bool = true, prepare: (TemporaryFolder) -> Void = { _ in },
        configure: (inout ServerOptions) -> Void = { _ in },
        _ body: (TestServer) async throws -> Void
    ) async throws {
        let folder = TemporaryFolder()
        folder.makeFolder("data")
        folder.write("static/index.html", "<p>index")
        folder.write("static/galene.html", "<p>group")
        folder.write("static/404.html", "<p>missing")
        folder.write("groups/demo.json", demo)
        prepare(folder)
        var options = ServerOptions()
        options.http = "127.0.0.1:0"
        options.insecure = insecure
        // Room for the servers of all tests that run at the same time.
        options.udpRange = "20000-29999"
        options.staticDirectory = folder.path + "/static"
        options.dataDirectory = folder.path + "/data"
        options.groupsDirectory = folder.path + "/groups"
        // The port without this option belongs to one server of a machine.
        options.metrics = ""
        configure(&options)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let (lines, input) = AsyncStream.makeStream(of: String.self)
        let service = try await GaleneService(options, limits: limits, logger: logger) { input.yield($0) }
        let group = ServiceGroup(configuration: .init(services: [service], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var port: Int?
            var metricsPort: Int?
            var announced: [String] = []
            for await line in lines {
                announced.append(line)
                let number = line.split(separator: ":").last.flatMap { Int($0.filter(\.isNumber)) }
                // A Unix-domain socket has none.
                if line.hasPrefix("galene-server listens on") { port = number ?? 0 }
                if line.hasPrefix("metrics at") { metricsPort = number }
                let hasNoMetrics = options.metrics == "" || announced.contains { $0.hasPrefix("no metrics") }
                if port != nil, metricsPort != nil || hasNoMetrics { break }
            }
            do {
                try await body(
                    TestServer(
                        port: try #require(port), folder: folder, metricsPort: metricsPort, announced: announced))
            } catch {
                Issue.record(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    func get(_ path: String, _ fields: [String: String] = [:]) async throws -> RawResponse? {
        try await request("GET", path, fields)
    }

    func request(
        _ method: String, _ path: String, _ fields: [String: String] = [:], body: String = ""
    ) async throws -> RawResponse? {
        let client = try await RawClient.connect(port: port)
        let response = try await client.request(method, path, fields, body: body)
        try? await client.close()
        return response
    }
}
