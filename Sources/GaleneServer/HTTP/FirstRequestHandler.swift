// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import NIOCore
import NIOHTTP1

/// Watches over a connection until its first request: the only one that may become a WebSocket.
///
/// A request that may not is stripped of its `Upgrade` field, so that it is answered like any other request. That also
/// works round swift-nio's typed upgrade handler, which loses the head of a request whose upgrade is refused and leaves
/// it without an answer. The connection ends with the answer, because swift-nio's decoder reads nothing after a request
/// for an upgrade.
final class FirstRequestHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let timeout: TimeAmount
    private let mayUpgrade: (HTTPRequestHead) -> Bool
    private var timer: Scheduled<Void>?

    /// - Parameter timeout: from the connection's beginning to the end of the first request's header, the TLS handshake
    ///   included.
    init(timeout: TimeAmount, mayUpgrade: @escaping (HTTPRequestHead) -> Bool) {
        self.timeout = timeout
        self.mayUpgrade = mayUpgrade
    }

    func handlerAdded(context: ChannelHandlerContext) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) { context.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(var head) = unwrapInboundIn(data) {
            if !mayUpgrade(head), head.headers.contains(name: "upgrade") {
                head.headers.remove(name: "upgrade")
                head.headers.replaceOrAdd(name: "connection", value: "close")
            }
            context.fireChannelRead(wrapInboundOut(.head(head)))
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        } else {
            context.fireChannelRead(data)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is HTTPParserError {
            let head = HTTPResponseHead(
                version: .http1_1, status: .badRequest, headers: ["Connection": "close", "Content-Length": "0"])
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The server stops: a connection that has asked for nothing is owed nothing.
        if event is ChannelShouldQuiesceEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }
}

extension HTTPRequestHead {
    /// Whether this is an opening handshake as [RFC 6455 section 4.2.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.2.1)
    /// wants it.
    var isWebSocketHandshake: Bool {
        func has(_ name: String, _ token: String) -> Bool {
            headers[canonicalForm: name].contains { $0.lowercased() == token }
        }
        return method == .GET && version == .http1_1 && has("upgrade", "websocket") && has("connection", "upgrade")
            && headers["sec-websocket-version"] == ["13"] && headers["sec-websocket-key"].count == 1
    }
}
