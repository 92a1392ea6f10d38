// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import GaleneProtocol
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import RTCBase

/// A WebSocket with one of Galène's messages in each message.
final class SignallingChannel: Sendable {
    private let channel: any Channel
    /// Ends with an error that says why the server closed.
    let messages: AsyncThrowingStream<ServerMessage, any Error>
    /// Our end of the connection: an address from which the server can be reached.
    let localAddress: IPAddress

    /// The protocol's own limit.
    private static let maximumMessage = 1 << 20

    private init(
        channel: any Channel, messages: AsyncThrowingStream<ServerMessage, any Error>, localAddress: IPAddress
    ) {
        self.channel = channel
        self.messages = messages
        self.localAddress = localAddress
    }

    static func open(_ url: ServerURL, by dialler: Dialler) async throws -> SignallingChannel {
        // Bounded by what one server sends: a greeting, and a message for everything that happens in the group.
        let (messages, continuation) = AsyncThrowingStream.makeStream(
            of: ServerMessage.self, throwing: (any Error).self)
        do {
            let upgraded = try await dialler.bootstrap().connect(host: url.host, port: url.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try dialler.secure(channel, for: url)
                    return try upgrade(channel, to: url, continuation)
                }
            }
            guard let channel = try await upgraded.get() else {
                throw LoadError(.refused, "\(url.authority) does not open a WebSocket at \(url.path)")
            }
            guard let address = channel.localAddress?.ipAddress.flatMap(IPAddress.init) else {
                throw LoadError(.connection, "the connection to \(url.authority) has no IP address of ours")
            }
            return SignallingChannel(channel: channel, messages: messages, localAddress: address)
        } catch {
            throw Dialler.error(error, url)
        }
    }

    private static func upgrade(
        _ channel: any Channel, to url: ServerURL,
        _ continuation: AsyncThrowingStream<ServerMessage, any Error>.Continuation
    ) throws -> EventLoopFuture<(any Channel)?> {
        let upgrader = NIOTypedWebSocketClientUpgrader<(any Channel)?>(
            maxFrameSize: maximumMessage,
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        NIOWebSocketFrameAggregator(
                            minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 1024,
                            maxAccumulatedFrameSize: maximumMessage),
                        MessageReader(continuation),
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

    /// Messages leave in the order in which they are sent; a connection that is gone takes them and reports its end in
    /// ``messages``.
    func send(_ message: ClientMessage) {
        let frame = WebSocketFrame(
            fin: true, opcode: .text, maskKey: .random(), data: ByteBuffer(bytes: message.encoded()))
        channel.writeAndFlush(frame, promise: nil)
    }

    func close() {
        var data = ByteBuffer()
        data.write(webSocketErrorCode: .normalClosure)
        let frame = WebSocketFrame(fin: true, opcode: .connectionClose, maskKey: .random(), data: data)
        channel.writeAndFlush(frame).whenComplete { [channel] _ in channel.close(promise: nil) }
    }
}

/// Decodes what comes in.
private final class MessageReader: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let continuation: AsyncThrowingStream<ServerMessage, any Error>.Continuation

    init(_ continuation: AsyncThrowingStream<ServerMessage, any Error>.Continuation) {
        self.continuation = continuation
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        var bytes = frame.unmaskedData
        switch frame.opcode {
        case .text, .binary:
            do {
                continuation.yield(try ServerMessage(parsing: Array(buffer: bytes)))
            } catch {
                end(LoadError(.unsupported, "the server sent a message that is none: \(error)"), context)
            }
        case .ping:
            let pong = WebSocketFrame(fin: true, opcode: .pong, maskKey: .random(), data: bytes)
            context.writeAndFlush(wrapOutboundOut(pong), promise: nil)
        case .connectionClose:
            let code = bytes.readWebSocketErrorCode().map { "\(UInt16(webSocketErrorCode: $0))" } ?? "no code"
            let reason = String(buffer: bytes)
            end(LoadError(.failed, "the server closed the connection (\(code)) \(reason)"), context)
        default:
            break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        continuation.finish(throwing: LoadError(.failed, "the connection to the server broke"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(LoadError(.failed, "the connection to the server broke: \(error)"), context)
    }

    private func end(_ error: LoadError, _ context: ChannelHandlerContext) {
        continuation.finish(throwing: error)
        context.close(promise: nil)
    }
}
