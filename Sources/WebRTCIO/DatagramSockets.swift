// SPDX-FileCopyrightText: 2026 The swift-galene authors
// SPDX-License-Identifier: MIT

public import NIOCore
import NIOPosix
public import RTCBase

/// UDP sockets of one peer connection: one for each local address, because a socket that is bound to all of them answers
/// from whichever address the kernel likes, and checks of ICE are held against the address that they came from.
public final class DatagramSockets: Sendable {
    /// Given on the event loop: a datagram, from where, and to which of our sockets.
    public typealias Receiver = @Sendable (ByteBuffer, _ from: TransportAddress, _ to: TransportAddress) -> Void

    private struct Socket {
        let local: TransportAddress
        let channel: any Channel
    }

    private let sockets: [Socket]
    /// Read at a time; the size of what one allocation of NIO's holds of them.
    private static let batch = 32
    private static let maximumDatagram = 2048
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
            let channel = try? await DatagramBootstrap(group: loop)
                .channelOption(.datagramVectorReadMessageCount, value: batch)
                .channelOption(
                    .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: batch * maximumDatagram)
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
                .bind(to: text).get()
            guard let channel else { continue }
            if let local = channel.localAddress.flatMap({ TransportAddress($0) }) {
                sockets.append(Socket(local: local, channel: channel))
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

    /// Sends from the socket that is bound to `local`; nothing happens when there is none. What the network refuses is
    /// lost, as a network loses it. Call ``flush()`` afterwards.
    public func send(_ bytes: [UInt8], from local: IPAddress, to remote: TransportAddress) {
        guard let socket = sockets.first(where: { $0.local.address == local }),
            let address = try? SocketAddress(remote),
            // What the kernel does not take now would only come too late.
            socket.channel.isWritable
        else { return }
        socket.channel.write(
            AddressedEnvelope(remoteAddress: address, data: ByteBuffer(bytes: bytes)), promise: nil)
    }

    public func flush() { for socket in sockets { socket.channel.flush() } }

    /// After what has been sent.
    public func close() { for socket in sockets { socket.channel.close(promise: nil) } }
}

private final class DatagramReader: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let receiver: DatagramSockets.Receiver
    private var local: TransportAddress?

    init(_ receiver: @escaping DatagramSockets.Receiver) { self.receiver = receiver }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        if local == nil { local = context.channel.localAddress.flatMap { TransportAddress($0) } }
        guard let local, let remote = TransportAddress(envelope.remoteAddress) else { return }
        receiver(envelope.data, remote, local)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Refused by a host on the way (ICMP): that path's checks will notice.
    }
}
