// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Synchronization

/// A server that does what a test wants: answers requests with what it was given, and says over its WebSockets whatever a
/// test lets it say.
final class FakeServer: Sendable {
    /// What is answered to a request of HTTP.
    struct Answer: Sendable {
        var status = HTTPResponseStatus.ok
        var type = "application/json"
        var body = ""
        /// Where a redirection leads.
        var location: String?
    }

    /// One connection of a client's.
    struct Client: Sendable {
        let channel: any Channel

        func say(_ text: String) {
            channel.writeAndFlush(
                WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(string: text)), promise: nil)
        }

        /// From now on nothing of what comes is taken: it stays in the kernel, and then with the client.
        func stopReading() { _ = channel.setOption(.autoRead, value: false) }

        /// The end of the connection without a word.
        func hangUp() { channel.close(promise: nil) }
    }

    private let channel: any Channel
    let port: Int
    /// Requests that came, each with its body.
    private let requests: Mutex<[(uri: String, body: String)]>

    private init(_ channel: any Channel, _ requests: consuming Mutex<[(uri: String, body: String)]>) {
        self.channel = channel
        self.requests = requests
        port = channel.localAddress?.port ?? 0
    }

    var endpoint: String { "ws://127.0.0.1:\(port)/ws" }
    var url: String { "http://127.0.0.1:\(port)/" }
    var received: [(uri: String, body: String)] { requests.withLock { $0 } }

    /// - Parameters:
    ///   - answer: by path.
    ///   - hear: called with each message of a client.
    static func run(
        answer: @escaping @Sendable (String) -> Answer = { _ in Answer(status: .notFound) },
        hear: @escaping @Sendable (String, Client) -> Void = { _, _ in },
        _ body: (FakeServer) async throws -> Void
    ) async throws {
        let box = Box()
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let upgrader = NIOWebSocketServerUpgrader(
                        maxFrameSize: 1 << 20,
                        shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
                        upgradePipelineHandler: { channel, _ in
                            channel.eventLoop.makeCompletedFuture {
                                try channel.pipeline.syncOperations.addHandler(FrameHandler(hear))
                            }
                        })
                    let http = RequestHandler(answer) { box.server?.note($0, $1) }
                    let loopBound = NIOLoopBound(http, eventLoop: channel.eventLoop)
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                        withServerUpgrade: (
                            upgraders: [upgrader],
                            completionHandler: {
                                $0.pipeline.syncOperations.removeHandler(loopBound.value, promise: nil)
                            }
                        ))
                    try channel.pipeline.syncOperations.addHandler(http)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = FakeServer(channel, Mutex([]))
        box.set(server)
        do {
            try await body(server)
        } catch {
            try await channel.close()
            throw error
        }
        try await channel.close()
    }

    private func note(_ uri: String, _ body: String) { requests.withLock { $0.append((uri, body)) } }

    private final class Box: Sendable {
        private let state = Mutex<FakeServer?>(nil)
        var server: FakeServer? { state.withLock { $0 } }
        func set(_ server: FakeServer) { state.withLock { $0 = server } }
    }
}

private final class FrameHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame

    private let hear: @Sendable (String, FakeServer.Client) -> Void

    init(_ hear: @escaping @Sendable (String, FakeServer.Client) -> Void) { self.hear = hear }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        guard frame.opcode == .text else { return context.close(promise: nil) }
        hear(String(buffer: frame.unmaskedData), FakeServer.Client(channel: context.channel))
    }
}

private final class RequestHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let answer: @Sendable (String) -> FakeServer.Answer
    private let note: @Sendable (String, String) -> Void
    private var uri = ""
    private var body = ""

    init(
        _ answer: @escaping @Sendable (String) -> FakeServer.Answer,
        _ note: @escaping @Sendable (String, String) -> Void
    ) {
        self.answer = answer
        self.note = note
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): uri = head.uri
        case .body(let bytes): body += String(buffer: bytes)
        case .end:
            note(uri, body)
            let answer = answer(uri)
            var headers: HTTPHeaders = ["Content-Type": answer.type, "Content-Length": "\(answer.body.utf8.count)"]
            if let location = answer.location { headers.add(name: "Location", value: location) }
            context.write(
                wrapOutboundOut(.head(.init(version: .http1_1, status: answer.status, headers: headers))), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: answer.body)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
