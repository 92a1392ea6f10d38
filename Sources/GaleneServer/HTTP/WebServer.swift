// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Synchronization

/// HTTP and WebSocket on one port.
struct WebServer: Service {
    let address: BindAddress
    /// `nil` for plain HTTP.
    let tls: TLSFiles?
    let files: StaticFiles
    let groups: GroupDirectory
    let configuration: ConfigurationFile
    let limits: Limits
    let logger: Logger
    let sessionLogger: Logger
    let adminLogger: Logger
    /// Called when the port is bound.
    let onListening: @Sendable (any Channel) async -> Void

    func run() async throws {
        let responder = WebResponder(
            files: files, groups: groups,
            administration: AdministrativeAPI(
                groups: groups, configuration: configuration, refusalDelay: limits.refusalDelay, logger: adminLogger),
            configuration: configuration, isTLS: tls != nil, logger: logger)
        // They tell connections apart in the log without saying whose they are.
        let numbers = ConnectionNumbers()
        var builder = HTTPServerBuilder { responder in
            WebChannel(
                responder: responder, limits: limits, isTLS: tls != nil,
                mayUpgrade: { head in
                    guard head.uri == "/ws" || head.uri.hasPrefix("/ws?") else { return false }
                    return OriginPolicy.allows(
                        origin: head.headers.first(name: "origin"), host: head.headers.first(name: "host"),
                        allowed: configuration.current.allowOrigin)
                },
                makeConnection: { channel in
                    var logger = sessionLogger
                    logger[metadataKey: "connection"] = .stringConvertible(numbers.next())
                    return ClientConnection(channel: channel, groups: groups, limits: limits, logger: logger)
                })
        }
        if let tls { builder = try .tls(builder, tlsConfiguration: tls.configuration()) }
        var quiet = logger
        quiet.logLevel = max(.warning, logger.logLevel)
        let application = Application(
            responder: responder, server: builder,
            configuration: ApplicationConfiguration(
                address: address, serverName: nil, backlog: 1024,
                availableConnectionsDelegate: MaximumAvailableConnections(limits.connections, logger: quiet)),
            onServerRunning: onListening, logger: quiet)
        try await application.run()
    }
}

private final class ConnectionNumbers: Sendable {
    private let last = Atomic<UInt64>(0)

    func next() -> UInt64 { last.wrappingAdd(1, ordering: .relaxed).newValue }
}
