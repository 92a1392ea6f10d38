// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import NIOCore
import NIOPosix
import Synchronization

/// What lies between a client's socket and a server, and can be cut.
final class Wire: Sendable {
    private struct State {
        var connections: [any Channel] = []
        var isBroken = false
        var refused = 0
    }

    private let state = Mutex(State())
    private let serverPort: Int
    private let listener = Mutex<(any Channel)?>(nil)

    private init(serverPort: Int) { self.serverPort = serverPort }

    var port: Int { listener.withLock { $0?.localAddress?.port ?? 0 } }
    var endpoint: String { "ws://127.0.0.1:\(port)/ws" }
    /// Connections that were made while it was broken.
    var refused: Int { state.withLock(\.refused) }

    static func run(to serverPort: Int, _ body: (Wire) async throws -> Void) async throws {
        let wire = Wire(serverPort: serverPort)
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { wire.connect($0) }
            .bind(host: "127.0.0.1", port: 0).get()
        wire.listener.withLock { $0 = listener }
        do {
            try await body(wire)
        } catch {
            try await listener.close()
            throw error
        }
        wire.cut()
        try await listener.close()
    }

    /// Ends what goes over it without a word; what comes later goes over it again.
    func cut() {
        let connections = state.withLock { state in
            defer { state.connections = [] }
            return state.connections
        }
        for connection in connections { connection.close(promise: nil) }
    }

    /// Cuts it, and refuses what comes until it is mended.
    func breakDown() {
        state.withLock { $0.isBroken = true }
        cut()
    }

    func mend() { state.withLock { $0.isBroken = false } }

    private func connect(_ client: any Channel) -> EventLoopFuture<Void> {
        let isBroken = state.withLock { state in
            if state.isBroken { state.refused += 1 }
            return state.isBroken
        }
        guard !isBroken else { return client.close() }
        return ClientBootstrap(group: client.eventLoop)
            .channelInitializer { server in
                server.eventLoop.makeCompletedFuture {
                    try server.pipeline.syncOperations.addHandler(Passer(to: client))
                }
            }
            .connect(host: "127.0.0.1", port: serverPort)
            .flatMapThrowing { [self] server in
                try client.pipeline.syncOperations.addHandler(Passer(to: server))
                state.withLock { $0.connections += [client, server] }
            }
    }
}

/// Hands on what it reads.
private final class Passer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel

    init(to other: any Channel) { self.other = other }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        other.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
