// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import NIOCore
import NIOPosix

/// A server that takes every connection, understands nothing, and to the first that is said answers what a test wants.
struct MuteServer {
    let port: Int
    /// One for each connection.
    let connected: AsyncStream<Void>

    /// - Parameters:
    ///   - opening: the answer.
    ///   - drop: said then again and again, some milliseconds apart; nothing when it is empty.
    static func run(
        saying opening: String = "", then drop: String = "", _ body: (MuteServer) async throws -> Void
    ) async throws {
        let (connected, connect) = AsyncStream.makeStream(of: Void.self)
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                connect.yield()
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Talker(opening: opening, drop: drop))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            try await body(MuteServer(port: channel.localAddress?.port ?? 0, connected: connected))
        } catch {
            try await channel.close()
            throw error
        }
        try await channel.close()
    }
}

private final class Talker: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let opening: String
    private let drop: String
    private var hasAnswered = false
    private var dripping: RepeatedTask?

    init(opening: String, drop: String) {
        self.opening = opening
        self.drop = drop
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasAnswered else { return }
        hasAnswered = true
        let channel = context.channel
        if !opening.isEmpty { channel.writeAndFlush(ByteBuffer(string: opening), promise: nil) }
        guard !drop.isEmpty else { return }
        let pause = TimeAmount.milliseconds(5)
        dripping = channel.eventLoop.scheduleRepeatedTask(initialDelay: pause, delay: pause) { [drop] _ in
            channel.writeAndFlush(ByteBuffer(string: drop), promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) { dripping?.cancel() }
}
