// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import NIOCore
import NIOWebSocket

/// The end of a WebSocket's pipeline: hands messages to the connection and holds back reading while it is busy. What the
/// connection writes are frames already (``OutgoingFrame``): they pass swift-nio's encoder by.
final class WebSocketHandler: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let connection: ClientConnection
    private var assembler: MessageAssembler
    private var encoder: ChannelHandlerContext?
    private var latestPing: ByteBuffer?
    private var isReadHeld = false
    /// Since the last turn.
    private var receivedBytes = 0
    private var isClosing = false

    init(connection: ClientConnection, limits: Limits) {
        self.connection = connection
        assembler = MessageAssembler(maximumSize: limits.message, maximumFragments: limits.fragments)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        encoder = try? context.pipeline.syncOperations.context(handlerType: WebSocketFrameEncoder.self)
    }

    func handlerRemoved(context: ChannelHandlerContext) { encoder = nil }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard let encoder else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        encoder.write(data, promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        // A frame has a header of at least six bytes.
        receivedBytes += frame.data.readableBytes + 6
        switch assembler.receive(frame) {
        case .nothing: break
        case .message(let message):
            guard !isClosing else { return }
            connection.assumeIsolated { $0.received(message) }
        // RFC 6455 section 5.5.3: of several pings only the latest needs an answer, so that a flood of them costs little.
        case .ping(let payload): latestPing = payload
        case .close: connection.assumeIsolated { $0.peerClosed() }
        case .violation(let code, let reason): fail(code, reason)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if receivedBytes > 0 {
            let count = receivedBytes
            connection.assumeIsolated { $0.receivedBytes(count) }
            receivedBytes = 0
        }
        if let payload = latestPing.take(), !isClosing {
            connection.assumeIsolated { $0.sendPong(payload) }
        }
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        isReadHeld = !connection.assumeIsolated { $0.wantsToRead }
        if !isReadHeld { context.read() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        connection.assumeIsolated { $0.disconnected() }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case NIOWebSocketError.invalidFrameLength: fail(1009, "a message is too long")
        case is NIOWebSocketError: fail(1002, "a frame is malformed")
        default: context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            connection.assumeIsolated { $0.shutDown() }
        } else if event as? ChannelEvent == .inputClosed {
            // Half a WebSocket is none.
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func fail(_ code: UInt16, _ reason: String) {
        guard !isClosing else { return }
        isClosing = true
        connection.assumeIsolated { $0.fail(.code(code, reason: reason)) }
    }
}
