// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

import ICE
public import NIOCore
import NIOPosix
public import RTCBase

/// UDP sockets of one peer connection: one for each local address, because a socket that is bound to all of them answers
/// from whichever address the kernel likes, and checks of ICE are held against the address that they came from.
public final class DatagramSockets: Sendable {
    /// Given on the event loop: what one look at one of our sockets has brought.
    public typealias Receiver = @Sendable ([ReceivedDatagrams], _ to: TransportAddress) -> Void

    private struct Socket {
        let local: TransportAddress
        let channel: any Channel
        /// Whether the kernel has refused to cut a run for it. Read and written on the channel's event loop.
        let refusesRuns: NIOLoopBoundBox<Bool>
    }

    private let sockets: [Socket]
    /// Messages that are read at a time, and room for each: where the kernel puts datagrams together again, a message is a
    /// whole run of them.
    private static let batch = System.supportsUDPReceiveOffload ? 8 : 32
    private static let maximumMessage = System.supportsUDPReceiveOffload ? 65_536 : 2048
    /// What the kernel may keep for us, in bytes: a key frame of a large screen, and then some. As much waits here while
    /// the kernel takes nothing.
    private static let bufferSize = 1 << 20

    private init(_ sockets: [Socket]) { self.sockets = sockets }

    /// Opens a socket on each address where that is possible.
    ///
    /// - Returns: `nil` when it was possible on none.
    public static func open(
        on addresses: [IPAddress], loop: any EventLoop, receiver: @escaping Receiver
    ) async -> DatagramSockets? {
        var sockets: [Socket] = []
        for address in addresses {
            guard let text = try? SocketAddress(TransportAddress(address, port: 0)) else { continue }
            var bootstrap = DatagramBootstrap(group: loop)
                .channelOption(.datagramVectorReadMessageCount, value: batch)
                // What has been read is answered before more is: one answer for it all.
                .channelOption(.maxMessagesPerRead, value: 1)
                .channelOption(
                    .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: batch * maximumMessage)
                )
                .channelOption(.socketOption(.so_rcvbuf), value: bufferSize)
                .channelOption(.socketOption(.so_sndbuf), value: bufferSize)
                // The default is less than a window of SCTP, of which everything is written before any is flushed.
                .channelOption(.writeBufferWaterMark, value: .init(low: bufferSize / 2, high: bufferSize))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(DatagramReader(receiver))
                    }
                }
            if System.supportsUDPReceiveOffload {
                bootstrap = bootstrap.channelOption(.datagramReceiveOffload, value: true)
                    .channelOption(.datagramReceiveSegmentSize, value: true)
            }
            let channel = try? await bootstrap.bind(to: text).get()
            guard let channel else { continue }
            if let local = channel.localAddress.flatMap({ TransportAddress($0) }) {
                sockets.append(
                    Socket(
                        local: local, channel: channel,
                        refusesRuns: .makeBoxSendingValue(false, eventLoop: channel.eventLoop)))
            } else {
                channel.close(promise: nil)
            }
        }
        return sockets.isEmpty ? nil : DatagramSockets(sockets)
    }

    /// These without the sockets of addresses that are gone, which are closed, and with others.
    func replacing(_ gone: [IPAddress], with others: DatagramSockets?) -> DatagramSockets {
        for socket in sockets where gone.contains(socket.local.address) { socket.channel.close(promise: nil) }
        let kept = sockets.filter { !gone.contains($0.local.address) }
        var new: [Socket] = []
        for socket in others?.sockets ?? [] {
            // Whoever has looked at the same time has opened the same.
            if kept.contains(where: { $0.local.address == socket.local.address }) {
                socket.channel.close(promise: nil)
            } else {
                new.append(socket)
            }
        }
        return DatagramSockets(kept + new)
    }

    /// Where the sockets are bound, in the order of the addresses.
    public var localAddresses: [TransportAddress] { sockets.map(\.local) }

    /// On the event loop: sends from the socket that is bound to the run's address; nothing happens when there is none. What
    /// the network refuses is lost, as a network loses it. Call ``flush()`` afterwards.
    package func send(_ run: DatagramRun) {
        guard let path = run.path, let socket = sockets.first(where: { $0.local.address == path.local }),
            let address = try? SocketAddress(path.remote),
            // What the kernel does not take now would only come too late.
            socket.channel.isWritable
        else { return }
        let (bytes, size, channel) = (run.bytes, run.segmentSize, socket.channel)
        guard run.count > 1 else {
            return channel.write(AddressedEnvelope(remoteAddress: address, data: bytes), promise: nil)
        }
        guard System.supportsUDPSegmentationOffload, !socket.refusesRuns.value else {
            return Self.sendSingly(bytes, size, to: address, on: channel)
        }
        let promise = channel.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenFailure { _ in
            // There are devices that cannot: from now on one by one, beginning with these.
            socket.refusesRuns.value = true
            Self.sendSingly(bytes, size, to: address, on: channel)
        }
        let metadata = AddressedEnvelope<ByteBuffer>.Metadata(
            ecnState: .transportNotCapable, packetInfo: nil, segmentSize: size)
        // At once: a second run in the channel would be more than it takes.
        channel.writeAndFlush(
            AddressedEnvelope(remoteAddress: address, data: bytes, metadata: metadata), promise: promise)
    }

    private static func sendSingly(_ bytes: ByteBuffer, _ size: Int, to address: SocketAddress, on channel: any Channel)
    {
        for segment in DatagramRun.segments(bytes, size: size) where channel.isWritable {
            channel.write(AddressedEnvelope(remoteAddress: address, data: segment), promise: nil)
        }
        channel.flush()
    }

    public func flush() { for socket in sockets { socket.channel.flush() } }

    /// After what has been sent.
    public func close() { for socket in sockets { socket.channel.close(promise: nil) } }
}

/// One datagram, or several of one sender that the kernel has put together.
public struct ReceivedDatagrams: Sendable {
    package var bytes: ByteBuffer
    /// How long each is but for the last; `nil` for a single one.
    package var segmentSize: Int?
    package var remote: TransportAddress
}

private final class DatagramReader: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let receiver: DatagramSockets.Receiver
    private var local: TransportAddress?
    private var received: [ReceivedDatagrams] = []

    init(_ receiver: @escaping DatagramSockets.Receiver) { self.receiver = receiver }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let remote = TransportAddress(envelope.remoteAddress) else { return }
        received.append(
            ReceivedDatagrams(bytes: envelope.data, segmentSize: envelope.metadata?.segmentSize, remote: remote))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if local == nil { local = context.channel.localAddress.flatMap { TransportAddress($0) } }
        let batch = received
        received = []
        if let local, !batch.isEmpty { receiver(batch, local) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Refused by a host on the way (ICMP): that path's checks will notice.
    }
}
