// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import NIOCore
import NIOPosix
import NIOSSL
import RTCBase
import TURN

/// The client's ends of its connections to TURN servers, each opened when something is first to be sent there.
final class RelayConnections {
    /// Given on the event loop: bytes of a server, or that there is no connection to it (any more).
    typealias Receiver = @Sendable (_ server: UInt8, _ bytes: ByteBuffer?) -> Void

    private enum Connection {
        /// What waits for it.
        case opening([ByteBuffer])
        case open(any Channel)
        case failed
    }

    private var servers: [TURNServer]
    private let names: [String]
    private let tls: NIOSSLContext?
    private let loop: any EventLoop
    private let receiver: Receiver
    private var connections: [UInt8: Connection] = [:]
    /// How often a server has moved: what was opened before leads nowhere.
    private var moves: [UInt8: Int] = [:]
    private var isClosed = false
    /// What may wait for a connection, in messages.
    private static let maximumWaiting = 64
    private static let timeout = TimeAmount.seconds(10)

    init(_ servers: ICEServers, loop: any EventLoop, receiver: @escaping Receiver) {
        self.servers = servers.turn
        names = servers.turnNames
        tls = servers.tls
        self.loop = loop
        self.receiver = receiver
    }

    func send(_ bytes: [UInt8], to server: UInt8) {
        guard !isClosed, Int(server) < servers.count else { return }
        let buffer = ByteBuffer(bytes: bytes)
        switch connections[server] {
        case .opening(var waiting):
            guard waiting.count < Self.maximumWaiting else { return }
            waiting.append(buffer)
            connections[server] = .opening(waiting)
        case .open(let channel):
            // What the kernel does not take now would only come too late.
            guard channel.isWritable else { return }
            channel.writeAndFlush(buffer, promise: nil)
        case .failed: break
        case nil:
            connections[server] = .opening([buffer])
            open(server)
        }
    }

    /// The server has named another one to go to. Its certificate still has to bear the first one's name (RFC 8489
    /// section 10).
    func move(_ server: UInt8, to address: TransportAddress) {
        guard Int(server) < servers.count else { return }
        servers[Int(server)].address = address
        reset(server)
    }

    /// Lets go of the connection to a server: the next bytes open another one.
    func reset(_ server: UInt8) {
        guard Int(server) < servers.count else { return }
        moves[server, default: 0] += 1
        if case .open(let channel) = connections.removeValue(forKey: server) { channel.close(promise: nil) }
    }

    func close() {
        isClosed = true
        for case .open(let channel) in connections.values { channel.close(promise: nil) }
        connections = [:]
    }

    private func open(_ number: UInt8) {
        let server = servers[Int(number)]
        guard let address = try? SocketAddress(server.address) else { return fail(number) }
        let receiver = receiver
        let name = names[Int(number)]
        let generation = moves[number]
        let opened: EventLoopFuture<any Channel>
        switch server.transport {
        case .udp:
            opened = DatagramBootstrap(group: loop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(RelayDatagramHandler(address, number, receiver))
                    }
                }
                .connect(to: address)
        case .tcp, .tls:
            let isSecure = server.transport == .tls
            let tls = tls
            opened = ClientBootstrap(group: loop)
                .connectTimeout(Self.timeout)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        if isSecure {
                            let context = try tls ?? NIOSSLContext(configuration: .makeClientConfiguration())
                            let isAddress = (try? SocketAddress(ipAddress: name, port: 0)) != nil
                            try channel.pipeline.syncOperations.addHandler(
                                NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : name))
                        }
                        try channel.pipeline.syncOperations.addHandler(RelayStreamHandler(number, receiver))
                    }
                }
                .connect(to: address)
        }
        opened.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel) where self.moves[number] == generation: self.didOpen(number, channel)
            case .success(let channel): channel.close(promise: nil)
            case .failure: if self.moves[number] == generation { self.fail(number) }
            }
        }
    }

    private func didOpen(_ number: UInt8, _ channel: any Channel) {
        guard !isClosed, case .opening(let waiting) = connections[number] else { return channel.close(promise: nil) }
        connections[number] = .open(channel)
        channel.closeFuture.assumeIsolated().whenComplete { _ in
            guard !self.isClosed, case .open(let current) = self.connections[number], current === channel else {
                return
            }
            self.fail(number)
        }
        for bytes in waiting { channel.write(bytes, promise: nil) }
        channel.flush()
    }

    private func fail(_ number: UInt8) {
        guard !isClosed else { return }
        connections[number] = .failed
        receiver(number, nil)
    }
}

private final class RelayStreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let number: UInt8
    private let receiver: RelayConnections.Receiver

    init(_ number: UInt8, _ receiver: @escaping RelayConnections.Receiver) {
        self.number = number
        self.receiver = receiver
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { receiver(number, unwrapInboundIn(data)) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// A connected UDP socket, which takes and gives plain bytes here.
private final class RelayDatagramHandler: ChannelDuplexHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private let server: SocketAddress
    private let number: UInt8
    private let receiver: RelayConnections.Receiver

    init(_ server: SocketAddress, _ number: UInt8, _ receiver: @escaping RelayConnections.Receiver) {
        self.server = server
        self.number = number
        self.receiver = receiver
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { receiver(number, unwrapInboundIn(data).data) }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let envelope = AddressedEnvelope(remoteAddress: server, data: unwrapOutboundIn(data))
        context.write(wrapOutboundOut(envelope), promise: promise)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Nobody listens there (ICMP): the client of TURN gives up by itself.
    }
}
