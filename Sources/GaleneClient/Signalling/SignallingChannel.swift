// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

package import GaleneProtocol
package import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

/// What comes out of a WebSocket to a server.
package enum SignallingEvent: Sendable {
    /// `size` is that of its text, in bytes.
    case message(ServerMessage, size: Int)
    case unreadable(FormatError)
    /// The last event. 1006 when the connection broke without a word (RFC 6455 section 7.1.5).
    case closed(code: Int, reason: String)
}

/// A WebSocket with one of Galène's messages in each message. Spec 6.1.
package final class SignallingChannel: Sendable {
    private let channel: any Channel
    private let pending: NIOLoopBoundBox<Int>
    private let closeTimeout: TimeAmount

    /// The protocol's own limit.
    private static let maximumMessage = 1 << 20
    /// What a server that does not read may leave waiting here, in bytes.
    private static let maximumPending = 8 << 20

    private init(channel: any Channel, pending: NIOLoopBoundBox<Int>, closeTimeout: TimeAmount) {
        self.channel = channel
        self.pending = pending
        self.closeTimeout = closeTimeout
    }

    deinit { channel.close(promise: nil) }

    /// - Parameters:
    ///   - loop: where everything happens, `handler`'s calls included.
    ///   - handler: gets every event in order, ``SignallingEvent/closed(code:reason:)`` exactly once and last.
    /// - Throws: ``ServerConnectionError``, also when the task is cancelled; the handler is not called then.
    package static func open(
        _ url: ServerURL, by dialler: Dialler, on loop: any EventLoop,
        handler: @escaping @Sendable (SignallingEvent) -> Void
    ) async throws -> SignallingChannel {
        try await OpeningChannels.run { try await open(url, by: dialler, on: loop, $0, handler) }
    }

    private static func open(
        _ url: ServerURL, by dialler: Dialler, on loop: any EventLoop, _ opening: OpeningChannels,
        _ handler: @escaping @Sendable (SignallingEvent) -> Void
    ) async throws -> SignallingChannel {
        do {
            let upgraded = try await dialler.bootstrap(on: loop).connect(host: url.host, port: url.port) { channel in
                opening.add(channel)
                return channel.eventLoop.makeCompletedFuture {
                    // Who does not upgrade in time is no server of ours.
                    let watch = channel.eventLoop.scheduleTask(in: dialler.timeouts.connect) {
                        opening.expire(channel)
                    }
                    try dialler.secure(channel, for: url)
                    let upgraded = try upgrade(channel, to: url, handler)
                    upgraded.whenComplete { _ in watch.cancel() }
                    return upgraded
                }
            }
            guard let channel = try await upgraded.get() else {
                throw ServerConnectionError(.refused, "\(url.authority) does not open a WebSocket at \(url.path)")
            }
            return SignallingChannel(
                channel: channel, pending: NIOLoopBoundBox.makeBoxSendingValue(0, eventLoop: channel.eventLoop),
                closeTimeout: dialler.timeouts.goodbye)
        } catch {
            if opening.isLate { throw dialler.noAnswer(url) }
            throw Dialler.error(error, url)
        }
    }

    private static func upgrade(
        _ channel: any Channel, to url: ServerURL, _ handler: @escaping @Sendable (SignallingEvent) -> Void
    ) throws -> EventLoopFuture<(any Channel)?> {
        let upgrader = NIOTypedWebSocketClientUpgrader<(any Channel)?>(
            maxFrameSize: maximumMessage,
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        NIOWebSocketFrameAggregator(
                            minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 1024,
                            maxAccumulatedFrameSize: maximumMessage),
                        MessageReader(handler),
                    ])
                    return channel
                }
            })
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: url.path, headers: ["Host": url.authority])
        return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
            configuration: .init(
                upgradeConfiguration: NIOTypedHTTPClientUpgradeConfiguration(
                    upgradeRequestHead: head, upgraders: [upgrader],
                    notUpgradingCompletionHandler: { channel in
                        channel.close(promise: nil)
                        return channel.eventLoop.makeSucceededFuture(nil)
                    })))
    }

    /// Our end of the connection: an address from which the server can be reached.
    package var localAddress: SocketAddress? { channel.localAddress }

    /// Messages leave in the order in which they are sent. A connection that is gone takes them and says nothing; one to a
    /// server that does not read is closed.
    package func send(_ message: ClientMessage) {
        let bytes = message.encoded()
        channel.eventLoop.execute { [channel, pending] in
            guard pending.value <= Self.maximumPending else { return channel.close(promise: nil) }
            pending.value += bytes.count
            let frame = WebSocketFrame(fin: true, opcode: .text, maskKey: .random(), data: ByteBuffer(bytes: bytes))
            channel.writeAndFlush(frame).assumeIsolated().whenComplete { _ in pending.value -= bytes.count }
        }
    }

    /// Says goodbye with code 1000; what has been sent before goes first.
    package func close() {
        channel.eventLoop.execute { [channel, closeTimeout] in
            var data = ByteBuffer()
            data.write(webSocketErrorCode: .normalClosure)
            let frame = WebSocketFrame(fin: true, opcode: .connectionClose, maskKey: .random(), data: data)
            channel.writeAndFlush(frame, promise: nil)
            channel.eventLoop.scheduleTask(in: closeTimeout) { channel.close(promise: nil) }
        }
    }

    /// Ends the connection without a word, as a broken network does.
    package func abort() { channel.close(promise: nil) }
}

/// Decodes what comes in.
private final class MessageReader: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let handler: @Sendable (SignallingEvent) -> Void
    private var hasEnded = false

    init(_ handler: @escaping @Sendable (SignallingEvent) -> Void) { self.handler = handler }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasEnded else { return }
        let frame = unwrapInboundIn(data)
        var bytes = frame.unmaskedData
        switch frame.opcode {
        case .text, .binary:
            do throws(FormatError) {
                let size = bytes.readableBytes
                handler(.message(try ServerMessage(parsing: Array(buffer: bytes)), size: size))
            } catch {
                handler(.unreadable(error))
            }
        case .ping:
            // Who does not read need not be told that we are there.
            guard context.channel.isWritable else { break }
            let pong = WebSocketFrame(fin: true, opcode: .pong, maskKey: .random(), data: bytes)
            context.writeAndFlush(wrapOutboundOut(pong), promise: nil)
        case .connectionClose:
            let code = bytes.readWebSocketErrorCode().map { Int(UInt16(webSocketErrorCode: $0)) } ?? 1005
            end(code, String(buffer: bytes))
            context.close(promise: nil)
        default:
            break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(1006, "")
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(1006, "\(error)")
        context.close(promise: nil)
    }

    private func end(_ code: Int, _ reason: String) {
        guard !hasEnded else { return }
        hasEnded = true
        handler(.closed(code: code, reason: reason))
    }
}
