// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOWebSocket

/// A connection to the web server: HTTP/1.1, of which the first request may turn it into a client's WebSocket.
struct WebChannel: ServerChildChannel, HTTPChannelHandler {
    enum Negotiated: Sendable {
        case http(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>)
        case webSocket(ClientConnection)
    }

    struct Value: ServerChildChannelValue {
        let negotiated: EventLoopFuture<Negotiated>
        let channel: any Channel
    }

    let responder: HTTPChannelHandler.Responder
    let limits: Limits
    let isTLS: Bool
    /// Whether a request that asks for a WebSocket may have it.
    let mayUpgrade: @Sendable (HTTPRequestHead) -> Bool
    let makeConnection: @Sendable (any Channel) -> ClientConnection

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let upgrader = NIOTypedWebSocketServerUpgrader<Negotiated>(
                maxFrameSize: limits.message, enableAutomaticErrorHandling: false,
                shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture(HTTPHeaders()) },
                upgradePipelineHandler: { channel, _ in
                    channel.eventLoop.makeCompletedFuture {
                        let connection = makeConnection(channel)
                        try channel.pipeline.syncOperations.addHandler(
                            WebSocketHandler(connection: connection, limits: limits))
                        return .webSocket(connection)
                    }
                })
            var configuration = NIOUpgradableHTTPServerPipelineConfiguration(
                upgradeConfiguration: NIOTypedHTTPServerUpgradeConfiguration<Negotiated>(
                    upgraders: [upgrader],
                    notUpgradingCompletionHandler: { channel in
                        channel.eventLoop.makeCompletedFuture { try becomeHTTP(channel, logger) }
                    }))
            // Hummingbird does these itself, and FirstRequestHandler answers errors before Hummingbird has the connection.
            configuration.enablePipelining = false
            configuration.enableErrorHandling = false
            configuration.enableResponseHeaderValidation = false
            let negotiated = try channel.pipeline.syncOperations.configureUpgradableHTTPServerPipeline(
                configuration: configuration)
            let upgradeHandler = try channel.pipeline.syncOperations.handler(
                type: NIOTypedHTTPServerUpgradeHandler<Negotiated>.self)
            try channel.pipeline.syncOperations.addHandler(
                FirstRequestHandler(timeout: TimeAmount(limits.headerTimeout)) { head in
                    head.isWebSocketHandshake && mayUpgrade(head)
                },
                position: .before(upgradeHandler))
            return Value(negotiated: negotiated, channel: channel)
        }
    }

    private func becomeHTTP(_ channel: any Channel, _ logger: Logger) throws -> Negotiated {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: isTLS))
        try pipeline.addHandler(ResponseLimiter(timeout: TimeAmount(limits.idleTimeout)))
        try pipeline.addHandler(
            RequestLimiter(maximumBody: limits.requestBody, timeout: TimeAmount(limits.headerTimeout)))
        try pipeline.addHandler(
            HTTPConnectionStateHandler(idleTimeout: limits.idleTimeout, logger: logger))
        return .http(
            try NIOAsyncChannel(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true)))
    }

    func handle(value: Value, logger: Logger) async {
        do {
            switch try await value.negotiated.get() {
            case .http(let channel): await handleHTTP(asyncChannel: channel, logger: logger)
            case .webSocket(let connection): await connection.run()
            }
        } catch {
            // The connection ended before its first request did.
            value.channel.close(promise: nil)
        }
    }
}
